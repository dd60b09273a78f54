//! Whether a database is whole and how far it is, asked without changing it.
//!
//! SQLite looks through its own file; on a PostgreSQL server that is the server's business, and an answer is all we
//! ask for.

use super::error::Error;
use super::migrate::{self, MigrateError, Schema};
use super::pool::Store;
use super::tx::{Raw, Tx};

/// How far the database is; 0 when it has no schema.
pub async fn schema(store: &Store) -> Result<Schema, MigrateError> {
    store.read::<_, MigrateError, _>(|tx| Box::pin(migrate::look_only(tx))).await
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
