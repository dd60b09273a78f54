//! Copies of the database that can be trusted, made while it is in use.
//!
//! A copy is consistent: it holds everything that was acknowledged before it began. Restoring checks first, keeps the
//! old file aside, and needs the data directory for itself. On PostgreSQL this is the server's business: the advice
//! names `pg_dump`.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::copy::{REPLACED, copy, name_at, sync_and_name};
use super::error::Error;
use super::pool::{Pool, Store, sqlite_options};
use super::tx::{Conn, Tx};
use crate::ambient::Clock;
use crate::domain::Millis;

pub use super::copy::{BackupError, Verified, verify};

/// Copies the database into `dir` and checks the copy.
pub async fn create(store: &Store, dir: &Path) -> Result<Verified, BackupError> {
    let Pool::Sqlite { file, .. } = store.pool() else { return Err(BackupError::Server) };
    // `VACUUM INTO` reads, yet SQLite refuses it on a connection that may only read.
    let connection = sqlite_options(file).connect().await.map_err(Error::in_act("copy the database"))?;
    let mut tx = Tx::new(Conn::Writer(connection), store.now(), store.ambient.entropy.clone());
    copy(&mut tx, dir, &name_at("radard", store.now())).await
}

/// Puts `from` in the place of `database`, which nobody may have open; gives where the old one lies now.
///
/// A kill at any moment leaves a whole database under its name: the old one until the one rename, the new one after it.
pub async fn restore(from: &Path, database: &Path, clock: &Clock) -> Result<Option<PathBuf>, BackupError> {
    verify(from).await?;
    let failed = |act, file: &Path| {
        let file = file.to_owned();
        move |source| BackupError::File { act, file, source }
    };
    let part = database.with_extension("db.part");
    if !is_same_file(from, &part) {
        let _left_by_a_kill = std::fs::remove_file(&part);
        std::fs::copy(from, &part).map_err(failed("copy to", &part))?;
    }
    let mut aside = None;
    if database.exists() {
        // Its last commits may stand in the log alone: opening it once moves them over.
        settle_log(database).await?;
        for ending in ["-wal", "-shm"] {
            let mut left = database.as_os_str().to_owned();
            left.push(ending);
            let _usually_gone = std::fs::remove_file(left);
        }
        let old = database.with_file_name(name_at(REPLACED, clock.now()));
        keep_aside(database, &old).map_err(failed("put aside", database))?;
        aside = Some(old);
    }
    sync_and_name(&part, database)?;
    Ok(aside)
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| std::fs::metadata(path).map(|about| (about.dev(), about.ino())).ok();
    identity(one).is_some_and(|one| identity(other) == Some(one))
}

/// Gives the old database a second name, or copies it where a file can have only one.
fn keep_aside(database: &Path, old: &Path) -> std::io::Result<()> {
    match std::fs::hard_link(database, old) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            std::fs::copy(database, old)?;
            File::open(old)?.sync_all()
        }
        linked => linked,
    }
}

async fn settle_log(database: &Path) -> Result<(), BackupError> {
    let failed = Error::in_act("close the old database");
    let mut db =
        SqliteConnectOptions::new().filename(database).disable_statement_logging().connect().await.map_err(&failed)?;
    let settled: (i64, i64, i64) =
        sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut db).await.map_err(&failed)?;
    db.close().await.map_err(&failed)?;
    if settled.0 == 0 {
        return Ok(());
    }
    let cause = "somebody has it open".to_owned();
    Err(Error::Busy { act: "close the old database", cause }.into())
}

/// Deletes copies that are older than `keep`, and of each day all but the newest; gives how many. The last one stays
/// whatever its age. Copies with a later date than `now` stay, too: after a clock was set back they are the good ones.
pub fn thin_out(dir: &Path, keep: Duration, now: Millis) -> usize {
    let oldest = name_at("radard", now - keep);
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut copies: Vec<_> = names.filter(|name| is_copy(name)).collect();
    copies.sort();
    let followed = copies.iter().zip(copies.iter().skip(1));
    let is_surplus = |(copy, next): &(&String, &String)| **copy < oldest || day_of(copy) == day_of(next);
    let surplus = followed.filter(is_surplus).map(|(copy, _)| copy);
    surplus.filter(|name| std::fs::remove_file(dir.join(name)).is_ok()).count()
}

/// The day in the name of a copy.
fn day_of(name: &str) -> &str {
    name.split('T').next().unwrap_or(name)
}

fn is_copy(name: &str) -> bool {
    name.starts_with("radard-") && Path::new(name).extension().is_some_and(|ending| ending == "db")
}
