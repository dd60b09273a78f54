//! How much there is of everything, day by day: what the disk will need is told from that.

use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

/// What is counted, and how.
pub(in crate::store) const COUNTED: &[&str] = &[
    "SELECT COUNT(*) FROM post",
    "SELECT COUNT(*) FROM creator",
    "SELECT COUNT(*) FROM listed",
    "SELECT COUNT(*) FROM comment",
    "SELECT COUNT(*) FROM post_count",
    "SELECT COUNT(*) FROM raw",
    "SELECT COUNT(*) FROM job",
];
/// What each of these is called.
pub const NAMES: [&str; 7] = ["posts", "people", "lists", "comments", "numbers", "raw", "jobs"];
/// What the size of the database is called.
pub const BYTES: &str = "bytes";
const NOTE: &str = "INSERT INTO grown (day, what, amount) VALUES ($1, $2, $3)
    ON CONFLICT (day, what) DO UPDATE SET amount = excluded.amount";
const SINCE: &str = "SELECT day, what, amount FROM grown WHERE day >= $1 ORDER BY day";
const FORGET: &str = "DELETE FROM grown WHERE day < $1";

pub(in crate::store) const STATEMENTS: &[&str] = &[NOTE, SINCE, FORGET];

/// How many there are of each now.
pub async fn count(tx: &mut Tx) -> Result<Vec<(&'static str, i64)>, Error> {
    let mut counts = Vec::new();
    for (name, statement) in NAMES.into_iter().zip(COUNTED) {
        let counted: Result<(i64,), _> = on!(tx, db => sqlx::query_as(*statement).fetch_one(db).await);
        counts.push((name, counted.map_err(Error::in_act("count rows"))?.0));
    }
    Ok(counts)
}

/// Notes how much there is on `day`, counted from the beginning of 1970; what is older than `oldest` is forgotten.
pub async fn note(tx: &mut Tx, day: i64, amounts: &[(&'static str, i64)], oldest: i64) -> Result<(), Error> {
    let act = "note how much there is";
    for (what, amount) in amounts {
        on!(tx, db => sqlx::query(NOTE).bind(day).bind(*what).bind(*amount).execute(db).await.map(drop))
            .map_err(Error::in_act(act))?;
    }
    on!(tx, db => sqlx::query(FORGET).bind(oldest).execute(db).await.map(drop)).map_err(Error::in_act(act))
}

/// How much there was since `day`: the day, of what, how much; the oldest first.
pub async fn since(tx: &mut Tx, day: i64) -> Result<Vec<(i64, String, i64)>, Error> {
    on!(tx, db => sqlx::query_as(SINCE).bind(day).fetch_all(db).await).map_err(Error::in_act("look how much there was"))
}
