//! Data keys and sealed values, as rows: what they hold is opened by the vault and nowhere else.
//!
//! On PostgreSQL whoever seals shares the row of the current data key until the end of the transaction, and whoever puts
//! another key in its place waits for that. So nothing is sealed under a key that is about to go.

use sqlx::FromRow;
use uuid::Uuid;

use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const KEYS: &str = "SELECT id, wrapped, master, is_current FROM vault_key ORDER BY id";
const KEY: &str = "SELECT id, wrapped, master, is_current FROM vault_key WHERE id = $1";
const CURRENT: &str = "SELECT id, wrapped, master, is_current FROM vault_key WHERE is_current";
const CURRENT_SHARED: &str = "SELECT id, wrapped, master, is_current FROM vault_key WHERE is_current FOR SHARE";
const RETIRE: &str = "UPDATE vault_key SET is_current = FALSE WHERE is_current";
const ADD: &str = "INSERT INTO vault_key (id, wrapped, master, is_current, made_at) VALUES ($1, $2, $3, TRUE, $4)
    ON CONFLICT (is_current) WHERE is_current DO NOTHING RETURNING id";
const REWRAP: &str = "UPDATE vault_key SET wrapped = $1, master = $2 WHERE id = $3";
const DROP: &str = "DELETE FROM vault_key WHERE NOT is_current
    AND NOT EXISTS (SELECT 1 FROM sealed WHERE sealed.key_id = vault_key.id) RETURNING id";
const PUT: &str = "INSERT INTO sealed (of_table, of_row, of_column, id, key_id, bytes, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (of_table, of_row, of_column)
    DO UPDATE SET key_id = excluded.key_id, bytes = excluded.bytes, changed_at = excluded.changed_at";
const FIND: &str = "SELECT id, of_table, of_row, of_column, key_id, bytes FROM sealed
    WHERE of_table = $1 AND of_row = $2 AND of_column = $3";
const FORGET: &str = "DELETE FROM sealed WHERE of_table = $1 AND of_row = $2 AND of_column = $3 RETURNING id";
const LEAVING: &str = "SELECT id, of_table, of_row, of_column, key_id, bytes FROM sealed
    WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3";
const LEAVING_LOCKED: &str = "SELECT id, of_table, of_row, of_column, key_id, bytes FROM sealed
    WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3 FOR UPDATE";
const RESEAL: &str = "UPDATE sealed SET key_id = $1, bytes = $2 WHERE id = $3";
const LIST: &str = "SELECT of_row, key_id, CAST(LENGTH(bytes) AS BIGINT) AS size, changed_at FROM sealed
    WHERE of_table = $1 AND of_column = $2";
const COUNTS: &str = "SELECT is_current, COUNT(sealed.id) AS n FROM vault_key
    LEFT JOIN sealed ON sealed.key_id = vault_key.id GROUP BY is_current";

pub(super) const STATEMENTS: &[&str] = &[
    KEYS,
    KEY,
    CURRENT,
    CURRENT_SHARED,
    RETIRE,
    ADD,
    REWRAP,
    DROP,
    PUT,
    FIND,
    FORGET,
    LEAVING,
    LEAVING_LOCKED,
    RESEAL,
    LIST,
    COUNTS,
];

/// A data key, wrapped by the master key.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct WrappedKey {
    /// Which key.
    pub id: Uuid,
    /// The key, sealed.
    pub wrapped: Vec<u8>,
    /// The fingerprint of the master key that wraps it.
    pub master: String,
    /// Whether new values are sealed under it.
    pub is_current: bool,
}

/// A sealed value and its place.
#[derive(Debug, Clone, FromRow)]
pub struct Sealed {
    /// Its row among all sealed values.
    pub id: Uuid,
    /// The table it belongs to.
    pub of_table: String,
    /// The row it belongs to.
    pub of_row: String,
    /// The column it belongs to.
    pub of_column: String,
    /// The data key it is sealed under.
    pub key_id: Uuid,
    /// The value, sealed.
    pub bytes: Vec<u8>,
}

/// A sealed value as a listing shows it.
#[derive(Debug, Clone, FromRow)]
pub struct Outline {
    /// The row it belongs to.
    pub of_row: String,
    /// The data key it is sealed under.
    pub key_id: Uuid,
    /// The length of what is stored.
    pub size: i64,
    /// When it was sealed last by whoever it belongs to.
    pub changed_at: i64,
}

/// How many values are sealed under the current data key, and how many still under others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Whether there is any data key.
    pub begun: bool,
    /// Whether a data key that is not the current one is left.
    pub rotating: bool,
    /// Values under the current key.
    pub current: i64,
    /// Values under others.
    pub leaving: i64,
}

/// A place.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The table.
    pub table: &'a str,
    /// The row, as its table names it.
    pub row: &'a str,
    /// The column.
    pub column: &'a str,
}

/// Every data key.
pub async fn keys(tx: &mut Tx) -> Result<Vec<WrappedKey>, Error> {
    on!(tx, db => sqlx::query_as(KEYS).fetch_all(db).await).map_err(Error::in_act("list data keys"))
}

/// The data key called `id`.
pub async fn key(tx: &mut Tx, id: Uuid) -> Result<Option<WrappedKey>, Error> {
    on!(tx, db => sqlx::query_as(KEY).bind(id).fetch_optional(db).await).map_err(Error::in_act("find a data key"))
}

