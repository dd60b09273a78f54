//! Whether a database is whole and how far it is, asked without changing it.
//!
//! SQLite looks through its own file; on a PostgreSQL server that is the server's business, and an answer is all we
//! ask for.

use std::path::Path;

use crate::store::engine::error::Error;
use crate::store::engine::migrate::{self, MigrateError, Schema};
use crate::store::engine::pool::Store;
use crate::store::engine::tx::{Raw, Tx};

/// How far the database is; 0 when it has no schema.
pub async fn schema(store: &Store) -> Result<Schema, MigrateError> {
    store.read::<_, MigrateError, _>(|tx| Box::pin(migrate::look_only(tx))).await
}

/// How large the database is: its file with what is not yet in it, or what the server says.
pub async fn bytes(store: &Store, file: &Path) -> Result<Option<i64>, Error> {
    if !store.is_shared() {
        let size = |ending: &str| {
            let mut name = file.as_os_str().to_owned();
            name.push(ending);
            std::fs::metadata(name).ok().and_then(|seen| i64::try_from(seen.len()).ok())
        };
        return Ok(size("").map(|bytes| bytes + size("-wal").unwrap_or(0)));
    }
    store.read::<_, Error, _>(|tx| Box::pin(size_on_server(tx))).await
}

async fn size_on_server(tx: &mut Tx) -> Result<Option<i64>, Error> {
    let Raw::Postgres(db) = tx.raw() else { return Ok(None) };
    let said: Result<(i64,), _> = sqlx::query_as("SELECT pg_database_size(current_database())").fetch_one(db).await;
    Ok(Some(said.map_err(Error::in_act("ask how large the database is"))?.0))
}

/// What the database's own check finds wrong with it. Takes time with the size of the file.
pub async fn damage(store: &Store) -> Result<Option<String>, Error> {
    store.read::<_, Error, _>(|tx| Box::pin(find_damage(tx))).await
}

async fn find_damage(tx: &mut Tx) -> Result<Option<String>, Error> {
    let Raw::Sqlite(db) = tx.raw() else { return Ok(None) };
    let said: Result<(String,), _> = sqlx::query_as("PRAGMA quick_check(1)").fetch_one(db).await;
    match said.map_err(Error::in_act("look through the database")) {
        Ok((said,)) => Ok((said != "ok").then_some(said)),
        Err(Error::Broken { cause, .. }) => Ok(Some(cause)),
        Err(error) => Err(error),
    }
}
