//! What this process knows of the hosts that it asks, and what an outage tells people.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::watch;

/// Hosts that are remembered.
const MOST: usize = 1024;

/// What became of the request that went first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Pending,
    Answered,
    Failed(String),
}

/// A host, as this process knows it.
#[derive(Debug, Default)]
pub(super) struct Host {
    pub(super) answered: Option<Duration>,
    pub(super) failures: u32,
    /// How the request that goes first ends, while it is under way.
    pub(super) first: Option<watch::Receiver<Verdict>>,
}

/// The hosts that were asked.
#[derive(Debug, Default)]
pub(super) struct Reach(HashMap<String, Host>);

impl Reach {
    /// What is known of `name`.
    pub(super) fn host(&mut self, name: &str) -> &mut Host {
        if self.0.len() >= MOST && !self.0.contains_key(name) {
            self.0.retain(|_, host| host.first.is_some() || host.failures > 0);
        }
        self.0.entry(name.to_owned()).or_default()
    }

    /// Whether `name` has answered less than `ago` before `now`, and not failed since.
    pub(super) fn has_answered(&self, name: &str, ago: Duration, now: Duration) -> bool {
        let is_recent = |at: Duration| now.saturating_sub(at) < ago;
        self.0.get(name).is_some_and(|host| host.failures == 0 && host.answered.is_some_and(is_recent))
    }

    /// Notes that `name` has answered now.
    pub(super) fn answered(&mut self, name: &str, now: Duration) {
        let host = match self.0.get_mut(name) {
            Some(host) => host,
            None => self.host(name),
        };
        (host.answered, host.failures) = (Some(now), 0);
    }
}

/// What is called when a host can be reached again.
#[derive(Default)]
pub(super) struct Bell(pub(super) std::sync::OnceLock<Box<dyn Fn() + Send + Sync>>);

impl std::fmt::Debug for Bell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bell")
    }
}