/// The data key that new values are sealed under; it stays that until the end of the transaction.
pub async fn current(tx: &mut Tx) -> Result<Option<WrappedKey>, Error> {
    let (text, failed) = (tx.pick(CURRENT, CURRENT_SHARED), Error::in_act("find the current data key"));
    let mut found: Option<WrappedKey> = None;
    // One that was retired while we waited for it is none; the second look sees what came in its place.
    for _look in 0..2 {
        found = on!(tx, db => sqlx::query_as(text).fetch_optional(db).await).map_err(&failed)?;
        if found.is_some() {
            break;
        }
    }
    Ok(found)
}

/// Takes the current data key out of use for new values.
pub async fn retire(tx: &mut Tx) -> Result<(), Error> {
    on!(tx, db => sqlx::query(RETIRE).execute(db).await.map(drop)).map_err(Error::in_act("retire a data key"))
}

/// Keeps `key` as the current one; false when another process was first.
pub async fn add(tx: &mut Tx, key: &WrappedKey) -> Result<bool, Error> {
    let now = tx.now.0;
    let made: Option<(Uuid,)> = on!(tx, db => sqlx::query_as(ADD).bind(key.id).bind(&key.wrapped).bind(&key.master)
        .bind(now).fetch_optional(db).await)
    .map_err(Error::in_act("keep a data key"))?;
    Ok(made.is_some())
}

/// Keeps `key` wrapped anew.
pub async fn rewrap(tx: &mut Tx, key: &WrappedKey) -> Result<(), Error> {
    on!(tx, db => sqlx::query(REWRAP).bind(&key.wrapped).bind(&key.master).bind(key.id).execute(db).await.map(drop))
        .map_err(Error::in_act("wrap a data key anew"))
}

/// Drops the data keys that are not current and that nothing is sealed under; gives how many went.
pub async fn drop_unused(tx: &mut Tx) -> Result<usize, Error> {
    let gone: Vec<(Uuid,)> =
        on!(tx, db => sqlx::query_as(DROP).fetch_all(db).await).map_err(Error::in_act("drop old data keys"))?;
    Ok(gone.len())
}

/// Keeps a sealed value in its place.
pub async fn put(tx: &mut Tx, at: At<'_>, key_id: Uuid, bytes: &[u8]) -> Result<(), Error> {
    let At { table, row, column } = at;
    let (id, now) = (tx.entropy.id(tx.now), tx.now.0);
    on!(tx, db => sqlx::query(PUT).bind(table).bind(row).bind(column).bind(id).bind(key_id).bind(bytes).bind(now)
        .execute(db).await.map(drop))
    .map_err(Error::in_act("keep a sealed value"))
}

/// The sealed value in a place.
pub async fn find(tx: &mut Tx, at: At<'_>) -> Result<Option<Sealed>, Error> {
    let At { table, row, column } = at;
    on!(tx, db => sqlx::query_as(FIND).bind(table).bind(row).bind(column).fetch_optional(db).await)
        .map_err(Error::in_act("find a sealed value"))
}

/// Throws the sealed value in a place away; false when there is none.
pub async fn forget(tx: &mut Tx, at: At<'_>) -> Result<bool, Error> {
    let At { table, row, column } = at;
    let gone: Option<(Uuid,)> = on!(tx, db => sqlx::query_as(FORGET).bind(table).bind(row).bind(column)
        .fetch_optional(db).await)
    .map_err(Error::in_act("forget a sealed value"))?;
    Ok(gone.is_some())
}

/// Up to `most` values behind `after` that are not sealed under `current`; they are ours until the end of the
/// transaction.
pub async fn leaving(tx: &mut Tx, after: Uuid, current: Uuid, most: i64) -> Result<Vec<Sealed>, Error> {
    let text = tx.pick(LEAVING, LEAVING_LOCKED);
    on!(tx, db => sqlx::query_as(text).bind(after).bind(current).bind(most).fetch_all(db).await)
        .map_err(Error::in_act("list what is to be sealed anew"))
}

/// Keeps the value called `id` sealed anew; for its owner it has not changed.
pub async fn reseal(tx: &mut Tx, id: Uuid, key_id: Uuid, bytes: &[u8]) -> Result<(), Error> {
    on!(tx, db => sqlx::query(RESEAL).bind(key_id).bind(bytes).bind(id).execute(db).await.map(drop))
        .map_err(Error::in_act("seal a value anew"))
}

/// What is sealed in one column of one table.
pub async fn list(tx: &mut Tx, table: &str, column: &str) -> Result<Vec<Outline>, Error> {
    on!(tx, db => sqlx::query_as(LIST).bind(table).bind(column).fetch_all(db).await)
        .map_err(Error::in_act("list sealed values"))
}

/// How much is sealed under which sort of key.
pub async fn counts(tx: &mut Tx) -> Result<Counts, Error> {
    let rows: Vec<(bool, i64)> =
        on!(tx, db => sqlx::query_as(COUNTS).fetch_all(db).await).map_err(Error::in_act("count sealed values"))?;
    let of = |which: bool| rows.iter().find(|(current, _)| *current == which).map(|(_, n)| *n);
    Ok(Counts {
        begun: !rows.is_empty(),
        rotating: of(false).is_some(),
        current: of(true).unwrap_or(0),
        leaving: of(false).unwrap_or(0),
    })
}
