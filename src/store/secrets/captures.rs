//! Captures of logins, by profile: which there are, how each stands, which one is used. What they hold is sealed.

use std::str::FromStr;

use sqlx::FromRow;
use uuid::Uuid;

use crate::domain::Class;
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};
use crate::store::engine::word::{read, word_column};

const ADD: &str = "INSERT INTO capture (id, profile, platform, source, is_made, standing, cookies, ends_at, made_at)
    VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8)
    RETURNING id, profile, platform, source, is_made, standing, class, said, cookies, ends_at, made_at, proved_at";
const ALL: &str =
    "SELECT id, profile, platform, source, is_made, standing, class, said, cookies, ends_at, made_at, proved_at
    FROM capture ORDER BY profile, id DESC";
const OF: &str =
    "SELECT id, profile, platform, source, is_made, standing, class, said, cookies, ends_at, made_at, proved_at
    FROM capture WHERE profile = $1 ORDER BY id DESC";
const RETIRE: &str = "UPDATE capture SET standing = 'kept' WHERE profile = $1 AND standing = 'active' AND id <> $2";
const ACTIVATE: &str = "UPDATE capture SET standing = 'active' WHERE profile = $1 AND id = $2 RETURNING id";
const JUDGE: &str = "UPDATE capture SET class = $1, said = $2, standing = $3 WHERE id = $4";
const PROVE: &str = "UPDATE capture SET class = 'ok', said = NULL, proved_at = $1 WHERE id = $2";
const DROP: &str = "DELETE FROM capture WHERE id = $1";

pub(super) const STATEMENTS: &[&str] = &[ADD, ALL, OF, RETIRE, ACTIVATE, JUDGE, PROVE, DROP];

/// How a capture stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It waits to be proved.
    Waiting,
    /// It is the one that is used.
    Active,
    /// It was used before.
    Kept,
    /// The site said no to it.
    Refused,
}

impl Standing {
    const ALL: [Self; 4] = [Self::Waiting, Self::Active, Self::Kept, Self::Refused];

    /// The word in SQL and JSON.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Kept => "kept",
            Self::Refused => "refused",
        }
    }
}

impl FromStr for Standing {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        read(word, "standing of a capture", &Self::ALL, Self::as_str)
    }
}

word_column!(Standing, Standing::from_str);

/// A capture, without what it holds.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, serde::Serialize)]
pub struct Capture {
    /// Which.
    pub id: Uuid,
    /// Of which profile.
    pub profile: String,
    /// On which platform.
    pub platform: String,
    /// Where it comes from.
    pub source: String,
    /// Whether its profile stands in no settings, but was made by hand.
    pub is_made: bool,
    /// How it stands.
    pub standing: Standing,
    /// How the last look at it ended.
    pub class: Option<Class>,
    /// Why, when it did not end well.
    pub said: Option<String>,
    /// How many cookies it has.
    pub cookies: i64,
    /// When the first cookie that says who is logged in ends.
    pub ends_at: Option<i64>,
    /// When it was captured.
    pub made_at: i64,
    /// When it was last proved to be logged in.
    pub proved_at: Option<i64>,
}

impl Capture {
    /// Whether the site said no when it was asked last: nothing is sent with it until a person has seen to that.
    pub fn is_stopped(&self) -> bool {
        matches!(self.class, Some(Class::Auth | Class::Risk))
    }
}

/// A capture that is new.
#[derive(Debug, Clone, Copy)]
pub struct Fresh<'a> {
    /// The profile.
    pub profile: &'a str,
    /// Its platform.
    pub platform: &'a str,
    /// Where it comes from.
    pub source: &'a str,
    /// Whether the profile stands in no settings.
    pub is_made: bool,
    /// How many cookies it has.
    pub cookies: i64,
    /// When its login ends, if it says so.
    pub ends_at: Option<i64>,
}

/// Adds one that waits to be proved; returns it.
pub async fn add(tx: &mut Tx, fresh: Fresh<'_>) -> Result<Capture, Error> {
    let Fresh { profile, platform, source, is_made, cookies, ends_at } = fresh;
    let (id, now) = (tx.entropy.id(tx.now), tx.now.0);
    on!(tx, db => sqlx::query_as(ADD).bind(id).bind(profile).bind(platform).bind(source).bind(is_made).bind(cookies)
        .bind(ends_at).bind(now).fetch_one(db).await)
    .map_err(Error::in_act("add a capture"))
}

/// Every capture, by profile, the youngest first.
pub async fn all(tx: &mut Tx) -> Result<Vec<Capture>, Error> {
    on!(tx, db => sqlx::query_as(ALL).fetch_all(db).await).map_err(Error::in_act("list captures"))
}

/// The captures of a profile, the youngest first.
pub async fn of(tx: &mut Tx, profile: &str) -> Result<Vec<Capture>, Error> {
    on!(tx, db => sqlx::query_as(OF).bind(profile).fetch_all(db).await).map_err(Error::in_act("list captures"))
}

/// Lets `id` be the one that is used, in the place of the one before; false, and nothing changed, when the profile has
/// no such capture.
pub async fn activate(tx: &mut Tx, profile: &str, id: Uuid) -> Result<bool, Error> {
    let failed = Error::in_act("activate a capture");
    if !of(tx, profile).await?.iter().any(|capture| capture.id == id) {
        return Ok(false);
    }
    on!(tx, db => sqlx::query(RETIRE).bind(profile).bind(id).execute(db).await.map(drop)).map_err(&failed)?;
    let known: Option<(Uuid,)> =
        on!(tx, db => sqlx::query_as(ACTIVATE).bind(profile).bind(id).fetch_optional(db).await).map_err(&failed)?;
    Ok(known.is_some())
}

/// Notes that it is logged in.
pub async fn prove(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(PROVE).bind(now).bind(id).execute(db).await.map(drop))
        .map_err(Error::in_act("prove a capture"))
}

/// Notes why it could not be proved, and how it stands from now on.
pub async fn judge(tx: &mut Tx, id: Uuid, standing: Standing, class: Class, said: &str) -> Result<(), Error> {
    on!(tx, db => sqlx::query(JUDGE).bind(class.as_str()).bind(said).bind(standing.as_str()).bind(id).execute(db).await.map(drop))
        .map_err(Error::in_act("judge a capture"))
}

/// Throws one away.
pub async fn drop_one(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    on!(tx, db => sqlx::query(DROP).bind(id).execute(db).await.map(drop)).map_err(Error::in_act("drop a capture"))
}
