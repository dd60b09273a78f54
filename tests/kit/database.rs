//! The database file as a stranger sees it: is it whole, and which jobs are in it?
//!
//! SQLite is asked directly, not through the store, so that the store does not judge itself.

use std::path::Path;
use std::str::FromStr as _;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use super::block_on;

/// A job's row, as far as the stories look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobRow {
    pub(crate) key: String,
    pub(crate) state: String,
    pub(crate) attempts: i64,
    pub(crate) crashes: i64,
}

/// What stands in a database that is not ours to write.
#[derive(Debug)]
pub(crate) struct Rows {
    /// What `integrity_check` and `foreign_key_check` complain about.
    pub(crate) faults: Vec<String>,
    pub(crate) jobs: Vec<JobRow>,
}

impl Rows {
    /// Reads a database file; whoever holds it is not disturbed.
    pub(crate) fn read(file: &Path) -> Result<Self, sqlx::Error> {
        block_on(async {
            let mut db = open(file).await?;
            let mut faults: Vec<String> = Vec::new();
            for row in sqlx::query("PRAGMA integrity_check").fetch_all(&mut db).await? {
                faults.extend(Some(row.get::<String, _>(0)).filter(|said| said != "ok"));
            }
            for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut db).await? {
                faults.push(format!("a row of {} points nowhere", row.get::<String, _>(0)));
            }
            let rows = sqlx::query("SELECT key, state, attempts, crashes FROM job").fetch_all(&mut db).await?;
            let jobs = rows.iter().map(|row| JobRow {
                key: row.get(0),
                state: row.get(1),
                attempts: row.get(2),
                crashes: row.get(3),
            });
            let jobs = jobs.collect();
            db.close().await?;
            Ok(Self { faults, jobs })
        })
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.jobs.iter().map(|job| job.key.clone()).collect()
    }

    /// How many jobs are in this state.
    pub(crate) fn count(&self, state: &str) -> usize {
        self.jobs.iter().filter(|job| job.state == state).count()
    }
}

async fn open(file: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new().filename(file).disable_statement_logging().connect().await
}

/// Holds a database for writing while `story` runs, as another program might.
pub(crate) fn while_locked(file: &Path, story: impl FnOnce()) {
    block_on(async {
        let mut db = open(file).await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut db).await.unwrap();
        story();
        sqlx::query("ROLLBACK").execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    });
}

/// Runs one statement on a PostgreSQL server; gives how many rows it changed.
pub(crate) fn on_postgres(url: &str, statement: String) -> u64 {
    block_on(async {
        let options = sqlx::postgres::PgConnectOptions::from_str(url).unwrap();
        let mut db: PgConnection = options.connect().await.unwrap();
        let done = sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
        done.rows_affected()
    })
}

/// Lets every login in `file` have been looked at `ms` earlier than it was, while nobody has it open.
pub(crate) fn age_logins(file: &Path, ms: i64) -> u64 {
    block_on(async {
        let mut db = open(file).await.unwrap();
        let changed =
            sqlx::query("UPDATE capture SET proved_at = proved_at - $1").bind(ms).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
        changed.rows_affected()
    })
}

/// What `question` gives in `file`, the first column of each row as a text; others may have it open.
pub(crate) fn texts(file: &Path, question: &'static str) -> Vec<String> {
    let ask = || {
        block_on(async {
            let mut db = SqliteConnectOptions::new().filename(file).read_only(true).connect().await.unwrap();
            let rows: Vec<(Option<String>,)> = sqlx::query_as(question).fetch_all(&mut db).await.unwrap();
            db.close().await.unwrap();
            rows.into_iter().map(|(text,)| text.unwrap_or_default()).collect()
        })
    };
    // Whoever asks may stand in a runtime already.
    std::thread::scope(|scope| scope.spawn(ask).join().unwrap())
}

/// Changes `file` by hand, while others have it open.
pub(crate) fn change(file: &Path, act: &'static str) -> u64 {
    block_on(async {
        let mut db = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
        let changed = sqlx::query(act).execute(&mut db).await.unwrap().rows_affected();
        db.close().await.unwrap();
        changed
    })
}

/// Makes the database of a Firefox whose owner has these cookies at Douyin.
pub(crate) fn firefox(file: &Path, cookies: &[(&str, &str)]) {
    block_on(async {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let mut db = options.connect().await.unwrap();
        let table = "CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '',
            name TEXT, value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER,
            isSecure INTEGER, isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0)";
        sqlx::query(table).execute(&mut db).await.unwrap();
        for (name, value) in cookies {
            let add = "INSERT INTO moz_cookies (name, value, host, path, expiry, isSecure, isHttpOnly)
                VALUES ($1, $2, '.douyin.com', '/', 2000000000000, 1, 1)";
            sqlx::query(add).bind(*name).bind(*value).execute(&mut db).await.unwrap();
        }
        db.close().await.unwrap();
    });
}
