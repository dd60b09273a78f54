//! As what the requests of each lane count under limits, and all that a forecast reads, in few looks.

use std::collections::BTreeMap;

use sqlx::FromRow;

use super::pace::Entry;
use crate::domain::Millis;
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const REMEMBER: &str = "INSERT INTO pace_lane (lane, endpoint, account, token, address, seen_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (lane) DO UPDATE SET endpoint = excluded.endpoint, account = excluded.account, token = excluded.token,
        address = excluded.address, seen_at = excluded.seen_at";
const LANES: &str = "SELECT lane, endpoint, account, token, address FROM pace_lane";
const ENTRIES: &str = "SELECT line, last_at, n FROM pace_entry WHERE n > 0 ORDER BY line, last_at";
const SPREADS: &str = "SELECT line, spread_ms FROM pace_line";
const FORGET: &str = "DELETE FROM pace_lane WHERE seen_at < $1";

pub(super) const STATEMENTS: &[&str] = &[REMEMBER, LANES, ENTRIES, SPREADS, FORGET];

/// A lane, and by what its requests are counted.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Counted {
    /// The lane.
    pub lane: String,
    /// The class of endpoints.
    pub endpoint: String,
    /// The account.
    pub account: Option<String>,
    /// The name of the token.
    pub token: Option<String>,
    /// The address.
    pub address: Option<String>,
}

/// What was sent in each line, oldest first.
pub type Entries = BTreeMap<String, Vec<Entry>>;
/// How unevenly long the requests of each line have been on their way, in milliseconds.
pub type Spreads = BTreeMap<String, i64>;

/// Remembers as what a lane counts.
pub async fn remember(tx: &mut Tx, lane: &Counted) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(REMEMBER).bind(&lane.lane).bind(&lane.endpoint).bind(&lane.account).bind(&lane.token)
        .bind(&lane.address).bind(now).execute(db).await.map(drop))
    .map_err(Error::in_act("remember as what a lane counts"))
}

/// Forgets the lanes that nobody has sent in since `before`.
pub async fn prune(tx: &mut Tx, before: Millis) -> Result<(), Error> {
    on!(tx, db => sqlx::query(FORGET).bind(before.0).execute(db).await.map(drop))
        .map_err(Error::in_act("forget old lanes"))
}

/// Every lane that has sent, every line, and what was sent in it.
pub async fn look(tx: &mut Tx) -> Result<(Vec<Counted>, Entries, Spreads), Error> {
    let failed = Error::in_act("look at the limits");
    let lanes = on!(tx, db => sqlx::query_as(LANES).fetch_all(db).await).map_err(&failed)?;
    let sent: Vec<(String, i64, i64)> = on!(tx, db => sqlx::query_as(ENTRIES).fetch_all(db).await).map_err(&failed)?;
    let spreads: Vec<(String, i64)> = on!(tx, db => sqlx::query_as(SPREADS).fetch_all(db).await).map_err(&failed)?;
    let mut entries = Entries::new();
    for (line, last_at, n) in sent {
        entries.entry(line).or_default().push(Entry { last_at, n });
    }
    Ok((lanes, entries, spreads.into_iter().collect()))
}
