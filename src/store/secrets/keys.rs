//! API keys, one-time links and visits: digests only, never what opens the door.

use std::str::FromStr;

use sqlx::FromRow;
use uuid::Uuid;

use crate::domain::Millis;
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};
use crate::store::engine::word::{read, word_column};

const ADD: &str = "INSERT INTO api_key (id, name, hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING RETURNING id";
const LIST: &str = "SELECT id, name, scopes, created_at, used_at, revoked_at FROM api_key ORDER BY id";
const REVOKE: &str = "UPDATE api_key SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL RETURNING id";
const FIND: &str = "SELECT id, name, scopes, created_at, used_at, revoked_at FROM api_key
    WHERE hash = $1 AND revoked_at IS NULL";
const USED: &str = "UPDATE api_key SET used_at = $1 WHERE id = $2";
const BEGIN_VISIT: &str =
    "INSERT INTO visit (hash, role, created_at, seen_at, expires_at, opened_by) VALUES ($1, $2, $3, $3, $4, $5)";
/// What a key opened ends with it, also when both happen at the same moment.
macro_rules! is_open {
    () => {
        "expires_at > $3 AND (opened_by IS NULL
            OR EXISTS (SELECT 1 FROM api_key WHERE id = opened_by AND revoked_at IS NULL))"
    };
}
const TAKE_VISIT: &str =
    concat!("DELETE FROM visit WHERE hash = $1 AND role = $2 AND ", is_open!(), " RETURNING opened_by");
const SEE_VISIT: &str = concat!(
    "SELECT created_at, seen_at, expires_at, opened_by FROM visit WHERE hash = $1 AND role = $2 AND ",
    is_open!()
);
const LIST_VISITS: &str = "SELECT role, visit.created_at, seen_at, expires_at, name AS opened_by
    FROM visit LEFT JOIN api_key ON api_key.id = opened_by WHERE expires_at > $1 ORDER BY visit.created_at, visit.hash";
const END_VISITS: &str = "DELETE FROM visit";
const END_OPENED_BY: &str = "DELETE FROM visit WHERE opened_by = $1";
const KEEP_VISIT: &str = "UPDATE visit SET seen_at = $1, expires_at = $2 WHERE hash = $3";
const PRUNE_VISITS: &str = "DELETE FROM visit WHERE expires_at <= $1";

pub(super) const STATEMENTS: &[&str] = &[
    ADD,
    LIST,
    REVOKE,
    FIND,
    USED,
    BEGIN_VISIT,
    TAKE_VISIT,
    SEE_VISIT,
    LIST_VISITS,
    END_VISITS,
    END_OPENED_BY,
    KEEP_VISIT,
    PRUNE_VISITS,
];

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pass {
    /// A link that works once.
    Link,
    /// A browser that is signed in.
    Visit,
}

impl Pass {
    const ALL: [Self; 2] = [Self::Link, Self::Visit];

    /// The word in SQL and JSON.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Visit => "visit",
        }
    }
}

impl FromStr for Pass {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        read(word, "role of a sign-in", &Self::ALL, Self::as_str)
    }
}

word_column!(Pass, Pass::from_str);

/// A link or a sign-in, as people see it.
#[derive(Debug, Clone, FromRow, serde::Serialize)]
pub struct Opened {
    /// Which of both.
    pub role: Pass,
    /// When it began.
    pub created_at: i64,
    /// When it was seen last.
    pub seen_at: i64,
    /// When it ends.
    pub expires_at: i64,
    /// The name of the key that opened it; nothing when it was the owner.
    pub opened_by: Option<String>,
}

/// A visit.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct Visit {
    /// When it began.
    pub created_at: i64,
    /// When it was seen last.
    pub seen_at: i64,
    /// When it ends.
    pub expires_at: i64,
    /// The key that opened it; nothing when it was the owner.
    pub opened_by: Option<Uuid>,
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

/// Revokes a key and ends what it opened; false when it is revoked already.
pub async fn revoke(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(END_OPENED_BY).bind(id).execute(db).await.map(drop))
        .map_err(Error::in_act("end what a key opened"))?;
    let gone: Option<(Uuid,)> = on!(tx, db => sqlx::query_as(REVOKE).bind(now).bind(id).fetch_optional(db).await)
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

/// A link or a visit to be.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Which of both.
    pub pass: Pass,
    /// The digest of its token.
    pub hash: &'a str,
    /// When it ends.
    pub until: Millis,
    /// The key that opens it; nothing when it is the owner.
    pub opened_by: Option<Uuid>,
}

/// Keeps a link or a visit.
pub async fn begin(tx: &mut Tx, new: New<'_>) -> Result<(), Error> {
    let (now, New { pass, hash, until, opened_by }) = (tx.now.0, new);
    on!(tx, db => sqlx::query(BEGIN_VISIT).bind(hash).bind(pass.as_str()).bind(now).bind(until.0).bind(opened_by)
        .execute(db).await.map(drop))
    .map_err(Error::in_act("keep a visit"))
}

/// A link that was used up, or a visit that was ended.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct Taken {
    /// The key that opened it; nothing when it was the owner.
    pub opened_by: Option<Uuid>,
}

/// Uses a link up, or ends a visit; nothing when it is unknown, used or expired.
pub async fn take(tx: &mut Tx, pass: Pass, hash: &str) -> Result<Option<Taken>, Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query_as(TAKE_VISIT).bind(hash).bind(pass.as_str())
        .bind(now).fetch_optional(db).await)
    .map_err(Error::in_act("use a link"))
}

/// Links that were not used, and visits that have not ended.
pub async fn opened(tx: &mut Tx) -> Result<Vec<Opened>, Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query_as(LIST_VISITS).bind(now).fetch_all(db).await).map_err(Error::in_act("list sign-ins"))
}

/// Ends every link and every visit; gives how many.
pub async fn end_all(tx: &mut Tx) -> Result<u64, Error> {
    on!(tx, db => sqlx::query(END_VISITS).execute(db).await.map(|done| done.rows_affected()))
        .map_err(Error::in_act("end sign-ins"))
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
