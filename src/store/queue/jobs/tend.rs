//! What keeps the table honest: what fell due joins its line, what was left behind comes back, what is old goes.
//!
//! Each works in pages, so that no write holds the others up for long.

use sqlx::FromRow;
use uuid::Uuid;

use super::insert::{Line, Waits};
use super::state::State;
use super::tally::moved;
use crate::domain::Millis;
use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

macro_rules! due {
    () => {
        "SELECT id, lane, kind, priority, target, state FROM job
            WHERE turn IS NULL AND state IN ('queued', 'failed', 'snoozed') AND run_at <= $1 ORDER BY run_at LIMIT $2"
    };
}
macro_rules! orphans {
    ($which:literal) => {
        concat!(
            "SELECT id, kind, crashes, crashed_at, lease_owner, progress FROM job WHERE state = 'running' AND ",
            $which,
            " ORDER BY lease_until LIMIT $1"
        )
    };
}
macro_rules! expired {
    () => {
        orphans!("lease_until < $2")
    };
}
macro_rules! left_behind {
    () => {
        orphans!("lease_until IS NOT NULL AND lease_owner <> $2 AND SUBSTR(lease_owner, 1, $3) = $4")
    };
}

const DUE: &str = due!();
const DUE_LOCKED: &str = concat!(due!(), " FOR UPDATE SKIP LOCKED");
const EXPIRED: &str = expired!();
const EXPIRED_LOCKED: &str = concat!(expired!(), " FOR UPDATE SKIP LOCKED");
const LEFT_BEHIND: &str = left_behind!();
const LEFT_BEHIND_LOCKED: &str = concat!(left_behind!(), " FOR UPDATE SKIP LOCKED");
macro_rules! prune {
    ($locked:literal) => {
        concat!(
            "DELETE FROM job WHERE id IN (SELECT id FROM job
                WHERE state = $1 AND state IN ('done', 'cancelled', 'dead', 'unknown') AND updated_at < $2
                ORDER BY updated_at LIMIT $3",
            $locked,
            ") RETURNING kind"
        )
    };
}
const PRUNE: &str = prune!("");
const PRUNE_LOCKED: &str = prune!(" FOR UPDATE SKIP LOCKED");
const DROP_OF: &str = "DELETE FROM job WHERE target = $1 AND state IN ('done', 'dead', 'cancelled', 'unknown')
    RETURNING kind, state";
macro_rules! line_up {
    ($among:literal) => {
        concat!("UPDATE job SET state = 'queued', turn = v_turn FROM v WHERE id = v_id", $among, " RETURNING id")
    };
}
const LINE_UP: Batch = Batch {
    rows: &[("v_id", Of::Id), ("v_turn", Of::Number)],
    sqlite: line_up!(""),
    postgres: line_up!(" AND id = ANY ($1)"),
};
macro_rules! take_back {
    ($among:literal) => {
        concat!(
            "UPDATE job SET state = v_state, crashes = v_crashes, crashed_at = v_crashed_at, class = 'local',
                last_error = v_error, run_at = v_now, updated_at = v_now, lease_owner = NULL, lease_until = NULL
            FROM v WHERE id = v_id",
            $among,
            " RETURNING id"
        )
    };
}
const TAKE_BACK: Batch = Batch {
    rows: &[
        ("v_id", Of::Id),
        ("v_state", Of::Text),
        ("v_crashes", Of::Number),
        ("v_crashed_at", Of::Number),
        ("v_error", Of::Text),
        ("v_now", Of::Number),
    ],
    sqlite: take_back!(""),
    postgres: take_back!(" AND id = ANY ($1)"),
};

pub(super) const BATCHES: &[Batch] = &[LINE_UP, TAKE_BACK];
pub(super) const STATEMENTS: &[&str] =
    &[DUE, DUE_LOCKED, EXPIRED, EXPIRED_LOCKED, LEFT_BEHIND, LEFT_BEHIND_LOCKED, PRUNE, PRUNE_LOCKED, DROP_OF];

/// Rows in one statement.
const ROWS: usize = 256;

#[derive(Debug, FromRow)]
struct Due {
    id: Uuid,
    lane: String,
    kind: String,
    priority: i64,
    target: String,
    state: State,
}

impl Waits for Due {
    fn place(&self) -> (&str, &str, i32, &str) {
        (&self.lane, &self.kind, i32::try_from(self.priority).unwrap_or(0), &self.target)
    }
}

