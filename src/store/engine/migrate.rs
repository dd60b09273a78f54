//! Brings a database to the present: forward only, one transaction a step, never half.
//!
//! A step and the row that says it was done commit together, so a process that is killed between two statements
//! leaves the step undone and the next start does it. A database from the future is refused by name, because an old
//! program on new tables is how rows are lost. Steps are never edited once released: the digest is checked.

use sha2::{Digest, Sha256};
use sqlx::Row;

use super::error::Error;
use super::tx::{Raw, Tx, on};
use crate::domain::Millis;

/// One step.
struct Step {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

/// Every step, in order. Adding one is a file and a line.
const STEPS: &[Step] = &[
    Step { version: 1, name: "queue, alarms, keys", sql: include_str!("migrations/0001_queue_alarms_keys.sql") },
    Step { version: 2, name: "pace", sql: include_str!("migrations/0002_pace.sql") },
    Step { version: 3, name: "vault", sql: include_str!("migrations/0003_vault.sql") },
    Step { version: 4, name: "pace_lane", sql: include_str!("migrations/0004_pace_lane.sql") },
    Step { version: 5, name: "shape", sql: include_str!("migrations/0005_shape.sql") },
    Step { version: 6, name: "capture", sql: include_str!("migrations/0006_capture.sql") },
    Step { version: 7, name: "crawl", sql: include_str!("migrations/0007_crawl.sql") },
    Step { version: 8, name: "keep", sql: include_str!("migrations/0008_keep.sql") },
    Step { version: 9, name: "doubt", sql: include_str!("migrations/0009_doubt.sql") },
    Step { version: 10, name: "people first", sql: include_str!("migrations/0010_people_first.sql") },
    Step { version: 11, name: "clock", sql: include_str!("migrations/0011_clock.sql") },
    Step { version: 12, name: "outage", sql: include_str!("migrations/0012_outage.sql") },
    Step { version: 13, name: "indexes", sql: include_str!("migrations/0013_indexes.sql") },
    Step { version: 14, name: "access", sql: include_str!("migrations/0014_access.sql") },
    Step { version: 15, name: "files of posts", sql: include_str!("migrations/0015_files_of_posts.sql") },
    Step { version: 16, name: "prune", sql: include_str!("migrations/0016_prune.sql") },
];

const CREATE: &str = "CREATE TABLE IF NOT EXISTS radard_schema (
    version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL,
    program TEXT NOT NULL, applied_at BIGINT NOT NULL)";
const APPLIED: &str = "SELECT version, digest, program FROM radard_schema ORDER BY version";
const REMEMBER: &str =
    "INSERT INTO radard_schema (version, name, digest, program, applied_at) VALUES ($1, $2, $3, $4, $5)";

pub(in crate::store) const STATEMENTS: &[&str] = &[APPLIED, REMEMBER];

/// Why a database was left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MigrateError {
    /// It has tables of a later program.
    #[error("the database is at step {found} and this radard knows {known}: it was last opened by radard {program}")]
    Newer {
        /// The step of the database.
        found: i64,
        /// The last step we know.
        known: i64,
        /// The program that brought it there.
        program: String,
    },
    /// A released step was changed.
    #[error("step {version} of the database is not the one that this radard has")]
    Changed {
        /// Which step.
        version: i64,
    },
    /// The database refused.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What stands in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// The last step done; 0 for an empty database.
    pub found: i64,
    /// The last step we know.
    pub known: i64,
}

/// The last step that this program knows.
pub(in crate::store) fn known() -> i64 {
    STEPS.last().map_or(0, |step| step.version)
}

/// Looks how far the database is, and refuses one from the future.
pub(in crate::store) async fn look(tx: &mut Tx) -> Result<Schema, MigrateError> {
    tx.run("look for the schema", CREATE).await?;
    judge(&applied(tx).await?)
}

/// Looks without making anything: a database without a schema is at step 0.
pub(in crate::store) async fn look_only(tx: &mut Tx) -> Result<Schema, MigrateError> {
    match applied(tx).await {
        Ok(rows) => judge(&rows),
        Err(Error::Statement { .. }) => judge(&[]),
        Err(error) => Err(error.into()),
    }
}

fn judge(rows: &[(i64, String, String)]) -> Result<Schema, MigrateError> {
    let known = known();
    for (version, digest, program) in rows {
        match STEPS.iter().find(|s| s.version == *version) {
            None => return Err(MigrateError::Newer { found: *version, known, program: program.clone() }),
            Some(step) if digest_of(step.sql) != *digest => return Err(MigrateError::Changed { version: *version }),
            Some(_) => {}
        }
    }
    Ok(Schema { found: rows.last().map_or(0, |row| row.0), known })
}

/// Does the next step; false when there is none.
pub(in crate::store) async fn step(tx: &mut Tx, now: Millis) -> Result<bool, MigrateError> {
    let found = look(tx).await?.found;
    let Some(step) = STEPS.iter().find(|s| s.version > found) else { return Ok(false) };
    tracing::info!("Database goes to step {}: {}", step.version, step.name);
    // `raw_sql` runs a file of statements; the text is ours, compiled in.
    let act = "do a step of the schema";
    match tx.raw() {
        Raw::Sqlite(db) => sqlx::raw_sql(step.sql).execute(db).await.map(drop),
        Raw::Postgres(db) => sqlx::raw_sql(step.sql).execute(db).await.map(drop),
    }
    .map_err(Error::in_act(act))?;
    on!(tx, db => sqlx::query(REMEMBER)
        .bind(step.version).bind(step.name).bind(digest_of(step.sql))
        .bind(env!("CARGO_PKG_VERSION")).bind(now.0)
        .execute(db).await.map(drop))
    .map_err(Error::in_act("remember a step of the schema"))?;
    Ok(true)
}

async fn applied(tx: &mut Tx) -> Result<Vec<(i64, String, String)>, Error> {
    let act = "read the schema";
    on!(tx, db => sqlx::query(APPLIED).fetch_all(db).await.and_then(|rows| rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
        .collect()))
    .map_err(Error::in_act(act))
}

fn digest_of(sql: &str) -> String {
    let digest = Sha256::digest(sql.as_bytes());
    let [a, b, c, d, ..] = digest.0;
    format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
}
