//! Gates: lanes and kinds that a person paused or a refusal closed.
//!
//! A lane without a row stands open. A pause lasts until a person lifts it; a closing has a moment at which the lane
//! opens by itself. The two do not undo each other.

use std::str::FromStr;

use sqlx::FromRow;

use crate::domain::{Class, Millis};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};
use crate::store::engine::word::{read, word_column};

const RESUME: &str = "UPDATE gate SET paused = FALSE, updated_at = $3 WHERE scope = $1 AND name = $2";
const PAUSED: &str = "SELECT COUNT(*) FROM gate WHERE paused AND NOT (scope = $1 AND name = $2)";
const PRUNE: &str = "DELETE FROM gate WHERE NOT paused AND (open_at IS NULL OR open_at < $1)";
const PAUSE: &str = "INSERT INTO gate (scope, name, paused, updated_at) VALUES ($1, $2, TRUE, $3)
    ON CONFLICT (scope, name) DO UPDATE SET paused = excluded.paused, updated_at = excluded.updated_at";
/// The closing that lasts longer stays, with its class and its reason.
const CLOSE: &str = "INSERT INTO gate (scope, name, paused, open_at, class, reason, subject, updated_at)
    VALUES ('lane', $1, FALSE, $2, $3, $4, $5, $6)
    ON CONFLICT (scope, name) DO UPDATE SET
        class = CASE WHEN gate.open_at > excluded.open_at THEN gate.class ELSE excluded.class END,
        reason = CASE WHEN gate.open_at > excluded.open_at THEN gate.reason ELSE excluded.reason END,
        subject = CASE WHEN gate.open_at > excluded.open_at THEN gate.subject ELSE excluded.subject END,
        open_at = CASE WHEN gate.open_at > excluded.open_at THEN gate.open_at ELSE excluded.open_at END,
        updated_at = excluded.updated_at";
const OPEN: &str = "UPDATE gate SET open_at = NULL, class = NULL, reason = NULL, subject = NULL, updated_at = $1
    WHERE scope = 'lane' AND name = $2";
const OPEN_OF: &str = "UPDATE gate SET open_at = NULL, class = NULL, reason = NULL, subject = NULL, updated_at = $1
    WHERE subject = $2 AND scope = 'lane'";
const LIST: &str = "SELECT scope, name, paused, open_at, class, reason, subject, updated_at FROM gate
    WHERE paused OR open_at IS NOT NULL ORDER BY scope, name";
const NEXT_OPENING: &str = "SELECT MIN(open_at) FROM gate WHERE open_at > $1";

pub(super) const STATEMENTS: &[&str] = &[RESUME, PAUSED, PRUNE, PAUSE, CLOSE, OPEN, OPEN_OF, LIST, NEXT_OPENING];

/// What a gate stands before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Every job of a lane.
    Lane,
    /// Every job of a kind.
    Kind,
}

impl Scope {
    const ALL: [Self; 2] = [Self::Lane, Self::Kind];

    /// The word in SQL and JSON.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Lane => "lane",
            Self::Kind => "kind",
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        read(word, "scope of a gate", &Self::ALL, Self::as_str)
    }
}

word_column!(Scope, Scope::from_str);

/// A gate that is not simply open.
#[derive(Debug, Clone, FromRow, serde::Serialize)]
pub struct Gate {
    /// What it stands before.
    pub scope: Scope,
    /// Which one.
    pub name: String,
    /// A person paused it.
    pub paused: bool,
    /// When it opens by itself.
    pub open_at: Option<i64>,
    /// The class of the refusal that closed it.
    pub class: Option<Class>,
    /// What was refused.
    pub reason: Option<String>,
    /// The account or the host that must not send, where that closed it.
    pub subject: Option<String>,
    /// When it last changed.
    pub updated_at: i64,
}

/// Pauses or resumes a lane or a kind.
pub async fn pause(tx: &mut Tx, scope: Scope, name: &str, paused: bool) -> Result<(), Error> {
    let (now, text) = (tx.now.0, if paused { PAUSE } else { RESUME });
    on!(tx, db => sqlx::query(text).bind(scope.as_str()).bind(name).bind(now).execute(db).await.map(drop))
        .map_err(Error::in_act("pause a gate"))
}

/// How many gates but this one a person paused.
pub async fn paused_beside(tx: &mut Tx, scope: Scope, name: &str) -> Result<i64, Error> {
    let (paused,): (i64,) = on!(tx, db => sqlx::query_as(PAUSED).bind(scope.as_str()).bind(name).fetch_one(db).await)
        .map_err(Error::in_act("count gates"))?;
    Ok(paused)
}

/// Forgets gates that stand open; a lane without a row stands open, too.
pub async fn prune(tx: &mut Tx) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(PRUNE).bind(now).execute(db).await.map(drop)).map_err(Error::in_act("forget open gates"))
}

/// A lane that is to be closed.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// Which lane.
    pub lane: &'a str,
    /// When it opens by itself.
    pub open_at: Millis,
    /// The class of the refusal.
    pub class: Class,
    /// What was refused.
    pub reason: &'a str,
    /// Who must not send until then, as `pace_stop` names it: when that stop is lifted, the lane opens.
    pub subject: Option<&'a str>,
}

/// Closes a lane, or leaves it as it is when it was closed for longer.
pub async fn close(tx: &mut Tx, closing: &Closing<'_>) -> Result<(), Error> {
    let (now, Closing { lane, open_at, class, reason, subject }) = (tx.now.0, closing);
    on!(tx, db => sqlx::query(CLOSE).bind(lane).bind(open_at.0).bind(class.as_str()).bind(reason).bind(subject)
        .bind(now).execute(db).await.map(drop))
    .map_err(Error::in_act("close a lane"))
}

/// Opens a lane that a refusal closed; a pause stays.
pub async fn open(tx: &mut Tx, lane: &str) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(OPEN).bind(now).bind(lane).execute(db).await.map(drop))
        .map_err(Error::in_act("open a lane"))
}

/// Opens every lane that was closed because `subject` must not send; pauses stay.
pub async fn open_of(tx: &mut Tx, subject: &str) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(OPEN_OF).bind(now).bind(subject).execute(db).await.map(drop))
        .map_err(Error::in_act("open lanes"))
}

/// Every gate that is paused or was closed.
pub async fn list(tx: &mut Tx) -> Result<Vec<Gate>, Error> {
    on!(tx, db => sqlx::query_as(LIST).fetch_all(db).await).map_err(Error::in_act("list gates"))
}

/// The next moment at which a closed lane opens.
pub async fn next_opening(tx: &mut Tx) -> Result<Option<Millis>, Error> {
    let now = tx.now.0;
    let (at,): (Option<i64>,) = on!(tx, db => sqlx::query_as(NEXT_OPENING).bind(now).fetch_one(db).await)
        .map_err(Error::in_act("look for the next opening"))?;
    Ok(at.map(Millis))
}
