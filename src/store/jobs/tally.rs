//! Exact counts per kind and state: deltas beside each change, folded now and then.

use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeMap;

use super::batch::Text;
use super::state::State;
use crate::store::error::Error;
use crate::store::tx::{Counted, Tx, on};

const COUNTS: &str = "SELECT kind, state, CAST(SUM(n) AS BIGINT) FROM (
        SELECT kind, state, n FROM job_tally UNION ALL SELECT kind, state, n FROM job_delta
    ) AS every_change GROUP BY kind, state HAVING SUM(n) <> 0 ORDER BY kind, state";
const TAKE_DELTAS: &str = "DELETE FROM job_delta WHERE id IN
    (SELECT id FROM job_delta ORDER BY id LIMIT 2000) RETURNING kind, state, n";
const TAKE_DELTAS_LOCKED: &str = "WITH pick AS MATERIALIZED
    (SELECT id FROM job_delta ORDER BY id LIMIT 2000 FOR UPDATE SKIP LOCKED)
    DELETE FROM job_delta WHERE id IN (SELECT id FROM pick) RETURNING kind, state, n";
const FOLD: &str = "INSERT INTO job_tally (kind, state, n) VALUES ($1, $2, $3)
    ON CONFLICT (kind, state) DO UPDATE SET n = job_tally.n + excluded.n";

pub(super) const STATEMENTS: &[&str] = &[COUNTS, TAKE_DELTAS, TAKE_DELTAS_LOCKED, FOLD];

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

/// Writes what was noted, and runs `end` in the same text: nothing, or the commit of `SQLite`.
pub(in crate::store) async fn write(tx: &mut Tx, counted: Counted, end: &str) -> Result<(), Error> {
    let rows: Vec<_> = counted.into_iter().filter(|(_, n)| *n != 0).collect();
    let mut text = Text::of(tx);
    if !rows.is_empty() {
        text = text.sql("INSERT INTO job_delta (id, kind, state, n) VALUES ").rows(4, rows.len());
    }
    let text = match (rows.is_empty(), end) {
        (true, "") => return Ok(()),
        (true, _) => end.to_owned(),
        (false, "") => text.done(),
        (false, _) => text.sql("; ").sql(end).done(),
    };
    let ids: Vec<_> = rows.iter().map(|_| tx.entropy.id(tx.now)).collect();
    on!(tx, db => {
        let mut query = sqlx::query(AssertSqlSafe(text));
        for (id, ((kind, state), n)) in ids.into_iter().zip(&rows) {
            query = query.bind(id).bind(kind).bind(*state).bind(*n);
        }
        query.execute(db).await.map(drop)
    })
    .map_err(Error::in_act("commit"))
}

/// Every count that is not zero.
pub async fn counts(tx: &mut Tx) -> Result<Vec<Count>, Error> {
    on!(tx, db => sqlx::query(COUNTS).fetch_all(db).await.and_then(|rows| rows.iter().map(|row| Ok(Count {
        kind: row.try_get(0)?,
        state: State::read(row.try_get(1)?),
        n: row.try_get(2)?,
    })).collect()))
    .map_err(Error::in_act("count jobs"))
}

/// Folds a page of deltas into the totals; gives how many it took.
pub async fn fold(tx: &mut Tx) -> Result<usize, Error> {
    let act = "fold the counts of jobs";
    let text = tx.pick(TAKE_DELTAS, TAKE_DELTAS_LOCKED);
    let rows: Vec<(String, String, i64)> =
        on!(tx, db => sqlx::query_as(text).fetch_all(db).await).map_err(Error::in_act(act))?;
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
