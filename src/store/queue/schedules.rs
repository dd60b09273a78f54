//! How far each schedule has come, moved forward by whoever is first; set back only when it lies in the future.

use crate::domain::Millis;
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const BEGIN: &str =
    "INSERT INTO schedule (name, last_slot) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING last_slot";
const LAST: &str = "SELECT last_slot FROM schedule WHERE name = $1";
const ADVANCE: &str =
    "UPDATE schedule SET last_slot = $1 WHERE name = $2 AND last_slot = $3 AND last_slot < $1 RETURNING last_slot";
const RESET: &str = "UPDATE schedule SET last_slot = $1 WHERE name = $2 AND last_slot = $3";

pub(super) const STATEMENTS: &[&str] = &[BEGIN, LAST, ADVANCE, RESET];

/// The last slot of `name` that was queued; a schedule never seen before begins at `now`, with nothing missed.
pub async fn last_slot(tx: &mut Tx, name: &str, now: Millis) -> Result<Millis, Error> {
    let failed = Error::in_act("look how far a schedule has come");
    let begun: Option<(i64,)> =
        on!(tx, db => sqlx::query_as(BEGIN).bind(name).bind(now.0).fetch_optional(db).await).map_err(&failed)?;
    if begun.is_some() {
        return Ok(now);
    }
    let (last,): (i64,) = on!(tx, db => sqlx::query_as(LAST).bind(name).fetch_one(db).await).map_err(&failed)?;
    Ok(Millis(last))
}

/// Moves `name` from `last` to `slot`; false when another process was first.
pub async fn advance(tx: &mut Tx, name: &str, last: Millis, slot: Millis) -> Result<bool, Error> {
    let moved: Option<(i64,)> = on!(tx, db => sqlx::query_as(ADVANCE).bind(slot.0).bind(name).bind(last.0)
        .fetch_optional(db).await)
    .map_err(Error::in_act("move a schedule forward"))?;
    Ok(moved.is_some())
}

/// Sets `name` back from `last`, which lies in the future, to `now`.
pub async fn reset(tx: &mut Tx, name: &str, last: Millis, now: Millis) -> Result<(), Error> {
    on!(tx, db => sqlx::query(RESET).bind(now.0).bind(name).bind(last.0).execute(db).await.map(drop))
        .map_err(Error::in_act("set a schedule back"))
}
