//! Copies of the database that can be trusted, made while it is in use.
//!
//! A copy is consistent: it holds everything that was acknowledged before it began. Restoring checks first, keeps the
//! old file aside, and needs the data directory for itself. On PostgreSQL this is the server's business: the advice
//! names `pg_dump`.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::ambient::Clock;
use crate::store::clock::clocks;
use crate::store::engine::copy::{BACKUP, REPLACED, copy, name_at, sync_and_name};
use crate::store::engine::error::Error;
use crate::store::engine::pool::{Pool, Store, sqlite_options};
use crate::store::engine::tx::{Conn, Tx};

pub use crate::store::engine::copy::{BackupError, Verified, verify};

/// Copies the database into `dir`, checks the copy, and notes that there is one.
pub async fn create(store: &Store, dir: &Path) -> Result<Verified, BackupError> {
    let made = copy_now(store, dir).await?;
    store.write::<_, Error, _>(|tx| Box::pin(clocks::backed_up(tx))).await?;
    Ok(made)
}

async fn copy_now(store: &Store, dir: &Path) -> Result<Verified, BackupError> {
    let Pool::Sqlite { file, .. } = store.pool() else { return Err(BackupError::Server) };
    // `VACUUM INTO` reads, yet SQLite refuses it on a connection that may only read.
    let connection = sqlite_options(file).connect().await.map_err(Error::in_act("copy the database"))?;
    let mut tx = Tx::new(Conn::Writer(connection), store.now(), store.ambient.entropy.clone());
    copy(&mut tx, dir, &name_at(BACKUP, store.now())).await
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
        copy_private(from, &part).map_err(failed("copy to", &part))?;
    }
    close(&part).map_err(failed("close to others", &part))?;
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
        close(&old).map_err(failed("close to others", &old))?;
        aside = Some(old);
    }
    sync_and_name(&part, database)?;
    Ok(aside)
}

/// Copies a file whatever its permissions are: nobody else may read the copy, from its first byte on.
fn copy_private(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    std::io::copy(&mut File::open(from)?, &mut copy).map(drop)
}

/// Closes a file to others.
fn close(file: &Path) -> std::io::Result<()> {
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| std::fs::metadata(path).map(|about| (about.dev(), about.ino())).ok();
    identity(one).is_some_and(|one| identity(other) == Some(one))
}

/// Gives the old database a second name, or copies it where a file can have only one.
fn keep_aside(database: &Path, old: &Path) -> std::io::Result<()> {
    match std::fs::hard_link(database, old) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            copy_private(database, old)?;
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
