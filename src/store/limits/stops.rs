//! Who must not send until when, for all processes and after any restart.

use sqlx::FromRow;

use super::pace;
use crate::domain::{AlarmName, Class, Millis};
use crate::store::alarms;
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};
use crate::store::queue::{gates, jobs};

/// A later end and a breaker win over what stood there; what was asked for is that of the later end. A sign of risk keeps
/// its name, its reason and its lane while it holds, whatever is answered meanwhile: the alarm is about them.
const STOP: &str = "INSERT INTO pace_stop (subject, class, reason, since, until, asked_ms, is_breaker, lane, times)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)
    ON CONFLICT (subject) DO UPDATE SET
        lane = CASE WHEN pace_stop.class = 'risk' AND pace_stop.until > excluded.since THEN pace_stop.lane ELSE excluded.lane END,
        class = CASE WHEN pace_stop.class = 'risk' AND pace_stop.until > excluded.since THEN pace_stop.class ELSE excluded.class END,
        reason = CASE WHEN pace_stop.class = 'risk' AND pace_stop.until > excluded.since THEN pace_stop.reason ELSE excluded.reason END,
        since = CASE WHEN pace_stop.class = 'risk' AND pace_stop.until > excluded.since THEN pace_stop.since ELSE excluded.since END,
        asked_ms = CASE WHEN excluded.until >= pace_stop.until THEN excluded.asked_ms ELSE pace_stop.asked_ms END,
        until = CASE WHEN excluded.until >= pace_stop.until THEN excluded.until ELSE pace_stop.until END,
        is_breaker = pace_stop.is_breaker OR excluded.is_breaker, probe_until = NULL, times = pace_stop.times + 1
    RETURNING subject, lane, class, reason, since, until, asked_ms, is_breaker, probe_until, times";
const LIST: &str = "SELECT subject, lane, class, reason, since, until, asked_ms, is_breaker, probe_until, times
    FROM pace_stop ORDER BY subject";
/// What a person opens: the stop that an answer to this lane began, and the one that keeps it closed.
const LIFT_LANE: &str = "DELETE FROM pace_stop WHERE lane = $1
    OR subject IN (SELECT subject FROM gate WHERE scope = 'lane' AND name = $1) RETURNING subject";
const LIFT_NOW: &str = "DELETE FROM pace_stop WHERE subject = $1 AND class = 'network'";
const FORGET: &str = "DELETE FROM pace_stop WHERE NOT is_breaker AND until <= $1";
const PROBE: &str = "UPDATE pace_stop SET probe_until = $1
    WHERE subject = $2 AND is_breaker AND until <= $3 AND (probe_until IS NULL OR probe_until <= $3) RETURNING subject";
const LIFT: &str = "DELETE FROM pace_stop WHERE subject = $1 AND until <= $2";

pub(super) const STATEMENTS: &[&str] = &[STOP, LIST, FORGET, PROBE, LIFT, LIFT_NOW, LIFT_LANE];

/// A stop.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, serde::Serialize)]
pub struct Stopped {
    /// Who must not send.
    pub subject: String,
    /// The lane whose answer it was.
    pub lane: String,
    /// The class of the answer that stopped it.
    pub class: Class,
    /// What was answered.
    pub reason: String,
    /// Since when.
    pub since: i64,
    /// Until when.
    pub until: i64,
    /// The wait that was asked for, in milliseconds, when it was cut.
    pub asked_ms: Option<i64>,
    /// Whether one request must show first that all is well again.
    pub is_breaker: bool,
    /// Until when somebody tries that.
    pub probe_until: Option<i64>,
    /// How often it was stopped without going well in between.
    pub times: i64,
}

impl Stopped {
    /// Whether `other` adds nothing to this one: the same class of answer, and it ends no later but for a moment.
    pub fn covers(&self, other: &Self) -> bool {
        self.class == other.class
            && !other.is_breaker
            && self.until + 1000 > other.until
            && self.since + 1000 > other.since
    }
}

