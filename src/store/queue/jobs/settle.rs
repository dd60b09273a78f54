//! The end of a run: many at a time, each only if its fence still holds.

use uuid::Uuid;

use super::state::State;
use super::tally::moved_by_batch;
use crate::domain::{Class, Millis};
use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

macro_rules! settle {
    ($among:literal, $after:literal) => {
        concat!(
            "UPDATE job SET state = v_state, run_at = COALESCE(v_run_at, run_at), attempts = attempts + v_attempts,
                snoozes = snoozes + v_snoozes, class = v_class, last_error = v_error, result = v_result,
                retry_after_capped = v_capped,
                failing_since = CASE WHEN v_class = 'ok' THEN NULL ELSE COALESCE(failing_since, v_failing) END, lease_owner = NULL, lease_until = NULL, updated_at = v_now
            FROM v WHERE id = v_id AND fence = v_fence AND state = 'running'",
            $among,
            " RETURNING ",
            $after
        )
    };
}
/// `PostgreSQL` counts in the same statement. Given the list it finds each row by its id, whatever it believes about
/// the size of the table.
const SETTLE: Batch = Batch {
    rows: &[
        ("v_id", Of::Id),
        ("v_fence", Of::Number),
        ("v_state", Of::Text),
        ("v_run_at", Of::Number),
        ("v_attempts", Of::Number),
        ("v_snoozes", Of::Number),
        ("v_class", Of::Text),
        ("v_error", Of::Text),
        ("v_result", Of::Text),
        ("v_capped", Of::Number),
        ("v_failing", Of::Number),
        ("v_now", Of::Number),
    ],
    sqlite: settle!("", "id"),
    postgres: concat!(
        ", ended AS (",
        settle!(" AND id = ANY ($1)", "id, kind, state"),
        "), counted AS (INSERT INTO job_delta (id, kind, state, n)
            SELECT gen_random_uuid(), kind, COALESCE(was, state), CASE WHEN was IS NULL THEN n ELSE -n END
            FROM (SELECT kind, state, COUNT(*) AS n FROM ended GROUP BY kind, state) AS all_ended,
                (VALUES ('running'), (NULL)) AS step(was))
        SELECT id FROM ended"
    ),
};

macro_rules! progress {
    ($forgives:literal, $among:literal) => {
        concat!(
            "UPDATE job SET progress = v_progress, ",
            $forgives,
            "updated_at = v_now
            FROM v WHERE id = v_id AND fence = v_fence AND state = 'running'",
            $among,
            " RETURNING id"
        )
    };
}
const PROGRESS: Batch = Batch {
    rows: &[("v_id", Of::Id), ("v_fence", Of::Number), ("v_progress", Of::Text), ("v_now", Of::Number)],
    sqlite: progress!("crashes = 0, crashed_at = NULL, failing_since = NULL, ", ""),
    postgres: progress!("crashes = 0, crashed_at = NULL, failing_since = NULL, ", " AND id = ANY ($1)"),
};
const NOTE: Batch =
    Batch { rows: PROGRESS.rows, sqlite: progress!("", ""), postgres: progress!("", " AND id = ANY ($1)") };
const STILL_HELD: &str = "UPDATE job SET updated_at = $1
    WHERE id = $2 AND fence = $3 AND state = 'running' RETURNING id";

pub(super) const STATEMENTS: &[&str] = &[STILL_HELD];
pub(super) const BATCHES: &[Batch] = &[SETTLE, PROGRESS, NOTE];