/// Lines up a page of jobs that have fallen due; gives how many.
pub async fn promote(tx: &mut Tx) -> Result<usize, Error> {
    let act = "line up due jobs";
    let (text, now) = (tx.pick(DUE, DUE_LOCKED), tx.now.0);
    let page: Vec<Due> = on!(tx, db => sqlx::query_as(text).bind(now).bind(i64::try_from(ROWS).unwrap_or(1))
        .fetch_all(db).await)
    .map_err(Error::in_act(act))?;
    if page.is_empty() {
        return Ok(0);
    }
    let mut line = Line::default();
    for due in &page {
        moved(tx, &due.kind, Some(due.state), Some(State::Queued));
    }
    let turns = line.turns(tx, &page.iter().collect::<Vec<_>>()).await?;
    let rows: Vec<[Cell<'_>; 2]> = page.iter().zip(turns).map(|(due, turn)| [due.id.into(), turn.into()]).collect();
    let _lined_up: Vec<(Uuid,)> = LINE_UP.run(tx, &rows).await.map_err(Error::in_act(act))?;
    Ok(page.len())
}

/// Which running jobs have lost their worker.
#[derive(Debug, Clone)]
pub enum Orphans {
    /// Those whose lease ended before this moment.
    Expired(Millis),
    /// Those of earlier lives of this node: owners that begin with the first text and are not the second.
    LeftBehind {
        /// How owners of this node begin.
        node: String,
        /// The owner that lives now.
        alive: String,
    },
}

/// A running job whose worker is gone.
#[derive(Debug, Clone, FromRow)]
pub struct Rescue {
    /// Which job.
    pub id: Uuid,
    /// Its kind.
    pub kind: String,
    /// Crashes so far.
    pub crashes: i64,
    /// When the first of them was.
    pub crashed_at: Option<i64>,
    /// Who held it.
    pub lease_owner: Option<String>,
    /// What it remembers between runs.
    pub progress: Option<String>,
}

impl Rescue {
    /// When the first of its crashes was.
    pub fn crashed_at(&self) -> Option<Millis> {
        self.crashed_at.map(Millis)
    }
}

/// What becomes of an orphan; `queue` decides.
#[derive(Debug, Clone)]
pub struct Rescued {
    /// Queued again, or dead.
    pub state: State,
    /// Crashes counted now.
    pub crashes: i64,
    /// When the first of them was.
    pub crashed_at: Millis,
    /// What stands as its last error.
    pub error: String,
}

/// Takes a page of orphans back; `decide` says what becomes of each. Gives them with what was decided.
pub async fn rescue(
    tx: &mut Tx,
    which: &Orphans,
    decide: impl Fn(&Rescue, Millis) -> Rescued + Send,
) -> Result<Vec<(Rescue, Rescued)>, Error> {
    let act = "take orphaned jobs back";
    let (limit, now) = (i64::try_from(ROWS).unwrap_or(1), tx.now);
    let page: Vec<Rescue> = match which {
        Orphans::Expired(before) => {
            let text = tx.pick(EXPIRED, EXPIRED_LOCKED);
            on!(tx, db => sqlx::query_as(text).bind(limit).bind(before.0).fetch_all(db).await)
        }
        Orphans::LeftBehind { node, alive } => {
            let text = tx.pick(LEFT_BEHIND, LEFT_BEHIND_LOCKED);
            let length = i32::try_from(node.chars().count()).unwrap_or(i32::MAX);
            on!(tx, db => sqlx::query_as(text).bind(limit).bind(alive).bind(length).bind(node).fetch_all(db).await)
        }
    }
    .map_err(Error::in_act(act))?;
    if page.is_empty() {
        return Ok(Vec::new());
    }
    let decided: Vec<_> = page.into_iter().map(|row| (decide(&row, now), row)).map(|(d, r)| (r, d)).collect();
    for (row, what) in &decided {
        moved(tx, &row.kind, Some(State::Running), Some(what.state));
    }
    let rows: Vec<[Cell<'_>; 6]> = decided
        .iter()
        .map(|(row, what)| {
            let (state, error) = (what.state.as_str(), what.error.as_str());
            [row.id.into(), state.into(), what.crashes.into(), what.crashed_at.0.into(), error.into(), now.0.into()]
        })
        .collect();
    let _taken_back: Vec<(Uuid,)> = TAKE_BACK.run(tx, &rows).await.map_err(Error::in_act(act))?;
    Ok(decided)
}

/// Throws away the jobs about `target` that ended, which say what it was about and what they met; gives how many.
pub async fn drop_of(tx: &mut Tx, target: &str) -> Result<usize, Error> {
    let gone: Vec<(String, State)> = on!(tx, db => sqlx::query_as(DROP_OF).bind(target).fetch_all(db).await)
        .map_err(Error::in_act("throw away the jobs of a target"))?;
    for (kind, state) in &gone {
        moved(tx, kind, Some(*state), None);
    }
    Ok(gone.len())
}

/// Throws away a page of jobs that ended as `state` before `before`; gives how many.
pub async fn prune(tx: &mut Tx, state: State, before: Millis) -> Result<usize, Error> {
    let (text, limit) = (tx.pick(PRUNE, PRUNE_LOCKED), i64::try_from(ROWS).unwrap_or(1));
    let gone: Vec<(String,)> = on!(tx, db => sqlx::query_as(text)
        .bind(state.as_str()).bind(before.0).bind(limit).fetch_all(db).await)
    .map_err(Error::in_act("throw away old jobs"))?;
    for (kind,) in &gone {
        moved(tx, kind, Some(state), None);
    }
    Ok(gone.len())
}
