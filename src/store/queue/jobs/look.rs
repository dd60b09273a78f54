//! Jobs as people see them: one, a page, the lanes they wait in.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::FromRow;
use uuid::Uuid;

use super::state::State;
use crate::domain::{Class, JobId, Millis};
use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

macro_rules! columns {
    () => {
        "SELECT id, kind, key, lane, target, payload, state, priority, run_at, attempts, attempts_max, crashes,
            snoozes, fence, lease_owner, lease_until, class, last_error, result, progress, retry_after_capped,
            failing_since, created_at, updated_at FROM job "
    };
}

const FIND: &str = concat!(columns!(), "WHERE id = $1");
const FIND_KEY: &str = concat!(columns!(), "WHERE kind = $1 AND key = $2");
const LIST: &str = concat!(
    columns!(),
    "WHERE id < $1 AND (CAST($2 AS TEXT) IS NULL OR kind = $2) AND (CAST($3 AS TEXT) IS NULL OR lane = $3)
    ORDER BY id DESC LIMIT $4"
);
const LIST_STATE: &str = concat!(
    columns!(),
    "WHERE id < $1 AND (CAST($2 AS TEXT) IS NULL OR kind = $2) AND (CAST($3 AS TEXT) IS NULL OR lane = $3)
    AND state = $5 ORDER BY id DESC LIMIT $4"
);
const NEXT_DUE: &str = "SELECT MIN(run_at) FROM job WHERE turn IS NULL AND state IN ('queued', 'failed', 'snoozed')";
const SOON: &str = "SELECT DISTINCT lane FROM job WHERE turn IS NULL AND state IN ('queued', 'failed', 'snoozed')
    AND run_at > $1 AND run_at <= $2 LIMIT 1000";
const WAITS_FOR_PERSON: &str = "SELECT 1 FROM job WHERE kind = $1 AND class = 'auth'
    AND state IN ('queued', 'running', 'snoozed', 'failed') LIMIT 1";
const WAITS_FOR_SPACE: &str = "SELECT 1 FROM job WHERE kind = $1 AND class = 'local'
    AND state IN ('queued', 'running', 'snoozed') LIMIT 1";
/// Lanes hop over the index of lines, as a claim does.
const LANES: &str = "WITH RECURSIVE l(lane) AS (
        SELECT MIN(lane) FROM job WHERE turn IS NOT NULL
        UNION ALL
        SELECT (SELECT MIN(n.lane) FROM job n WHERE n.turn IS NOT NULL AND n.lane > l.lane) FROM l
        WHERE l.lane IS NOT NULL
    )
    SELECT l.lane, (SELECT COUNT(*) FROM job j WHERE j.lane = l.lane AND j.turn IS NOT NULL) FROM l
    WHERE l.lane IS NOT NULL";

const WAITS_FOR_TURN: &str = "SELECT lane, COUNT(*) FROM job WHERE state = 'snoozed' AND class = 'rate' GROUP BY lane";

const OUTLINES: Batch = Batch::of_both(
    &[("v_key", Of::Text), ("v_kind", Of::Text)],
    "SELECT id, key, lane, state, run_at, class, last_error, progress, created_at FROM v
    JOIN job ON kind = v_kind AND key = v_key",
);

pub(super) const BATCHES: &[Batch] = &[OUTLINES];
pub(super) const STATEMENTS: &[&str] =
    &[WAITS_FOR_TURN, FIND, FIND_KEY, LIST, LIST_STATE, LANES, NEXT_DUE, SOON, WAITS_FOR_PERSON, WAITS_FOR_SPACE];

/// A whole row.
#[derive(Debug, Clone, FromRow)]
pub struct Job {
    /// Which job.
    pub id: Uuid,
    /// What it does.
    pub kind: String,
    /// What makes it the same work as another of its kind.
    pub key: String,
    /// The lane it runs in.
    pub lane: String,
    /// What takes turns within its line; may be empty.
    pub target: String,
    /// Canonical JSON.
    pub payload: String,
    /// Where it stands.
    pub state: State,
    /// Higher goes first.
    pub priority: i64,
    /// Not before this moment.
    pub run_at: i64,
    /// Failed attempts.
    pub attempts: i64,
    /// Attempts until it is dead.
    pub attempts_max: i64,
    /// Processes that died holding it, without progress in between.
    pub crashes: i64,
    /// Times it waited without an attempt.
    pub snoozes: i64,
    /// The number of its latest holder.
    pub fence: i64,
    /// Who holds it.
    pub lease_owner: Option<String>,
    /// Until when.
    pub lease_until: Option<i64>,
    /// The class of its last end.
    pub class: Option<Class>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// What it gave.
    pub result: Option<String>,
    /// What it remembers between runs.
    pub progress: Option<String>,
    /// The wait that was asked for, when we cut it.
    pub retry_after_capped: Option<i64>,
    /// Since when it fails without spending attempts.
    pub failing_since: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

impl Job {
    /// When it dies if it goes on failing without spending attempts, which may last for `retry_for`.
    pub fn give_up_at(&self, retry_for: Duration) -> Option<Millis> {
        let since = self.failing_since.filter(|_| !self.state.is_over())?;
        Some(Millis(since) + retry_for)
    }
}

/// What says how far a job is and what it waits for.
#[derive(Debug, Clone, FromRow)]
pub struct Outline {
    /// Which job.
    pub id: Uuid,
    /// What makes it the same work as another of its kind.
    pub key: String,
    /// The lane it runs in.
    pub lane: String,
    /// Where it stands.
    pub state: State,
    /// Not before this moment.
    pub run_at: i64,
    /// The class of its last end.
    pub class: Option<Class>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// What it remembers between runs.
    pub progress: Option<String>,
    /// When it was made.
    pub created_at: i64,
}

/// What a listing shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this state.
    pub state: Option<State>,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this lane.
    pub lane: Option<String>,
    /// Only jobs older than this one.
    pub before: Option<JobId>,
    /// At most so many.
    pub limit: u32,
}

