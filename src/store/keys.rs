//! API keys, one-time links and visits: digests only, never what opens the door.

use sqlx::FromRow;
use uuid::Uuid;

use super::error::Error;
use super::tx::{Tx, on};
use crate::domain::Millis;

const ADD: &str = "INSERT INTO api_key (id, name, hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING RETURNING id";
const LIST: &str = "SELECT id, name, scopes, created_at, used_at, revoked_at FROM api_key ORDER BY id";
const REVOKE: &str = "UPDATE api_key SET revoked_at = $1 WHERE name = $2 AND revoked_at IS NULL RETURNING id";
const FIND: &str = "SELECT id, name, scopes, created_at, used_at, revoked_at FROM api_key
    WHERE hash = $1 AND revoked_at IS NULL";
const USED: &str = "UPDATE api_key SET used_at = $1 WHERE id = $2";
const BEGIN_VISIT: &str = "INSERT INTO visit (hash, role, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $3, $4)";
const TAKE_VISIT: &str = "DELETE FROM visit WHERE hash = $1 AND role = $2 AND expires_at > $3 RETURNING hash";
const SEE_VISIT: &str = "SELECT created_at, seen_at, expires_at FROM visit WHERE hash = $1 AND role = $2
    AND expires_at > $3";
const KEEP_VISIT: &str = "UPDATE visit SET seen_at = $1, expires_at = $2 WHERE hash = $3";
const PRUNE_VISITS: &str = "DELETE FROM visit WHERE expires_at <= $1";

pub(super) const STATEMENTS: &[&str] =
    &[ADD, LIST, REVOKE, FIND, USED, BEGIN_VISIT, TAKE_VISIT, SEE_VISIT, KEEP_VISIT, PRUNE_VISITS];

/// An API key without what opens the door.
#[derive(Debug, Clone, FromRow, serde::Serialize)]
pub struct Key {
    /// Which key.
    pub id: Uuid,
    /// The name it was given.
    pub name: String,
    /// What it may do, separated by commas.
    pub scopes: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was used last, to the minute.
    pub used_at: Option<i64>,
    /// When it was taken back.
    pub revoked_at: Option<i64>,
}

/// What a row of `visit` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// A link that works once.
    Link,
    /// A browser that is signed in.
    Visit,
}

impl Pass {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Visit => "visit",
        }
    }
}

/// Times of a visit.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct Visit {
    /// When it began.
    pub created_at: i64,
    /// When it was seen last.
    pub seen_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

/// Keeps a new key's digest; `None` when the name is in use.
pub async fn add(tx: &mut Tx, name: &str, hash: &str, scopes: &str) -> Result<Option<Uuid>, Error> {
    let (id, now) = (tx.entropy.id(tx.now), tx.now.0);
    let made: Option<(Uuid,)> = on!(tx, db => sqlx::query_as(ADD).bind(id).bind(name).bind(hash).bind(scopes)
        .bind(now).fetch_optional(db).await)
    .map_err(Error::in_act("keep a key"))?;
    Ok(made.map(|row| row.0))
}

/// Every key, also those taken back.
pub async fn list(tx: &mut Tx) -> Result<Vec<Key>, Error> {
    on!(tx, db => sqlx::query_as(LIST).fetch_all(db).await).map_err(Error::in_act("list keys"))
}

/// Takes a key back; false when there is none of that name.
pub async fn revoke(tx: &mut Tx, name: &str) -> Result<bool, Error> {
    let now = tx.now.0;
    let gone: Option<(Uuid,)> = on!(tx, db => sqlx::query_as(REVOKE).bind(now).bind(name).fetch_optional(db).await)
        .map_err(Error::in_act("revoke a key"))?;
    Ok(gone.is_some())
}

/// The living key with this digest.
pub async fn find(tx: &mut Tx, hash: &str) -> Result<Option<Key>, Error> {
    on!(tx, db => sqlx::query_as(FIND).bind(hash).fetch_optional(db).await).map_err(Error::in_act("find a key"))
}

/// Remembers that a key was used.
pub async fn used(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(USED).bind(now).bind(id).execute(db).await.map(drop))
        .map_err(Error::in_act("remember the use of a key"))
}

/// Keeps a link or a visit until `until`.
pub async fn begin(tx: &mut Tx, pass: Pass, hash: &str, until: Millis) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(BEGIN_VISIT).bind(hash).bind(pass.as_str()).bind(now).bind(until.0)
        .execute(db).await.map(drop))
    .map_err(Error::in_act("keep a visit"))
}

/// Uses a link up, or ends a visit; false when it is unknown, used or expired.
pub async fn take(tx: &mut Tx, pass: Pass, hash: &str) -> Result<bool, Error> {
    let now = tx.now.0;
    let taken: Option<(String,)> = on!(tx, db => sqlx::query_as(TAKE_VISIT).bind(hash).bind(pass.as_str()).bind(now)
        .fetch_optional(db).await)
    .map_err(Error::in_act("use a link"))?;
    Ok(taken.is_some())
}

/// A visit that has not ended.
pub async fn visit(tx: &mut Tx, hash: &str) -> Result<Option<Visit>, Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query_as(SEE_VISIT).bind(hash).bind(Pass::Visit.as_str()).bind(now)
        .fetch_optional(db).await)
    .map_err(Error::in_act("look up a visit"))
}

/// Lets a visit last until `until`.
pub async fn keep(tx: &mut Tx, hash: &str, until: Millis) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(KEEP_VISIT).bind(now).bind(until.0).bind(hash).execute(db).await.map(drop))
        .map_err(Error::in_act("prolong a visit"))
}

/// Forgets what has expired.
pub async fn prune(tx: &mut Tx) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(PRUNE_VISITS).bind(now).execute(db).await.map(drop))
        .map_err(Error::in_act("forget old visits"))
}
