//! What all listeners share: the seed, the clock, the switches, the ledger, the counters.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::ledger::Ledger;
use super::outage::Outages;
use super::proxy::Proxy;
use super::reply::WAIT;
use super::switch::Switches;
use super::version::PageScript;
use crate::ambient::Clock;

/// The simulated outside, without the platforms.
#[derive(Debug)]
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) clock: Clock,
    /// The names of the platforms, in the order of their ports.
    pub(super) names: Vec<&'static str>,
    pub(super) switches: Switches,
    pub(super) ledger: Ledger,
    /// What stands between the client and every platform.
    pub(super) proxy: Proxy,
    /// Probes so far, by platform.
    probes: BTreeMap<&'static str, AtomicU64>,
    tokens: AtomicU64,
    /// What a new version of the pages' scripts signs in another way.
    pub(super) page: PageScript,
    /// Which platforms cannot be reached.
    pub(super) outages: Outages,
    /// The wait that refusals of class `rate` ask for, in seconds.
    wait: AtomicU64,
}

impl World {
    pub(super) fn new(seed: u64, clock: Clock, names: Vec<&'static str>) -> Self {
        Self {
            seed,
            clock,
            switches: Switches::default(),
            ledger: Ledger::default(),
            proxy: Proxy::default(),
            probes: names.iter().map(|name| (*name, AtomicU64::new(0))).collect(),
            tokens: AtomicU64::new(0),
            page: PageScript::default(),
            outages: Outages::among(names.clone()),
            wait: AtomicU64::new(WAIT.as_secs()),
            names,
        }
    }

    /// Now, in Unix seconds.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.clock.now().0 / 1000).unwrap_or(0)
    }

    /// The wait that refusals of class `rate` ask for.
    pub(super) fn wait(&self) -> Duration {
        Duration::from_secs(self.wait.load(Ordering::Relaxed))
    }

    /// Lets them ask for another one, in whole seconds.
    pub(super) fn set_wait(&self, wait: Duration) {
        self.wait.store(wait.as_secs(), Ordering::Relaxed);
    }

    /// Counts a token that is handed out; the first is 1.
    pub(super) fn next_token(&self) -> u64 {
        self.tokens.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts a probe of `platform`; the first is 1.
    pub(super) fn next_probe(&self, platform: &str) -> u64 {
        self.probes.get(platform).map_or(0, |count| count.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
