//! What a person does to a job: cancel it, retry it, or let it run before its time.

use uuid::Uuid;

use super::state::State;
use super::tally::moved;
use crate::domain::{JobId, Millis};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const LOOK: &str = "SELECT kind, state FROM job WHERE id = $1";
const LOOK_LOCKED: &str = "SELECT kind, state FROM job WHERE id = $1 FOR UPDATE";
const CANCEL: &str = "UPDATE job SET state = 'cancelled', turn = NULL, lease_owner = NULL,
    lease_until = NULL, updated_at = $1 WHERE id = $2";
const RETRY: &str = "UPDATE job SET state = 'queued', turn = NULL, run_at = $1, attempts = 0, crashes = 0,
    crashed_at = NULL, failing_since = NULL, lease_owner = NULL, lease_until = NULL, updated_at = $1 WHERE id = $2";
const DEAD_OF_KIND: &str = "SELECT id FROM job WHERE state = 'dead' AND kind = $1 ORDER BY updated_at LIMIT 500";

const CALL_BACK: &str = "UPDATE job SET run_at = $1 WHERE kind = $2 AND class = 'auth'
    AND state IN ('queued', 'running', 'snoozed', 'failed') AND state = 'snoozed' AND run_at > $1
    AND substr(lane, 1, length($3)) = $3 AND updated_at < $4 RETURNING id";

const HASTEN: &str = "UPDATE job SET run_at = $1 WHERE kind = $2 AND key = $3 AND state IN ('snoozed', 'failed')
    AND run_at > $1 RETURNING id";

/// The jobs of lanes that are closed because `$2` must not send, as far as they failed on the way there.
const CALL_BACK_LANES: &str = "UPDATE job SET run_at = $1
    WHERE turn IS NULL AND state IN ('queued', 'failed', 'snoozed') AND run_at > $1 AND class = 'network'
    AND lane IN (SELECT name FROM gate WHERE subject = $2 AND scope = 'lane')";

/// The jobs that wait for what keeps lane `$2` closed, or for what its answer stopped, in all lanes that are closed for
/// the same reason.
const RESUME_LANE: &str = "UPDATE job SET run_at = $1
    WHERE turn IS NULL AND state IN ('queued', 'failed', 'snoozed') AND run_at > $1
    AND class IN ('rate', 'risk', 'network') AND (lane = $2 OR lane IN (SELECT name FROM gate
        WHERE scope = 'lane' AND (subject IN (SELECT subject FROM gate WHERE scope = 'lane' AND name = $2)
            OR subject IN (SELECT subject FROM pace_stop WHERE lane = $2))))";

pub(super) const STATEMENTS: &[&str] =
    &[CALL_BACK, CALL_BACK_LANES, RESUME_LANE, HASTEN, LOOK, LOOK_LOCKED, CANCEL, RETRY, DEAD_OF_KIND];

async fn look(tx: &mut Tx, id: Uuid) -> Result<Option<(String, State)>, Error> {
    let text = tx.pick(LOOK, LOOK_LOCKED);
    on!(tx, db => sqlx::query_as(text).bind(id).fetch_optional(db).await).map_err(Error::in_act("find a job"))
}

/// Changes a job if its state is one of `from`; gives the state it had, `None` when there is no such job.
async fn change(tx: &mut Tx, id: Uuid, from: &[State], to: State, text: &'static str) -> Result<Option<State>, Error> {
    let Some((kind, state)) = look(tx, id).await? else { return Ok(None) };
    if from.contains(&state) {
        let now = tx.now.0;
        on!(tx, db => sqlx::query(text).bind(now).bind(id).execute(db).await.map(drop))
            .map_err(Error::in_act("change a job"))?;
        moved(tx, &kind, Some(state), Some(to));
    }
    Ok(Some(state))
}

/// States that can be taken back. A running job notices at its next heartbeat.
pub(super) const CANCELLABLE: [State; 4] = [State::Queued, State::Running, State::Snoozed, State::Failed];
/// States that can be given another life.
pub(super) const RETRYABLE: [State; 5] = [State::Dead, State::Cancelled, State::Failed, State::Snoozed, State::Unknown];

/// Takes a job back; gives the state it had and whether that allowed it.
pub async fn cancel(tx: &mut Tx, id: JobId) -> Result<Option<(State, bool)>, Error> {
    let had = change(tx, id.0, &CANCELLABLE, State::Cancelled, CANCEL).await?;
    Ok(had.map(|state| (state, CANCELLABLE.contains(&state))))
}

/// Gives a job another life with all its attempts; gives the state it had and whether that allowed it.
pub async fn retry(tx: &mut Tx, id: JobId) -> Result<Option<(State, bool)>, Error> {
    let had = change(tx, id.0, &RETRYABLE, State::Queued, RETRY).await?;
    Ok(had.map(|state| (state, RETRYABLE.contains(&state))))
}

/// Lets jobs of `kind` that wait for a login of `who`, and were told so before `then`, be tried again now; gives how many.
pub async fn call_back(tx: &mut Tx, kind: &str, who: &str, then: Millis) -> Result<usize, Error> {
    let (now, lanes) = (tx.now.0, format!("{who}/"));
    let called: Result<Vec<(Uuid,)>, _> =
        on!(tx, db => sqlx::query_as(CALL_BACK).bind(now).bind(kind).bind(&lanes).bind(then.0).fetch_all(db).await);
    Ok(called.map_err(Error::in_act("call jobs back that wait for a login"))?.len())
}

/// Lets a job that waits for its next run be run now; false when it does not wait.
pub async fn hasten(tx: &mut Tx, kind: &str, key: &str) -> Result<bool, Error> {
    let now = tx.now.0;
    let found: Result<Option<(Uuid,)>, _> =
        on!(tx, db => sqlx::query_as(HASTEN).bind(now).bind(kind).bind(key).fetch_optional(db).await);
    Ok(found.map_err(Error::in_act("let a job run now"))?.is_some())
}

/// Lets jobs that could not reach `subject` be tried again now, in the lanes that are closed for it.
pub async fn call_back_lanes(tx: &mut Tx, subject: &str) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(CALL_BACK_LANES).bind(now).bind(subject).execute(db).await.map(drop))
        .map_err(Error::in_act("call jobs back that could not be sent"))
}

/// Lets the jobs be tried again now that wait for what keeps `lane` closed. Call it before the lane opens.
pub async fn resume_lane(tx: &mut Tx, lane: &str) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(RESUME_LANE).bind(now).bind(lane).execute(db).await.map(drop))
        .map_err(Error::in_act("call the jobs of a lane back"))
}

/// Gives a page of dead jobs of `kind` another life; gives their ids.
pub async fn retry_kind(tx: &mut Tx, kind: &str) -> Result<Vec<JobId>, Error> {
    let dead: Vec<(Uuid,)> = on!(tx, db => sqlx::query_as(DEAD_OF_KIND).bind(kind).fetch_all(db).await)
        .map_err(Error::in_act("find dead jobs"))?;
    let mut revived = Vec::with_capacity(dead.len());
    for (id,) in dead {
        if let Some(State::Dead) = change(tx, id, &[State::Dead], State::Queued, RETRY).await? {
            revived.push(JobId(id));
        }
    }
    Ok(revived)
}
