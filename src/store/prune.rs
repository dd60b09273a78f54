//! Forgets what the house itself wrote down long ago: sign-ins, gates, lanes, closed alarms.

use std::time::Duration;

use super::alarms;
use super::engine::error::Error;
use super::engine::pool::Store;
use super::limits::pace_lanes;
use super::queue::gates;
use super::secrets::keys;
use crate::domain::Millis;

/// How many things were thrown away, by what they are.
pub type Pruned = Vec<(&'static str, u64)>;

/// Closed alarms are kept this long.
const ALARMS: Duration = Duration::from_hours(24 * 90);
/// As what a lane counts is remembered this long after it last sent in a new life of the daemon.
const LANES: Duration = Duration::from_hours(24 * 90);

/// Throws it away; none of it is counted.
pub async fn prune(store: &Store, now: Millis) -> Result<Pruned, Error> {
    let pruned = store.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            keys::prune(tx).await?;
            gates::prune(tx).await?;
            pace_lanes::prune(tx, now - LANES).await?;
            alarms::prune(tx, now - ALARMS).await
        })
    });
    pruned.await.map(|()| Vec::new())
}
