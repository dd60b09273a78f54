//! The end of a run: many at a time, each only if its fence still holds.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::batch::{Text, even};
use super::state::State;
use super::tally::moved_by_batch;
use crate::domain::{Class, Millis};
use crate::store::error::Error;
use crate::store::tx::{Tx, on};

const WIDTH: usize = 10;
const VALUES: &str = "WITH v(v_id, v_fence, v_state, v_run_at, v_attempts, v_snoozes, v_class, v_error, v_result,
    v_capped) AS (VALUES ";
macro_rules! settle {
    ($before:literal) => {
        concat!(
            ")",
            $before,
            " UPDATE job SET state = v_state, run_at = COALESCE(v_run_at, run_at), attempts = attempts + v_attempts,
                snoozes = snoozes + v_snoozes, class = v_class, last_error = v_error, result = v_result,
                retry_after_capped = v_capped, lease_owner = NULL, lease_until = NULL, updated_at = "
        )
    };
}
const SETTLE: &str = settle!("");
const SETTLE_WHICH: &str = " FROM v WHERE id = v_id AND fence = v_fence AND state = 'running' RETURNING id";
/// `PostgreSQL` counts in the same statement, and given the list it finds each row by its id, whatever it believes
/// about the size of the table.
const SETTLE_COUNTED: &str = settle!(", ended AS (");
const SETTLE_COUNTED_WHICH: &str = " FROM v WHERE id = v_id AND fence = v_fence AND state = 'running'
        AND id = ANY (ARRAY(SELECT v_id FROM v)) RETURNING id, kind, state),
    counted AS (INSERT INTO job_delta (id, kind, state, n) SELECT gen_random_uuid(), kind, state, SUM(n)
        FROM (SELECT kind, 'running' AS state, -1 AS n FROM ended UNION ALL SELECT kind, state, 1 FROM ended) AS step
        GROUP BY kind, state)
    SELECT id FROM ended";

const PROGRESS: &str = "UPDATE job SET progress = $1, crashes = 0, crashed_at = NULL, updated_at = $2
    WHERE id = $3 AND fence = $4 AND state = 'running' RETURNING id";
const STILL_HELD: &str = "UPDATE job SET updated_at = $1
    WHERE id = $2 AND fence = $3 AND state = 'running' RETURNING id";

pub(super) const STATEMENTS: &[&str] = &[PROGRESS, STILL_HELD];

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
    /// Attempts spent by this run.
    pub attempts: u32,
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
}

/// Writes `ends`; gives the jobs that were still ours. The others belong to somebody else now.
pub async fn settle(tx: &mut Tx, ends: &[End]) -> Result<Vec<Uuid>, Error> {
    if ends.is_empty() {
        return Ok(Vec::new());
    }
    let rows = even(ends.len());
    let (settle, which) = (tx.pick(SETTLE, SETTLE_COUNTED), tx.pick(SETTLE_WHICH, SETTLE_COUNTED_WHICH));
    let text = Text::of(tx).sql(VALUES).rows(WIDTH, rows).sql(settle).place().sql(which).led(tx);
    let now = tx.now.0;
    let kept: Vec<(Uuid,)> = on!(tx, db => {
        let mut query = sqlx::query_as(AssertSqlSafe(text));
        for end in ends {
            query = query
                .bind(Some(end.id)).bind(end.fence).bind(end.state.as_str()).bind(end.run_at.map(|at| at.0))
                .bind(i64::from(end.attempts)).bind(i64::from(end.snoozes)).bind(end.class.as_str())
                .bind(end.error.as_deref()).bind(end.result.as_deref()).bind(end.capped);
        }
        for _ in ends.len()..rows {
            query = query
                .bind(None::<Uuid>).bind(0i64).bind("").bind(None::<i64>)
                .bind(0i64).bind(0i64).bind("")
                .bind(None::<&str>).bind(None::<&str>).bind(None::<i64>);
        }
        query.bind(now).fetch_all(db).await
    })
    .map_err(Error::in_act("settle jobs"))?;
    let kept: Vec<_> = kept.into_iter().map(|row| row.0).collect();
    for end in ends.iter().filter(|end| kept.contains(&end.id)) {
        moved_by_batch(tx, &end.kind, Some(State::Running), Some(end.state));
    }
    Ok(kept)
}

/// Remembers how far a run has come; false when the job is no longer ours. Progress forgives earlier crashes.
pub async fn progress(tx: &mut Tx, id: Uuid, fence: i64, progress: &str) -> Result<bool, Error> {
    let now = tx.now.0;
    let kept: Option<(Uuid,)> = on!(tx, db => sqlx::query_as(PROGRESS)
        .bind(progress).bind(now).bind(id).bind(fence).fetch_optional(db).await)
    .map_err(Error::in_act("remember progress"))?;
    Ok(kept.is_some())
}

/// Whether the job is still ours; inside a transaction it stays so until the commit.
pub async fn still_held(tx: &mut Tx, id: Uuid, fence: i64) -> Result<bool, Error> {
    let now = tx.now.0;
    let kept: Option<(Uuid,)> = on!(tx, db => sqlx::query_as(STILL_HELD)
        .bind(now).bind(id).bind(fence).fetch_optional(db).await)
    .map_err(Error::in_act("look whether a job is still ours"))?;
    Ok(kept.is_some())
}
