//! Copies of the database that can be trusted, made while it is in use.
//!
//! A copy is consistent: it holds everything that was acknowledged before it began. Restoring checks first, keeps the
//! old file aside, and needs the data directory for itself. On PostgreSQL this is the server's business: the advice
//! names `pg_dump`.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::clocks::TOLERANCE;
use super::copy::{copy, name_at, sync_and_name};
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
pub async fn restore(from: &Path, database: &Path, clock: &Clock) -> Result<Option<PathBuf>, BackupError> {
    verify(from).await?;
    let failed = |act, file: &Path| {
        let file = file.to_owned();
        move |source| BackupError::File { act, file, source }
    };
    let part = database.with_extension("db.part");
    std::fs::copy(from, &part).map_err(failed("copy to", &part))?;
    let mut aside = None;
    if database.exists() {
        // Its last commits may stand in the log alone: opening it once moves them over.
        settle_log(database).await?;
        let old = database.with_file_name(name_at("replaced", clock.now()));
        std::fs::rename(database, &old).map_err(failed("put aside", database))?;
        for ending in ["-wal", "-shm"] {
            let mut left = database.as_os_str().to_owned();
            left.push(ending);
            let _usually_gone = std::fs::remove_file(left);
        }
        aside = Some(old);
    }
    sync_and_name(&part, database)?;
    Ok(aside)
}

async fn settle_log(database: &Path) -> Result<(), BackupError> {
    let failed = Error::in_act("close the old database");
    let mut db =
        SqliteConnectOptions::new().filename(database).disable_statement_logging().connect().await.map_err(&failed)?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut db).await.map_err(&failed)?;
    db.close().await.map_err(failed)?;
    Ok(())
}

/// Deletes all but the newest `keep` copies; gives how many went. Copies with a name from the future were made by a
/// wrong clock and count as the oldest, so that they do not push out what is made now.
pub fn thin_out(dir: &Path, keep: usize, now: Millis) -> usize {
    let latest = name_at("radard", now + TOLERANCE);
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    let mut copies: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| is_copy(path)).collect();
    let is_ahead = |path: &Path| path.file_name().is_some_and(|name| *name.to_string_lossy() > *latest);
    copies.sort_by_key(|path| (!is_ahead(path), path.clone()));
    let surplus = copies.len().saturating_sub(keep);
    copies.iter().take(surplus).filter(|path| std::fs::remove_file(path).is_ok()).count()
}

fn is_copy(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.starts_with("radard-") && path.extension().is_some_and(|ending| ending == "db")
}
