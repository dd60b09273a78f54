//! Throws away what has been kept long enough, room by room, and gives the space back. Waits while the clock is not
//! trusted: by a wrong clock everything is old.
//!
//! Cut anywhere it loses nothing but its way: the next run begins with what is still too old.

use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{Millis, Miss};
use crate::queue::{Job, Lease, Settled};
use crate::store::{ClockWatch, Error, Pruned, Store};

/// Throw away what is old: of every room, or only of those in which much gets old.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::daemon) struct Prune {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) only: Option<Often>,
}

/// How often something is thrown away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::daemon) enum Often {
    /// It is soon too much.
    Hourly,
    /// It takes a while to look for.
    Daily,
}

type Pruning = Pin<Box<dyn Future<Output = Result<Pruned, Error>> + Send>>;

/// What one room throws away.
#[derive(Clone)]
pub(in crate::daemon) struct Pruner {
    often: Often,
    prune: Arc<dyn Fn(Store, Millis) -> Pruning + Send + Sync>,
}

impl Pruner {
    /// One that throws away what is old at a moment.
    pub(in crate::daemon) fn new<F>(often: Often, prune: impl Fn(Store, Millis) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Pruned, Error>> + Send + 'static,
    {
        Self { often, prune: Arc::new(move |store, now| Box::pin(prune(store, now))) }
    }
}

/// What pruning needs.
#[derive(Clone)]
pub(in crate::daemon) struct Tools {
    /// What is pruned.
    pub(in crate::daemon) store: Store,
    /// Whether the clock is trusted.
    pub(in crate::daemon) clock: ClockWatch,
    /// What each room throws away.
    pub(in crate::daemon) rooms: Vec<Pruner>,
}

impl Job for Prune {
    const KIND: &'static str = "prune";
    type Tools = Tools;

    async fn run(self, tools: &Tools, _lease: &Lease) -> Result<Settled, Miss> {
        tools.clock.trust().await?;
        // One moment for all of it: the clock may jump meanwhile.
        let now = tools.store.now();
        let mut told = Map::new();
        for room in tools.rooms.iter().filter(|room| self.only.is_none_or(|only| room.often == only)) {
            let pruned = (room.prune)(tools.store.clone(), now).await?;
            told.extend(pruned.into_iter().map(|(what, n)| (what.to_owned(), n.into())));
        }
        tools.store.give_space_back().await?;
        Ok(Settled::Done(Value::Object(told)))
    }
}
