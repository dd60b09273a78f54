//! Moments that a wrong clock wrote and that lie in the future now: each is set back, so that nothing waits for them.
//!
//! A wait keeps its length: it is moved back by as much as the moment at which its row was written. What only tells
//! when something was seen becomes the present, the latest moment at which that can have been. History stays as it was
//! written. `targets` sets back the next rounds of targets, `queue` its schedules.

use std::time::Duration;

use super::clocks::TOLERANCE;
use crate::domain::{Class, Millis};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

// In all of them $1 is now, and $2 the moment after which a moment is in the future.
pub(super) const SEEN: &[&str] = &[
    "UPDATE visit SET expires_at = expires_at - (seen_at - $1), seen_at = $1,
        created_at = CASE WHEN created_at > $1 THEN $1 ELSE created_at END WHERE seen_at > $2",
    "UPDATE capture SET proved_at = CASE WHEN proved_at > $1 THEN $1 ELSE proved_at END,
        made_at = CASE WHEN made_at > $1 THEN $1 ELSE made_at END WHERE proved_at > $2 OR made_at > $2",
    "UPDATE course SET ended_at = CASE WHEN ended_at > $1 THEN $1 ELSE ended_at END,
        yielded_at = CASE WHEN yielded_at > $1 THEN $1 ELSE yielded_at END,
        silent_at = CASE WHEN silent_at > $1 THEN $1 ELSE silent_at END,
        full_at = CASE WHEN full_at > $1 THEN $1 ELSE full_at END,
        doubted_at = CASE WHEN doubted_at > $1 THEN $1 ELSE doubted_at END,
        whole_from = CASE WHEN whole_to > $1 THEN NULL ELSE whole_from END,
        whole_to = CASE WHEN whole_to > $1 THEN NULL ELSE whole_to END
        WHERE ended_at > $2 OR yielded_at > $2 OR silent_at > $2 OR full_at > $2 OR whole_to > $2
            OR doubted_at > $2",
    "UPDATE doubt SET last_at = CASE WHEN last_at > $1 THEN $1 ELSE last_at END,
        since = CASE WHEN since > $1 THEN $1 ELSE since END WHERE last_at > $2 OR since > $2",
    "UPDATE believed SET at = $1 WHERE at > $2",
    "UPDATE backup_made SET at = $1 WHERE at > $2",
];
// $3 is the latest moment that a wait which begins now can have.
pub(super) const WAITS: &[&str] = &[
    "UPDATE gate SET open_at = CASE WHEN updated_at > $2 AND open_at >= updated_at AND open_at - (updated_at - $1) < $3
            THEN open_at - (updated_at - $1) ELSE $3 END,
        updated_at = CASE WHEN updated_at > $1 THEN $1 ELSE updated_at END WHERE open_at > $3",
    "UPDATE job SET run_at = CASE WHEN updated_at > $2 AND run_at > updated_at THEN run_at - (updated_at - $1) ELSE $1 END,
        updated_at = CASE WHEN updated_at > $2 THEN $1 ELSE updated_at END
        WHERE turn IS NULL AND state IN ('queued', 'failed', 'snoozed') AND run_at > $2
            AND (updated_at > $2 OR (state <> 'queued' AND run_at > $3))",
];
/// $1 is where such a lease ends now, $2 when no lease that was given now could end.
const LEASES: &str = "UPDATE job SET lease_until = $1 WHERE lease_until > $2";
const CRASHES: &str = "UPDATE job SET crashed_at = $1 WHERE crashed_at > $2";
const FAILING: &str = "UPDATE job SET failing_since = $1 WHERE failing_since > $2";
const GROWN: &str = "DELETE FROM grown WHERE day > $1";

pub(super) const STATEMENTS: &[&str] = &[LEASES, CRASHES, FAILING, GROWN];

macro_rules! sightings {
    ($table:literal, $key:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET last_at = $1, first_at = CASE WHEN first_at > $1 THEN $1 ELSE first_at END
            WHERE (",
            $key,
            ") IN (SELECT ",
            $key,
            " FROM ",
            $table,
            " WHERE last_at > $2 LIMIT $3)"
        )
    };
}
/// Those of what was found, of which there is much.
pub(super) const LARGE: &[&str] = &[
    sightings!("post", "id"),
    sightings!("creator", "id"),
    sightings!("comment", "id"),
    sightings!("listed", "list, owner, item"),
    "UPDATE creator SET profile_at = $1 WHERE id IN (SELECT id FROM creator WHERE profile_at > $2 LIMIT $3)",
    "UPDATE post SET unlisted_at = $1 WHERE id IN (SELECT id FROM post WHERE unlisted_at > $2 LIMIT $3)",
    "UPDATE listed SET back_at = $1 WHERE (list, owner, item) IN
        (SELECT list, owner, item FROM listed WHERE back_at > $2 LIMIT $3)",
];

/// No lease is given for longer than an hour; one that ends later than this was given by a wrong clock.
const LONGEST_LEASE: Duration = Duration::from_hours(2);
/// How long the worker of such a lease has to renew it, if it lives.
const TO_RENEW: Duration = Duration::from_mins(65);
/// Rows of a large table that are set back in one transaction.
const PAGE: i64 = 2000;
const DAY: i64 = 86_400_000;

/// Sets back what somebody waits for; gives how many rows.
pub async fn set_back(tx: &mut Tx) -> Result<u64, Error> {
    let (act, now) = ("set back what lies in the future", tx.now);
    let (ahead, longest) = (now + TOLERANCE, now + Class::LONGEST_WAIT + TOLERANCE);
    let mut rows = 0;
    for text in SEEN {
        let done = on!(tx, db => sqlx::query(*text).bind(now.0).bind(ahead.0).execute(db).await
            .map(|done| done.rows_affected()));
        rows += done.map_err(Error::in_act(act))?;
    }
    for text in WAITS {
        let done = on!(tx, db => sqlx::query(*text).bind(now.0).bind(ahead.0).bind(longest.0).execute(db).await
            .map(|done| done.rows_affected()));
        rows += done.map_err(Error::in_act(act))?;
    }
    for (text, to, after) in
        [(LEASES, now + TO_RENEW, now + LONGEST_LEASE), (CRASHES, now, ahead), (FAILING, now, ahead)]
    {
        let done = on!(tx, db => sqlx::query(text).bind(to.0).bind(after.0).execute(db).await
            .map(|done| done.rows_affected()));
        rows += done.map_err(Error::in_act(act))?;
    }
    let day = now.0.div_euclid(DAY);
    on!(tx, db => sqlx::query(GROWN).bind(day).execute(db).await.map(drop)).map_err(Error::in_act(act))?;
    Ok(rows)
}

/// Sets back a page of when things were seen last; gives how many rows, 0 when none is left.
pub async fn set_sightings_back(tx: &mut Tx) -> Result<u64, Error> {
    let (now, ahead) = (tx.now, tx.now + TOLERANCE);
    let mut rows = 0;
    for text in LARGE {
        let done = on!(tx, db => sqlx::query(*text).bind(now.0).bind(ahead.0).bind(PAGE).execute(db).await
            .map(|done| done.rows_affected()));
        rows += done.map_err(Error::in_act("set back when things were seen"))?;
    }
    Ok(rows)
}

/// Whether `at` was written by a wrong clock.
pub fn is_ahead(at: Millis, now: Millis) -> bool {
    at > now + TOLERANCE
}
