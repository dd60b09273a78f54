//! The rows of lists: first seen, last seen, gone, back.
//!
//! Lists change while they are read, so a row is not gone because one page did not show it: rows are marked as gone after
//! a complete read that is believed (`doubts`).

use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const PUT: Batch = Batch::of_both(
    &[("v_list", Of::Text), ("v_owner", Of::Text), ("v_item", Of::Text), ("v_now", Of::Number)],
    "INSERT INTO listed (list, owner, item, first_at, last_at)
    SELECT v_list, v_owner, v_item, v_now, v_now FROM v WHERE v_list IS NOT NULL
    ON CONFLICT (list, owner, item) DO UPDATE SET last_at = excluded.last_at, gone_at = NULL,
        back_at = CASE WHEN listed.gone_at IS NULL THEN listed.back_at ELSE excluded.last_at END
    RETURNING CASE WHEN COALESCE(back_at, first_at) = last_at THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END",
);
const COUNT: &str = "SELECT COUNT(*) FROM listed WHERE list = $1 AND owner = $2 AND gone_at IS NULL";

pub(in crate::store) const STATEMENTS: &[&str] = &[COUNT];
pub(in crate::store) const BATCHES: &[Batch] = &[PUT];

/// Stores that these stand in `list` of `owner`; gives how many are new there. One that was gone and is back is new.
pub async fn put<'a>(
    tx: &mut Tx,
    list: &str,
    owner: &str,
    items: impl Iterator<Item = &'a str> + Send,
) -> Result<usize, Error> {
    let now = tx.now.0;
    let mut items: Vec<&str> = items.filter(|item| !item.is_empty()).collect();
    items.sort_unstable();
    items.dedup();
    let rows: Vec<[Cell<'_>; 4]> =
        items.into_iter().map(|item| [list.into(), owner.into(), item.into(), now.into()]).collect();
    if rows.is_empty() {
        return Ok(0);
    }
    let new: Vec<(i64,)> = PUT.run(tx, &rows).await.map_err(Error::in_act("keep what is listed"))?;
    Ok(new.iter().filter(|(new,)| *new == 1).count())
}

/// How many stand in `list` of `owner`.
pub async fn count(tx: &mut Tx, list: &str, owner: &str) -> Result<i64, Error> {
    let counted: Result<(i64,), _> = on!(tx, db => sqlx::query_as(COUNT).bind(list).bind(owner).fetch_one(db).await);
    Ok(counted.map_err(Error::in_act("count what is listed"))?.0)
}
