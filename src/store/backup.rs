//! Copies of the database that can be trusted, made while it is in use.
//!
//! `VACUUM INTO` writes a consistent copy from one reading transaction, so it holds everything that was acknowledged
//! before it began. The copy is checked, synced and only then given its name; what was interrupted keeps the ending
//! `.part` and is thrown away by the next run. Restoring checks first, keeps the old file aside, and needs the data
//! directory for itself. On PostgreSQL this is the server's business: the advice names `pg_dump`.

use std::fs::File;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};

use super::migrate;
use super::pool::{Pool, sqlite_options};
use super::tx::{Conn, Raw, Tx};
use super::{Error, Store};
use crate::ambient::Clock;
use crate::domain::Millis;

/// Why there is no copy, or why one is not to be trusted.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database belongs to a server.
    #[error("the database is on a PostgreSQL server: run `pg_dump --format=custom --file=radard.dump` against it")]
    Server,
    /// The database refused.
    #[error(transparent)]
    Store(#[from] Error),
    /// A file could not be written, synced, named or read.
    #[error("cannot {act} `{}`", .file.display())]
    File {
        /// What was tried.
        act: &'static str,
        /// On what.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The copy is damaged, or is no database of ours.
    #[error("`{}` is not a sound copy: {why}", .file.display())]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// What a check of a copy found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// The file.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// The step of its schema.
    pub step: i64,
    /// The jobs in it.
    pub jobs: i64,
}

/// Copies the database into `dir` and checks the copy.
pub async fn create(store: &Store, dir: &Path) -> Result<Verified, BackupError> {
    let Pool::Sqlite { file, .. } = store.pool() else { return Err(BackupError::Server) };
    // `VACUUM INTO` reads, yet SQLite refuses it on a connection that may only read.
    let connection = sqlite_options(file).connect().await.map_err(Error::in_act("copy the database"))?;
    let mut tx = Tx::new(Conn::Writer(connection), store.now(), store.ambient.entropy.clone());
    copy(&mut tx, dir, &name_at("radard", store.now())).await
}

/// Copies the database beside itself before its schema goes a step further.
pub(super) async fn before_step(tx: &mut Tx, database: &Path, now: Millis) -> Result<(), BackupError> {
    let dir = database.parent().unwrap_or(Path::new(".")).join("backups");
    std::fs::create_dir_all(&dir).map_err(|source| BackupError::File { act: "make", file: dir.clone(), source })?;
    copy(tx, &dir, &name_at("before-migration", now)).await.map(drop)
}

fn name_at(prefix: &str, now: Millis) -> String {
    let stamp = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default().strftime("%Y%m%dT%H%M%S%3fZ");
    format!("{prefix}-{stamp}.db")
}

async fn copy(tx: &mut Tx, dir: &Path, name: &str) -> Result<Verified, BackupError> {
    clear_parts(dir);
    let (part, file) = (dir.join(format!("{name}.part")), dir.join(name));
    let Raw::Sqlite(db) = tx.raw() else { return Err(BackupError::Server) };
    sqlx::query(AssertSqlSafe("VACUUM INTO $1"))
        .bind(part.to_string_lossy().into_owned())
        .execute(db)
        .await
        .map_err(Error::in_act("copy the database"))?;
    let verified = verify(&part).await?;
    sync_and_name(&part, &file)?;
    Ok(Verified { file, ..verified })
}

/// Throws away what an interrupted run left.
fn clear_parts(dir: &Path) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().ends_with(".part") {
            let _stays_a_part = std::fs::remove_file(entry.path());
        }
    }
}

fn sync_and_name(part: &Path, file: &Path) -> Result<(), BackupError> {
    let failed = |act, file: &Path| {
        let file = file.to_owned();
        move |source| BackupError::File { act, file, source }
    };
    File::open(part).and_then(|f| f.sync_all()).map_err(failed("sync", part))?;
    std::fs::rename(part, file).map_err(failed("name", file))?;
    let dir = file.parent().unwrap_or(Path::new("."));
    File::open(dir).and_then(|f| f.sync_all()).map_err(failed("sync", dir))
}

/// Opens `file` by itself and asks it whether it is whole.
pub async fn verify(file: &Path) -> Result<Verified, BackupError> {
    let read = |source| BackupError::File { act: "read", file: file.to_owned(), source };
    let bytes = std::fs::metadata(file).map_err(read)?.len();
    let damaged = |why: String| BackupError::Damaged { file: file.to_owned(), why };
    let options =
        SqliteConnectOptions::new().filename(file).read_only(true).immutable(true).disable_statement_logging();
    let mut db = options.connect().await.map_err(|e| damaged(e.to_string()))?;
    let checked = check(&mut db).await;
    let _closed = db.close().await;
    let (step, jobs) = checked.map_err(damaged)?;
    Ok(Verified { file: file.to_owned(), bytes, step, jobs })
}

async fn check(db: &mut SqliteConnection) -> Result<(i64, i64), String> {
    let text = |e: sqlx::Error| e.to_string();
    let row = sqlx::query("PRAGMA integrity_check").fetch_one(&mut *db).await.map_err(text)?;
    let said: String = row.try_get(0).map_err(text)?;
    if said != "ok" {
        return Err(said);
    }
    let strays = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *db).await.map_err(text)?;
    if !strays.is_empty() {
        return Err(format!("{} rows point nowhere", strays.len()));
    }
    let step = sqlx::query("SELECT MAX(version) FROM radard_schema").fetch_one(&mut *db).await.map_err(text)?;
    let step: i64 = step.try_get(0).map_err(text)?;
    if step > migrate::known() {
        return Err(format!("it is at step {step} and this radard knows {}", migrate::known()));
    }
    let jobs = sqlx::query("SELECT COUNT(*) FROM job").fetch_one(&mut *db).await.map_err(text)?;
    Ok((step, jobs.try_get(0).map_err(text)?))
}

/// Puts `copy` in the place of `database`, which nobody may have open; gives where the old one lies now.
pub async fn restore(copy: &Path, database: &Path, clock: &Clock) -> Result<Option<PathBuf>, BackupError> {
    verify(copy).await?;
    let failed = |act, file: &Path| {
        let file = file.to_owned();
        move |source| BackupError::File { act, file, source }
    };
    let part = database.with_extension("db.part");
    std::fs::copy(copy, &part).map_err(failed("copy to", &part))?;
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

/// Deletes all but the newest `keep` copies; gives how many went.
pub fn thin_out(dir: &Path, keep: usize) -> usize {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    let mut copies: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| is_copy(path)).collect();
    copies.sort();
    let surplus = copies.len().saturating_sub(keep);
    copies.iter().take(surplus).filter(|path| std::fs::remove_file(path).is_ok()).count()
}

fn is_copy(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.starts_with("radard-") && path.extension().is_some_and(|ending| ending == "db")
}