/// Stops `stop.subject`; its `times` and `probe_until` are the store's own. Gives the stop as it stands then.
pub async fn stop(tx: &mut Tx, stop: &Stopped) -> Result<Stopped, Error> {
    on!(tx, db => sqlx::query_as(STOP).bind(&stop.subject).bind(stop.class.as_str()).bind(&stop.reason).bind(stop.since)
        .bind(stop.until).bind(stop.asked_ms).bind(stop.is_breaker).bind(&stop.lane).fetch_one(db).await)
    .map_err(Error::in_act("stop an account"))
}

/// Every stop, in the time that limits count in.
pub async fn list(tx: &mut Tx) -> Result<Vec<Stopped>, Error> {
    on!(tx, db => sqlx::query_as(LIST).fetch_all(db).await).map_err(Error::in_act("list who is stopped"))
}

/// Every stop, by the clock on the wall, as people read it.
pub async fn list_by_the_wall(tx: &mut Tx) -> Result<Vec<Stopped>, Error> {
    let stepped_ms = pace::clock(tx).await?.map_or(0, |seen| seen.stepped_ms);
    let by_the_wall = |stop: Stopped| {
        let [since, until] = [stop.since, stop.until].map(|at| at.saturating_add(stepped_ms));
        Stopped { since, until, ..stop }
    };
    Ok(list(tx).await?.into_iter().map(by_the_wall).collect())
}

/// Throws away the stops that ended by themselves.
pub async fn forget(tx: &mut Tx, now: Millis) -> Result<(), Error> {
    on!(tx, db => sqlx::query(FORGET).bind(now.0).execute(db).await.map(drop))
        .map_err(Error::in_act("forget stops that ended"))
}

/// Takes the one try of `subject` until `until`; false when somebody else has it, or it is too early.
pub async fn take_probe(tx: &mut Tx, subject: &str, now: Millis, until: Millis) -> Result<bool, Error> {
    let taken: Option<(String,)> = on!(tx, db => sqlx::query_as(PROBE).bind(until.0).bind(subject).bind(now.0)
        .fetch_optional(db).await)
    .map_err(Error::in_act("try an account again"))?;
    Ok(taken.is_some())
}

/// Lets `subject` send again, unless it was stopped anew meanwhile. The lanes that were closed for it open.
pub async fn lift(tx: &mut Tx, subject: &str, now: Millis) -> Result<(), Error> {
    let lifted = on!(tx, db => sqlx::query(LIFT).bind(subject).bind(now.0).execute(db).await
        .map(|done| done.rows_affected()));
    if lifted.map_err(Error::in_act("let an account send again"))? > 0 {
        gates::open_of(tx, subject).await?;
    }
    Ok(())
}

/// A request has reached `host`: its outage is over. The lanes that were closed for it open, their jobs are due now, and
/// the alarm closes.
pub async fn reached(tx: &mut Tx, host: &str) -> Result<(), Error> {
    on!(tx, db => sqlx::query(LIFT_NOW).bind(host).execute(db).await.map(drop))
        .map_err(Error::in_act("let a host be asked again"))?;
    jobs::call_back_lanes(tx, host).await?;
    gates::open_of(tx, host).await?;
    alarms::close(tx, AlarmName::HostUnreachable, host).await.map(drop)
}

/// Lifts what an answer to `lane` stopped and what keeps it closed: a person has seen to it. Every lane that was closed
/// for the same reason opens.
pub async fn lift_lane(tx: &mut Tx, lane: &str) -> Result<(), Error> {
    let lifted: Vec<(String,)> = on!(tx, db => sqlx::query_as(LIFT_LANE).bind(lane).fetch_all(db).await)
        .map_err(Error::in_act("let a lane send again"))?;
    for (subject,) in lifted {
        gates::open_of(tx, &subject).await?;
    }
    Ok(())
}
