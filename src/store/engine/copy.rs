//! One copy of a SQLite database: written by `VACUUM INTO`, checked, synced, and only then named.
//!
//! What was interrupted keeps the ending `.part` and is thrown away by the next run.

use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};

use super::error::Error;
use super::migrate;
use super::tx::{Raw, Tx};
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

/// Copies the database beside itself before its schema goes a step further.
pub(in crate::store) async fn before_step(tx: &mut Tx, database: &Path, now: Millis) -> Result<(), BackupError> {
    let dir = database.parent().unwrap_or(Path::new(".")).join("backups");
    std::fs::create_dir_all(&dir).map_err(|source| BackupError::File { act: "make", file: dir.clone(), source })?;
    copy(tx, &dir, &name_at(BEFORE_STEP, now)).await.map(drop)
}

/// How the name of a backup begins.
pub(in crate::store) const BACKUP: &str = "radard";
/// How that of a copy begins that was made before a step of the schema.
pub(in crate::store) const BEFORE_STEP: &str = "before-migration";
/// How the name of a database begins that a restore put aside.
pub(in crate::store) const REPLACED: &str = "replaced";

/// What lies beside a `database` that is missing and may be it: radard never begins an empty one there.
pub(in crate::store) fn remains(database: &Path) -> Option<PathBuf> {
    if database.exists() {
        return None;
    }
    let part = database.with_extension("db.part");
    let entries = std::fs::read_dir(database.parent()?).ok()?;
    let is_old = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_database = path.extension().is_some_and(|ending| ending == "db");
        *path == part || (name.starts_with(&format!("{REPLACED}-")) && is_database)
    };
    entries.flatten().map(|entry| entry.path()).filter(is_old).max()
}

/// The moment in the name of a copy, to the millisecond.
pub(in crate::store) const STAMP: &str = "%Y%m%dT%H%M%S%3fZ";

pub(in crate::store) fn name_at(prefix: &str, now: Millis) -> String {
    let stamp = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default().strftime(STAMP);
    format!("{prefix}-{stamp}.db")
}

pub(in crate::store) async fn copy(tx: &mut Tx, dir: &Path, name: &str) -> Result<Verified, BackupError> {
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

/// The sorts of copies, by how their names begin.
pub(in crate::store) const COPIES: [&str; 3] = [BACKUP, BEFORE_STEP, REPLACED];

/// Whether a file of this name is a copy of any sort.
pub fn is_copy(name: &str) -> bool {
    COPIES.iter().any(|prefix| made_at(prefix, name).is_some())
}

/// When the copy of this name was made; nothing for a name that is none of this sort.
pub(in crate::store) fn made_at(prefix: &str, name: &str) -> Option<Millis> {
    let stamp = name.strip_prefix(prefix)?.strip_prefix('-')?.strip_suffix(".db")?;
    let whole = DateTime::strptime(STAMP, stamp).ok()?;
    Some(Millis(whole.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}

/// What a copy that is being written is called, and what SQLite keeps beside it.
const PARTS: [&str; 4] = [".part", ".part-journal", ".part-wal", ".part-shm"];

/// Throws away what an interrupted run left.
fn clear_parts(dir: &Path) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let of_ours = |ending: &&str| name.strip_suffix(*ending).is_some_and(is_copy);
        if PARTS.iter().any(of_ours) {
            let _stays_a_part = std::fs::remove_file(entry.path());
        }
    }
}

pub(in crate::store) fn sync_and_name(part: &Path, file: &Path) -> Result<(), BackupError> {
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
    let about = std::fs::metadata(file).map_err(read)?;
    if !about.is_file() {
        return Err(read(std::io::Error::other("it is no ordinary file")));
    }
    let bytes = about.len();
    let damaged = |why: String| BackupError::Damaged { file: file.to_owned(), why };
    let options =
        SqliteConnectOptions::new().filename(file).read_only(true).immutable(true).disable_statement_logging();
    let mut db = options.connect().await.map_err(|e| damaged(in_words(&e)))?;
    let checked = check(&mut db).await;
    let _closed = db.close().await;
    let (step, jobs) = checked.map_err(damaged)?;
    Ok(Verified { file: file.to_owned(), bytes, step, jobs })
}

/// What is wrong with a file, without the words of the driver.
fn in_words(error: &sqlx::Error) -> String {
    let Some(said) = error.as_database_error() else { return error.to_string() };
    match said.message() {
        "file is not a database" => "it is no SQLite database".to_owned(),
        message if message.starts_with("no such table") => format!("it is no database of radard ({message})"),
        message => message.to_owned(),
    }
}

async fn check(db: &mut SqliteConnection) -> Result<(i64, i64), String> {
    let text = |e: sqlx::Error| in_words(&e);
    let row = sqlx::query("PRAGMA integrity_check").fetch_one(&mut *db).await.map_err(text)?;
    let said: String = row.try_get(0).map_err(text)?;
    if said != "ok" {
        return Err(said);
    }
    let strays = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *db).await.map_err(text)?;
    if !strays.is_empty() {
        return Err(format!("rows that point nowhere: {}", strays.len()));
    }
    let step = sqlx::query("SELECT MAX(version) FROM radard_schema").fetch_one(&mut *db).await.map_err(text)?;
    let step: i64 = step.try_get(0).map_err(text)?;
    if step > migrate::known() {
        return Err(format!("it is at step {step} and this radard knows {}", migrate::known()));
    }
    let jobs = sqlx::query("SELECT COUNT(*) FROM job").fetch_one(&mut *db).await.map_err(text)?;
    Ok((step, jobs.try_get(0).map_err(text)?))
}
