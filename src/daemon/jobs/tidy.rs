//! Throws away what has been kept long enough and gives the space back, a page at a time.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::config::Current;
use crate::daemon::clock::ClockWatch;
use crate::domain::{Millis, Miss};
use crate::media;
use crate::queue::{Job, Lease, Settled};
use crate::store::jobs::{self, State};
use crate::store::{Error, Store, alarms, gates, keys, pace_lanes};

/// Closed alarms are kept this long.
const ALARMS: Duration = Duration::from_hours(24 * 90);

/// As what a lane counts is remembered this long after it last sent in a new life of the daemon.
const LANES: Duration = Duration::from_hours(24 * 90);

/// Throw away what is old.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::daemon) struct Tidy {}

/// What tidying needs.
#[derive(Clone)]
pub(in crate::daemon) struct Tools {
    /// What is tidied.
    pub(in crate::daemon) store: Store,
    /// How long things are kept.
    pub(in crate::daemon) current: Current,
    /// The library's folder.
    pub(in crate::daemon) library: PathBuf,
    /// Whether the clock is trusted.
    pub(in crate::daemon) clock: ClockWatch,
}

impl Job for Tidy {
    const KIND: &'static str = "tidy";
    type Tools = Tools;

    async fn run(self, tools: &Tools, _lease: &Lease) -> Result<Settled, Miss> {
        tools.clock.trust().await?;
        // One moment for all of it: the clock may jump meanwhile.
        let (queue, now) = (tools.current.now().queue.clone(), tools.store.now());
        let keep = [
            (State::Done, queue.keep_done),
            (State::Cancelled, queue.keep_done),
            (State::Dead, queue.keep_dead),
            (State::Unknown, queue.keep_dead),
        ];
        let mut gone = 0;
        for (state, keep) in keep {
            gone += prune(&tools.store, state, now - keep).await?;
        }
        tools
            .store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    keys::prune(tx).await?;
                    gates::prune(tx).await?;
                    pace_lanes::prune(tx, now - LANES).await?;
                    alarms::prune(tx, now - ALARMS).await
                })
            })
            .await?;
        let parts = media::sweep(&tools.store, &tools.library).await?;
        tools.store.give_space_back().await?;
        Ok(Settled::Done(json!({"jobs": gone, "parts": parts})))
    }
}

async fn prune(store: &Store, state: State, before: Millis) -> Result<usize, Error> {
    let mut gone = 0;
    loop {
        let page = store.write::<_, Error, _>(move |tx| Box::pin(async move { jobs::prune(tx, state, before).await }));
        match page.await? {
            0 => return Ok(gone),
            n => gone += n,
        }
    }
}
