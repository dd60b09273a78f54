//! Exact counts per kind and state: deltas beside each change, folded now and then.

use sqlx::Row;
use std::collections::BTreeMap;

use super::state::State;
use crate::store::error::Error;
use crate::store::tx::{Tx, on};

const ADD: &str = "INSERT INTO job_delta (id, kind, state, n) VALUES ($1, $2, $3, $4)";
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

pub(super) const STATEMENTS: &[&str] = &[ADD, COUNTS, TAKE_DELTAS, TAKE_DELTAS_LOCKED, FOLD];

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

/// What a transaction changed, gathered so that each pair of kind and state costs one row.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<(String, State), i64>);

impl Changes {
    pub(super) fn moved(&mut self, kind: &str, from: Option<State>, to: Option<State>) {
        for (state, by) in [(from, -1), (to, 1)] {
            if let Some(state) = state {
                *self.0.entry((kind.to_owned(), state)).or_default() += by;
            }
        }
    }

    pub(super) async fn write(self, tx: &mut Tx) -> Result<(), Error> {
        for ((kind, state), n) in self.0 {
            if n != 0 {
                let id = tx.entropy.id(tx.now);
                on!(tx, db => sqlx::query(ADD).bind(id).bind(&kind).bind(state.as_str()).bind(n)
                    .execute(db).await.map(drop))
                .map_err(Error::in_act("count jobs"))?;
            }
        }
        Ok(())
    }
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