/// How one run ended, as it will stand in the table.
#[derive(Debug, Clone)]
pub struct End {
    /// Which job.
    pub id: Uuid,
    /// The number that the run was given.
    pub fence: i64,
    /// Its kind, for the counts.
    pub kind: String,
    /// What it becomes.
    pub state: State,
    /// When it may run again.
    pub run_at: Option<Millis>,
    /// Attempts spent by this run; less than none when it was forgiven some.
    pub attempts: i64,
    /// Waits without an attempt.
    pub snoozes: u32,
    /// The class of the end.
    pub class: Class,
    /// What went wrong.
    pub error: Option<String>,
    /// What it gave.
    pub result: Option<String>,
    /// The wait that was asked for, when we cut it.
    pub capped: Option<i64>,
    /// Now, when it failed without spending an attempt; the first such moment stays in the row until it ends well.
    pub failing: Option<Millis>,
}

impl End {
    /// An end that is well and says nothing.
    pub const fn done(id: Uuid, fence: i64, kind: String) -> Self {
        Self {
            id,
            fence,
            kind,
            state: State::Done,
            run_at: None,
            attempts: 0,
            snoozes: 0,
            class: Class::Ok,
            error: None,
            result: None,
            capped: None,
            failing: None,
        }
    }
}

/// Writes `ends`; gives the jobs that were still ours. The others belong to somebody else now.
pub async fn settle(tx: &mut Tx, ends: &[End]) -> Result<Vec<Uuid>, Error> {
    if ends.is_empty() {
        return Ok(Vec::new());
    }
    let now = tx.now.0;
    let rows: Vec<[Cell<'_>; 12]> = ends
        .iter()
        .map(|end| {
            [
                end.id.into(),
                end.fence.into(),
                end.state.as_str().into(),
                end.run_at.map(|at| at.0).into(),
                end.attempts.into(),
                i64::from(end.snoozes).into(),
                end.class.as_str().into(),
                end.error.as_deref().into(),
                end.result.as_deref().into(),
                end.capped.into(),
                end.failing.map(|at| at.0).into(),
                now.into(),
            ]
        })
        .collect();
    let kept: Vec<(Uuid,)> = SETTLE.run(tx, &rows).await.map_err(Error::in_act("settle jobs"))?;
    let kept: Vec<_> = kept.into_iter().map(|row| row.0).collect();
    for end in ends.iter().filter(|end| kept.contains(&end.id)) {
        moved_by_batch(tx, &end.kind, Some(State::Running), Some(end.state));
    }
    Ok(kept)
}

/// Remembers how far runs have come, each by its id and its fence; false when one of the jobs is no longer ours. Progress
/// forgives earlier crashes and ends a streak of failures.
pub async fn progress(tx: &mut Tx, runs: &[(Uuid, i64, &str)]) -> Result<bool, Error> {
    remember(tx, &PROGRESS, runs).await
}

/// Remembers where a run stands that has come no further than earlier ones; false when the job is no longer ours. Crashes
/// still count.
pub async fn note(tx: &mut Tx, id: Uuid, fence: i64, progress: &str) -> Result<bool, Error> {
    remember(tx, &NOTE, &[(id, fence, progress)]).await
}

async fn remember(tx: &mut Tx, how: &Batch, runs: &[(Uuid, i64, &str)]) -> Result<bool, Error> {
    let now = tx.now.0;
    let row =
        |(id, fence, progress): &(Uuid, i64, _)| [(*id).into(), (*fence).into(), Cell::from(*progress), now.into()];
    let rows: Vec<[Cell<'_>; 4]> = runs.iter().map(row).collect();
    let kept: Vec<(Uuid,)> = how.run(tx, &rows).await.map_err(Error::in_act("remember progress"))?;
    Ok(kept.len() == runs.len())
}

/// Whether the job is still ours; inside a transaction it stays so until the commit.
pub async fn still_held(tx: &mut Tx, id: Uuid, fence: i64) -> Result<bool, Error> {
    let now = tx.now.0;
    let kept: Option<(Uuid,)> = on!(tx, db => sqlx::query_as(STILL_HELD)
        .bind(now).bind(id).bind(fence).fetch_optional(db).await)
    .map_err(Error::in_act("look whether a job is still ours"))?;
    Ok(kept.is_some())
}
