//! Exact counts per kind and state, written with each change. On `PostgreSQL` as deltas, which are folded now and then,
//! so that no row is locked by everyone who commits.

use sqlx::Row;
use std::collections::BTreeMap;
use uuid::Uuid;

use super::state::State;
use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Counted, Tx, on};

const COUNTS: &str = "SELECT kind, state, CAST(SUM(n) AS BIGINT) FROM (
        SELECT kind, state, n FROM job_tally UNION ALL SELECT kind, state, n FROM job_delta
    ) AS every_change GROUP BY kind, state HAVING SUM(n) <> 0 ORDER BY kind, state";
const TAKE_DELTAS: &str = "WITH pick AS MATERIALIZED
    (SELECT id FROM job_delta ORDER BY id LIMIT 2000 FOR UPDATE SKIP LOCKED)
    DELETE FROM job_delta WHERE id IN (SELECT id FROM pick) RETURNING kind, state, n";
const FOLD: &str = "INSERT INTO job_tally (kind, state, n) VALUES ($1, $2, $3)
    ON CONFLICT (kind, state) DO UPDATE SET n = job_tally.n + excluded.n";
/// On `SQLite` there is one writer, whom no hot row can hold up.
const NOTE: Batch = Batch {
    rows: &[("v_id", Of::Id), ("v_kind", Of::Text), ("v_state", Of::Text), ("v_n", Of::Number)],
    sqlite: "INSERT INTO job_tally (kind, state, n) SELECT v_kind, v_state, v_n FROM v WHERE v_id IS NOT NULL
        ON CONFLICT (kind, state) DO UPDATE SET n = job_tally.n + excluded.n",
    postgres: "INSERT INTO job_delta (id, kind, state, n) SELECT v_id, v_kind, v_state, v_n FROM v",
};

pub(super) const BATCHES: &[Batch] = &[NOTE];
pub(super) const STATEMENTS: &[&str] = &[COUNTS, TAKE_DELTAS, FOLD];

/// Deltas that one fold takes at most.
pub const FOLD_PAGE: usize = 2000;

/// How many jobs of a kind are in a state.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    /// The kind.
    pub kind: String,
    /// The state.
    pub state: State,
    /// How many.
    pub n: i64,
}

/// Notes that a job of `kind` went from one state to another. What a transaction notes is one row for each pair of
/// kind and state, written when it ends.
pub(super) fn moved(tx: &mut Tx, kind: &str, from: Option<State>, to: Option<State>) {
    for (state, by) in [(from, -1), (to, 1)] {
        if let Some(state) = state {
            *tx.counted.entry((kind.to_owned(), state.as_str())).or_default() += by;
        }
    }
}

/// The same after a statement that counts for itself on `PostgreSQL`, where a statement more is a way to the server.
pub(super) fn moved_by_batch(tx: &mut Tx, kind: &str, from: Option<State>, to: Option<State>) {
    if !tx.is_shared() {
        moved(tx, kind, from, to);
    }
}

/// Writes what was noted.
pub(in crate::store) async fn write(tx: &mut Tx, counted: Counted) -> Result<(), Error> {
    let changes = counted.into_iter().filter(|(_, n)| *n != 0);
    let changes: Vec<_> = changes.map(|(what, n)| (tx.entropy.id(tx.now), what, n)).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let rows = changes.iter().map(|(id, (kind, state), n)| [(*id).into(), kind.into(), (*state).into(), (*n).into()]);
    let rows: Vec<[Cell<'_>; 4]> = rows.collect();
    let done: Result<Vec<(Uuid,)>, _> = NOTE.run(tx, &rows).await;
    done.map(drop).map_err(Error::in_act("count jobs"))
}

/// Every count that is not zero.
pub async fn counts(tx: &mut Tx) -> Result<Vec<Count>, Error> {
    on!(tx, db => sqlx::query(COUNTS).fetch_all(db).await.and_then(|rows| rows.iter().map(|row| Ok(Count {
        kind: row.try_get(0)?,
        state: row.try_get(1)?,
        n: row.try_get(2)?,
    })).collect()))
    .map_err(Error::in_act("count jobs"))
}

/// Folds a page of deltas into the totals; gives how many it took.
pub async fn fold(tx: &mut Tx) -> Result<usize, Error> {
    let act = "fold the counts of jobs";
    if !tx.is_shared() {
        return Ok(0);
    }
    let rows: Vec<(String, String, i64)> =
        on!(tx, db => sqlx::query_as(TAKE_DELTAS).fetch_all(db).await).map_err(Error::in_act(act))?;
    let taken = rows.len();
    let mut sums = BTreeMap::<(String, String), i64>::new();
    for (kind, state, n) in rows {
        *sums.entry((kind, state)).or_default() += n;
    }
    for ((kind, state), n) in sums {
        on!(tx, db => sqlx::query(FOLD).bind(&kind).bind(&state).bind(n).execute(db).await.map(drop))
            .map_err(Error::in_act(act))?;
    }
    Ok(taken)
}
