//! Alarms: what a person should know, one open row per thing, opened once and closed once.

use std::str::FromStr;

use sqlx::FromRow;
use uuid::Uuid;

use super::engine::error::Error;
use super::engine::tx::{Tx, on};
use crate::domain::{AlarmId, AlarmName, Class, Stored};

const RAISE: &str = "INSERT INTO alarm (id, name, subject, severity, class, detail, first_at, last_at, count)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7, CAST(1 AS BIGINT))
    ON CONFLICT (name, subject) WHERE closed_at IS NULL DO UPDATE SET
        last_at = excluded.last_at, count = alarm.count + 1, detail = excluded.detail, class = excluded.class
    RETURNING count";
const CLOSE: &str =
    "UPDATE alarm SET closed_at = $1 WHERE name = $2 AND subject = $3 AND closed_at IS NULL RETURNING id";
const ACK: &str = "UPDATE alarm SET acked_at = COALESCE(acked_at, $1) WHERE id = $2 RETURNING id";
const OPEN: &str = "SELECT id, name, subject, severity, class, detail, first_at, last_at, count, acked_at, closed_at
    FROM alarm WHERE closed_at IS NULL ORDER BY first_at, id";
const LIST: &str = "SELECT id, name, subject, severity, class, detail, first_at, last_at, count, acked_at, closed_at
    FROM alarm WHERE id < $1 ORDER BY id DESC LIMIT $2";
const CLOSED: &str = "SELECT id, name, subject, severity, class, detail, first_at, last_at, count, acked_at, closed_at
    FROM alarm WHERE id < $1 AND closed_at IS NOT NULL ORDER BY id DESC LIMIT $2";
const FIND: &str = "SELECT id, name, subject, severity, class, detail, first_at, last_at, count, acked_at, closed_at
    FROM alarm WHERE id = $1";
const PRUNE: &str = "DELETE FROM alarm WHERE closed_at < $1";

pub(super) const STATEMENTS: &[&str] = &[RAISE, CLOSE, ACK, OPEN, LIST, CLOSED, FIND, PRUNE];

/// How loudly an alarm speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look this week.
    Notice,
    /// Something does not work as it should.
    Warning,
    /// A person must act.
    Critical,
}

impl Severity {
    /// Every severity, the quietest first.
    pub const ALL: [Self; 3] = [Self::Notice, Self::Warning, Self::Critical];

    /// The word in SQL, JSON and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl AsRef<str> for Severity {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// A word that is no severity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a severity: one of notice warning critical")]
pub struct UnknownSeverity(pub String);

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.as_str() == word).ok_or_else(|| UnknownSeverity(word.to_owned()))
    }
}

/// Something to raise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raise {
    /// Which alarm.
    pub name: AlarmName,
    /// What it is about: a lane, a kind, a file.
    pub subject: String,
    /// How loudly.
    pub severity: Severity,
    /// The class of what happened.
    pub class: Class,
    /// What happened, on one line.
    pub detail: String,
}

/// An alarm as it stands.
#[derive(Debug, Clone, FromRow, serde::Serialize)]
pub struct Alarm {
    /// Which alarm.
    pub id: Uuid,
    /// What it is called.
    #[sqlx(try_from = "String")]
    pub name: Stored<AlarmName>,
    /// What it is about.
    pub subject: String,
    /// How loudly it speaks.
    #[sqlx(try_from = "String")]
    pub severity: Stored<Severity>,
    /// The class of what happened.
    pub class: String,
    /// What happened last.
    pub detail: String,
    /// When it was opened.
    pub first_at: i64,
    /// When it was seen last.
    pub last_at: i64,
    /// How often it was seen.
    pub count: i64,
    /// When a person said that they know.
    pub acked_at: Option<i64>,
    /// When it went away.
    pub closed_at: Option<i64>,
}

/// Opens an alarm or counts it once more; true when it is new.
pub async fn raise(tx: &mut Tx, alarm: &Raise) -> Result<bool, Error> {
    let (id, now) = (tx.entropy.id(tx.now), tx.now.0);
    let (count,): (i64,) = on!(tx, db => sqlx::query_as(RAISE)
        .bind(id).bind(alarm.name.as_str()).bind(&alarm.subject).bind(alarm.severity.as_str())
        .bind(alarm.class.as_str()).bind(&alarm.detail).bind(now).fetch_one(db).await)
    .map_err(Error::in_act("raise an alarm"))?;
    Ok(count == 1)
}

/// Closes the open alarm of this thing; true when there was one.
pub async fn close(tx: &mut Tx, name: AlarmName, subject: &str) -> Result<bool, Error> {
    let now = tx.now.0;
    let closed: Option<(Uuid,)> = on!(tx, db => sqlx::query_as(CLOSE).bind(now).bind(name.as_str()).bind(subject)
        .fetch_optional(db).await)
    .map_err(Error::in_act("close an alarm"))?;
    Ok(closed.is_some())
}

/// Remembers that a person knows; false when there is no such alarm.
pub async fn ack(tx: &mut Tx, id: AlarmId) -> Result<bool, Error> {
    let now = tx.now.0;
    let known: Option<(Uuid,)> = on!(tx, db => sqlx::query_as(ACK).bind(now).bind(id.0).fetch_optional(db).await)
        .map_err(Error::in_act("acknowledge an alarm"))?;
    Ok(known.is_some())
}

/// Every open alarm, the oldest first.
pub async fn open(tx: &mut Tx) -> Result<Vec<Alarm>, Error> {
    on!(tx, db => sqlx::query_as(OPEN).fetch_all(db).await).map_err(Error::in_act("list open alarms"))
}

/// A page of all alarms, the youngest first.
pub async fn list(tx: &mut Tx, before: Option<AlarmId>, limit: u32) -> Result<Vec<Alarm>, Error> {
    let before = before.map_or(Uuid::max(), |id| id.0);
    on!(tx, db => sqlx::query_as(LIST).bind(before).bind(i64::from(limit)).fetch_all(db).await)
        .map_err(Error::in_act("list alarms"))
}

/// A page of the alarms that are over, the youngest first.
pub async fn closed(tx: &mut Tx, before: Option<AlarmId>, limit: u32) -> Result<Vec<Alarm>, Error> {
    let before = before.map_or(Uuid::max(), |id| id.0);
    on!(tx, db => sqlx::query_as(CLOSED).bind(before).bind(i64::from(limit)).fetch_all(db).await)
        .map_err(Error::in_act("list alarms that are over"))
}

/// One alarm; nothing when there is none of that id.
pub async fn find(tx: &mut Tx, id: AlarmId) -> Result<Option<Alarm>, Error> {
    on!(tx, db => sqlx::query_as(FIND).bind(id.0).fetch_optional(db).await).map_err(Error::in_act("find an alarm"))
}

/// Throws away alarms that were closed before `before`.
pub async fn prune(tx: &mut Tx, before: crate::domain::Millis) -> Result<(), Error> {
    on!(tx, db => sqlx::query(PRUNE).bind(before.0).execute(db).await.map(drop))
        .map_err(Error::in_act("throw away old alarms"))
}
