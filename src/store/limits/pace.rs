//! What was sent under limits: entries that are written before the request leaves.
//!
//! A *line* is one limit for one of whatever it counts by. Whoever changes a line takes a turn at its row first, so
//! that several processes never count from the same state; who needs several takes them in the order of their names.

use crate::domain::Millis;
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const TAKE_TURN: &str = "INSERT INTO pace_line (line, spread_ms, spread_at) VALUES ($1, $2, $3)
    ON CONFLICT (line) DO UPDATE SET
        spread_ms = CASE WHEN excluded.spread_ms >= pace_line.spread_ms OR pace_line.spread_at < $4
            THEN excluded.spread_ms ELSE pace_line.spread_ms END,
        spread_at = CASE WHEN excluded.spread_ms >= pace_line.spread_ms OR pace_line.spread_at < $4
            THEN excluded.spread_at ELSE pace_line.spread_at END
    RETURNING spread_ms, kept_until";
const KEEP_SLOT: &str = "UPDATE pace_line SET kept_until = $2 WHERE line = $1";
const FORGET: &str = "DELETE FROM pace_entry WHERE line = $1 AND last_at <= $2";
const ENTRIES: &str = "SELECT last_at, n FROM pace_entry WHERE line = $1 AND n > 0 ORDER BY last_at";
const NEWEST: &str = "SELECT MAX(last_at) FROM pace_entry";
const ADD: &str = "INSERT INTO pace_entry (line, last_at, n) VALUES ($1, $2, $3)
    ON CONFLICT (line, last_at) DO UPDATE SET n = pace_entry.n + excluded.n";
const GIVE_BACK: &str = "UPDATE pace_entry SET n = n - $3 WHERE line = $1 AND last_at = $2 AND n >= $3";
const CLOCK: &str = "SELECT stepped_ms, seen_at, up_ms FROM pace_clock WHERE id = 1";
const KEEP_CLOCK: &str = "INSERT INTO pace_clock (id, stepped_ms, seen_at, up_ms) VALUES (1, $1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET stepped_ms = excluded.stepped_ms, seen_at = excluded.seen_at, up_ms = excluded.up_ms";

pub(super) const STATEMENTS: &[&str] =
    &[TAKE_TURN, KEEP_SLOT, FORGET, ENTRIES, NEWEST, ADD, GIVE_BACK, CLOCK, KEEP_CLOCK];

/// So many requests, the last of them sent by then at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    /// When the last of them is sent at the latest.
    pub last_at: i64,
    /// How many.
    pub n: i64,
}

/// What a line says to whoever takes a turn at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Turn {
    /// The spread that counts.
    pub spread_ms: i64,
    /// Until when its next slot is kept for a person.
    pub kept_until: i64,
}

/// The spread that this process has seen in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The spread.
    pub spread_ms: i64,
    /// When it was seen.
    pub at: Millis,
    /// Before this moment, what another process has seen does not count any more.
    pub stale: Millis,
}

/// Takes a turn at `line`, which lasts until the end of the transaction. Stores the spread that this process has seen,
/// and gives the one that counts: the widest that is not stale.
pub async fn take_turn(tx: &mut Tx, line: &str, seen: Seen) -> Result<Turn, Error> {
    on!(tx, db => sqlx::query_as(TAKE_TURN)
        .bind(line).bind(seen.spread_ms).bind(seen.at.0).bind(seen.stale.0).fetch_one(db).await)
    .map_err(Error::in_act("take a turn at a limit"))
}

/// Keeps the next slot of `line` for a person until then; whoever calls this has a turn at the line.
pub async fn keep_slot(tx: &mut Tx, line: &str, until: Millis) -> Result<(), Error> {
    on!(tx, db => sqlx::query(KEEP_SLOT).bind(line).bind(until.0).execute(db).await.map(drop))
        .map_err(Error::in_act("keep a slot of a limit for a person"))
}

/// What was sent in `line` after `since`, oldest first; what is older is thrown away.
pub async fn entries(tx: &mut Tx, line: &str, since: Millis) -> Result<Vec<Entry>, Error> {
    let failed = Error::in_act("look what was sent under a limit");
    on!(tx, db => sqlx::query(FORGET).bind(line).bind(since.0).execute(db).await.map(drop)).map_err(&failed)?;
    on!(tx, db => sqlx::query_as(ENTRIES).bind(line).fetch_all(db).await).map_err(&failed)
}

/// The last moment that is counted in any line.
pub async fn newest(tx: &mut Tx) -> Result<Option<Millis>, Error> {
    let newest: Result<(Option<i64>,), _> = on!(tx, db => sqlx::query_as(NEWEST).fetch_one(db).await);
    Ok(newest.map_err(Error::in_act("look what was counted last"))?.0.map(Millis))
}

/// Counts `entry` in `line`, before anything is sent.
pub async fn add(tx: &mut Tx, line: &str, entry: Entry) -> Result<(), Error> {
    on!(tx, db => sqlx::query(ADD).bind(line).bind(entry.last_at).bind(entry.n).execute(db).await.map(drop))
        .map_err(Error::in_act("count a request under a limit"))
}

/// Takes back what was counted and not sent.
pub async fn give_back(tx: &mut Tx, line: &str, entry: Entry) -> Result<(), Error> {
    on!(tx, db => sqlx::query(GIVE_BACK).bind(line).bind(entry.last_at).bind(entry.n).execute(db).await.map(drop))
        .map_err(Error::in_act("give back what was not sent"))
}

/// The time that limits count in, as it was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct LastSeen {
    /// How far the wall clock was ahead of it.
    pub stepped_ms: i64,
    /// What it was.
    pub seen_at: i64,
    /// How long the machine had been up.
    pub up_ms: i64,
}

/// The time that limits count in, if it was ever seen.
pub async fn clock(tx: &mut Tx) -> Result<Option<LastSeen>, Error> {
    on!(tx, db => sqlx::query_as(CLOCK).fetch_optional(db).await).map_err(Error::in_act("read the clock of the limits"))
}

/// Remembers what time it is for the limits.
pub async fn keep_clock(tx: &mut Tx, seen: LastSeen) -> Result<(), Error> {
    on!(tx, db => sqlx::query(KEEP_CLOCK).bind(seen.stepped_ms).bind(seen.seen_at).bind(seen.up_ms)
        .execute(db).await.map(drop))
    .map_err(Error::in_act("remember the clock of the limits"))
}
