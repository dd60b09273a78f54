//! The numbers that the queue keeps to, from the settings.
//!
//! Most of them may change while it works, so its parts look them up at each use and none keeps a copy across a wait.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Notify;

use crate::config::Config;
use crate::supervise::Backoff;

/// What a queue keeps to.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The node: what survives a restart.
    pub node: String,
    /// The node and this life of it: who holds a lease.
    pub owner: String,
    /// Jobs that run at once.
    pub workers: usize,
    /// How long a lease lasts; it is renewed three times within.
    pub lease: Duration,
    /// How often orphans are looked for.
    pub sweep: Duration,
    /// How often others' work is looked for on a shared database.
    pub poll: Duration,
    /// The wait between attempts.
    pub backoff: Backoff,
    /// How long a job that fails without spending attempts is retried before it is dead.
    pub retry_for: Duration,
    /// How long running jobs have when the house stops.
    pub drain: Duration,
    /// Crashes that make a job poison.
    pub poison_crashes: u32,
    /// The time within which they must fall.
    pub poison_window: Duration,
    /// The largest payload, in bytes.
    pub payload_limit: usize,
}

/// The end of the drain in which jobs no longer run: they are given back, browsers end, and files are closed.
fn to_leave(drain: Duration) -> Duration {
    (drain / 4).min(Duration::from_secs(5))
}

impl Rules {
    /// What the settings say, for `owner`: its node, a slash, and what names this life of it.
    pub fn of(config: &Config, owner: &str) -> Self {
        let queue = &config.queue;
        Self {
            node: owner.split('/').next().unwrap_or_default().to_owned(),
            owner: owner.to_owned(),
            workers: queue.workers,
            lease: queue.lease,
            sweep: queue.sweep,
            poll: queue.poll,
            backoff: Backoff::new(queue.backoff_base, queue.backoff_cap),
            retry_for: queue.retry_for,
            drain: config.daemon.drain.saturating_sub(to_leave(config.daemon.drain)),
            poison_crashes: u32::try_from(queue.poison_crashes).unwrap_or(u32::MAX),
            poison_window: queue.poison_window,
            payload_limit: queue.body_limit_kib.saturating_mul(1024),
        }
    }
}

/// The rules that hold now, shared by the parts of a queue.
#[derive(Debug)]
pub(super) struct Live {
    rules: RwLock<Arc<Rules>>,
    changed: Notify,
}

impl Live {
    pub(super) fn new(rules: Rules) -> Self {
        Self { rules: RwLock::new(Arc::new(rules)), changed: Notify::new() }
    }

    /// The rules that hold now.
    pub(super) fn now(&self) -> Arc<Rules> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts `rules` in force; what only a start can change stays as it is.
    pub(super) fn replace(&self, mut rules: Rules) {
        let mut held = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        rules.node.clone_from(&held.node);
        rules.owner.clone_from(&held.owner);
        rules.workers = held.workers;
        *held = Arc::new(rules);
        drop(held);
        self.changed.notify_one();
    }

    /// Resolves when the rules were changed; for one waiter.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }
}
