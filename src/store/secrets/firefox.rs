//! Reads the cookies out of a Firefox's own database: another program's file, opened for reading and never changed.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, FromRow};

/// What such a file begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Later versions count milliseconds; so many seconds nobody means.
const SECONDS: i64 = 100_000_000_000;

/// A cookie as Firefox keeps it.
#[derive(Clone, FromRow)]
pub struct FirefoxCookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Whose, with a dot in front for those below it too.
    pub host: String,
    /// From which path on.
    pub path: String,
    /// Until when, in seconds.
    pub expiry: i64,
    /// Whether it only goes where nobody listens.
    pub secure: bool,
    /// Whether pages cannot read it.
    pub http_only: bool,
    /// To which requests of other sites it goes: 0 all, 1 those that lead there, 2 none; else nothing is said.
    pub same_site: i64,
}

/// Why there are none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCookies {
    /// Firefox has it open.
    #[error("Firefox has it open: close Firefox, or copy the file and its `-wal` to another folder")]
    Locked,
    /// It is another database, or none.
    #[error("it is no cookies.sqlite of Firefox: {0}")]
    Unread(String),
}

/// Whether `head`, the first bytes of a file, are those of a database.
pub fn is_database(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// The cookies in `file`.
pub async fn cookies(file: &Path) -> Result<Vec<FirefoxCookie>, NoCookies> {
    let mut wal = file.as_os_str().to_owned();
    wal.push("-wal");
    // What was not yet written back is read along; without it nothing changes the file, and no lock is wanted.
    let is_at_rest = !Path::new(&wal).metadata().is_ok_and(|wal| wal.len() > 0);
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(is_at_rest);
    let failed = |error: sqlx::Error| {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        let is_busy = matches!(code.as_deref(), Some("5" | "261" | "14"));
        if is_busy { NoCookies::Locked } else { NoCookies::Unread(error.to_string()) }
    };
    let mut db = options.disable_statement_logging().connect().await.map_err(failed)?;
    // Those of a container or of a partition belong to it alone, and no tool of others can tell them apart.
    let query =
        "SELECT name, value, host, path, expiry, isSecure AS secure, isHttpOnly AS http_only, sameSite AS same_site
        FROM moz_cookies WHERE originAttributes = '' ORDER BY id LIMIT 5001";
    let read = sqlx::query_as(query).fetch_all(&mut db).await.map_err(failed);
    let _closed = db.close().await;
    let mut cookies: Vec<FirefoxCookie> = read?;
    for cookie in &mut cookies {
        if cookie.expiry > SECONDS {
            cookie.expiry /= 1000;
        }
    }
    Ok(cookies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn cookies_of_both_generations_are_read_and_others_databases_are_refused() {
        let file = std::env::temp_dir().join(format!("radard-firefox-{}.sqlite", std::process::id()));
        let open = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let mut db = open.connect().await.unwrap();
        assert!(matches!(cookies(&file).await, Err(NoCookies::Unread(why)) if why.contains("moz_cookies")));
        let table =
            "CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT,
            value TEXT, host TEXT, path TEXT, expiry INTEGER, isSecure INTEGER, isHttpOnly INTEGER, sameSite INTEGER)";
        sqlx::query(table).execute(&mut db).await.unwrap();
        for row in [
            "(1, '', 'sessionid', 'a', '.douyin.com', '/', 2000000000, 1, 1, 0)",
            "(2, '', 'later', 'b', 'www.douyin.com', '/', 2000000000000, 0, 0, 256)",
            "(3, '^userContextId=2', 'sessionid', 'of a container', '.douyin.com', '/', 2000000000, 1, 1, 0)",
        ] {
            let add = sqlx::AssertSqlSafe(format!("INSERT INTO moz_cookies VALUES {row}"));
            sqlx::query(add).execute(&mut db).await.unwrap();
        }
        db.close().await.unwrap();
        let told: Vec<_> =
            cookies(&file).await.unwrap().into_iter().map(|c| (c.name, c.expiry, c.secure, c.same_site)).collect();
        assert_eq!(
            told,
            [("sessionid".to_owned(), 2_000_000_000, true, 0), ("later".to_owned(), 2_000_000_000, false, 256)]
        );
        assert!(is_database(&std::fs::read(&file).unwrap()));
        std::fs::remove_file(file).unwrap();
    }
}