/// One job by its id.
pub async fn find(tx: &mut Tx, id: JobId) -> Result<Option<Job>, Error> {
    on!(tx, db => sqlx::query_as(FIND).bind(id.0).fetch_optional(db).await).map_err(Error::in_act("find a job"))
}

/// One job by what makes it the same work.
pub async fn find_key(tx: &mut Tx, kind: &str, key: &str) -> Result<Option<Job>, Error> {
    on!(tx, db => sqlx::query_as(FIND_KEY).bind(kind).bind(key).fetch_optional(db).await)
        .map_err(Error::in_act("find a job"))
}

/// The jobs of `kind` that have these keys.
pub async fn outlines(tx: &mut Tx, kind: &str, keys: &[&str]) -> Result<Vec<Outline>, Error> {
    let mut found = Vec::with_capacity(keys.len());
    for page in keys.chunks(256) {
        let rows: Vec<[Cell<'_>; 2]> = page.iter().map(|key| [(*key).into(), kind.into()]).collect();
        found.extend(OUTLINES.run(tx, &rows).await.map_err(Error::in_act("find jobs"))?);
    }
    Ok(found)
}

/// A page of jobs, the youngest first.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Job>, Error> {
    let before = filter.before.map_or(Uuid::max(), |id| id.0);
    let (kind, lane, limit) = (filter.kind.as_deref(), filter.lane.as_deref(), i64::from(filter.limit));
    let jobs = match filter.state {
        None => on!(tx, db => sqlx::query_as(LIST).bind(before).bind(kind).bind(lane).bind(limit)
            .fetch_all(db).await),
        Some(state) => on!(tx, db => sqlx::query_as(LIST_STATE).bind(before).bind(kind).bind(lane).bind(limit)
            .bind(state.as_str()).fetch_all(db).await),
    };
    jobs.map_err(Error::in_act("list jobs"))
}

/// The lanes of jobs that come due between now and `until`.
pub async fn soon(tx: &mut Tx, until: Millis) -> Result<Vec<String>, Error> {
    let now = tx.now.0;
    let lanes: Vec<(String,)> = on!(tx, db => sqlx::query_as(SOON).bind(now).bind(until.0).fetch_all(db).await)
        .map_err(Error::in_act("list lanes"))?;
    Ok(lanes.into_iter().map(|(lane,)| lane).collect())
}

/// What waits in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// Jobs that are due.
    pub due: i64,
    /// Jobs that wait for their turn under a limit.
    pub resting: i64,
}

/// The lanes in which something waits, by name.
pub async fn lanes(tx: &mut Tx) -> Result<BTreeMap<String, Waiting>, Error> {
    let failed = Error::in_act("list lanes");
    let due: Vec<(String, i64)> = on!(tx, db => sqlx::query_as(LANES).fetch_all(db).await).map_err(&failed)?;
    let resting: Vec<(String, i64)> =
        on!(tx, db => sqlx::query_as(WAITS_FOR_TURN).fetch_all(db).await).map_err(&failed)?;
    let mut lanes = BTreeMap::<String, Waiting>::new();
    for (lane, n) in due {
        lanes.entry(lane).or_default().due = n;
    }
    for (lane, n) in resting {
        lanes.entry(lane).or_default().resting = n;
    }
    Ok(lanes)
}

/// Whether a job of `kind` missed last because a login is needed, and has not ended since.
pub async fn waits_for_person(tx: &mut Tx, kind: &str) -> Result<bool, Error> {
    waits(tx, WAITS_FOR_PERSON, kind).await
}

/// Whether a job of `kind` missed last because our disk has no space, and has not ended since.
pub async fn waits_for_space(tx: &mut Tx, kind: &str) -> Result<bool, Error> {
    waits(tx, WAITS_FOR_SPACE, kind).await
}

async fn waits(tx: &mut Tx, statement: &'static str, kind: &str) -> Result<bool, Error> {
    let found = on!(tx, db => sqlx::query(statement).bind(kind).fetch_optional(db).await.map(|row| row.is_some()));
    found.map_err(Error::in_act("look for jobs that wait"))
}

/// The next moment at which a waiting job falls due.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Millis>, Error> {
    let (at,): (Option<i64>,) =
        on!(tx, db => sqlx::query_as(NEXT_DUE).fetch_one(db).await).map_err(Error::in_act("look for the next job"))?;
    Ok(at.map(Millis))
}
