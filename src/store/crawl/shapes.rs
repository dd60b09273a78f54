//! What the answers of each endpoint had so far, as whoever looks at them wrote it down.

use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const KEEP: &str = "INSERT INTO shape (endpoint, memory, seen_at) VALUES ($1, $2, $3)
    ON CONFLICT (endpoint) DO UPDATE SET memory = excluded.memory, seen_at = excluded.seen_at";
const LIST: &str = "SELECT endpoint, memory FROM shape ORDER BY endpoint";

pub(in crate::store) const STATEMENTS: &[&str] = &[KEEP, LIST];

/// Writes down what is known of `endpoint`.
pub async fn keep(tx: &mut Tx, endpoint: &str, memory: &str) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(KEEP).bind(endpoint).bind(memory).bind(now).execute(db).await.map(drop))
        .map_err(Error::in_act("write down the form of answers"))
}

/// Every endpoint, and what is known of it.
pub async fn list(tx: &mut Tx) -> Result<Vec<(String, String)>, Error> {
    on!(tx, db => sqlx::query_as(LIST).fetch_all(db).await).map_err(Error::in_act("read the form of answers"))
}
