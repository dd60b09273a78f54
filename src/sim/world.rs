//! What all listeners share: the seed, the clock, the switches, the ledger, the counters.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::creative_radar::session::AdsLogin;
use super::douyin::cast::Cast;
use super::douyin::change::{Lists, Renames};
use super::douyin::codes::Codes;
use super::douyin::life::Life;
use super::douyin::show::Written;
use super::fault::PLATFORMS;
use super::ledger::Ledger;
use super::outage::Outages;
use super::proxy::Proxy;
use super::reply::WAIT;
use super::switch::Switches;
use super::version::PageScript;
use crate::ambient::Clock;

/// The simulated outside.
#[derive(Debug)]
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) clock: Clock,
    pub(super) switches: Switches,
    pub(super) ledger: Ledger,
    /// What stands between the client and every platform.
    pub(super) proxy: Proxy,
    probes: [AtomicU64; PLATFORMS.len()],
    tokens: AtomicU64,
    /// The guests' marks that were handed out.
    marks: Mutex<HashSet<String>>,
    /// Who lives on the simulated Douyin.
    pub(super) cast: Arc<Cast>,
    /// What becomes of them.
    pub(super) life: Life,
    /// What of it has been written down.
    pub(super) written: Written,
    /// What of it has changed.
    pub(super) renames: Renames,
    /// Whether its lists lead nowhere.
    pub(super) lists: Lists,
    /// What a new version of its pages' script signs in another way.
    pub(super) page: PageScript,
    /// The codes that were shown to be scanned.
    pub(super) codes: Codes,
    /// Who is logged in at the Creative Center.
    pub(super) ads: AdsLogin,
    /// Which platforms cannot be reached.
    pub(super) outages: Outages,
    /// The wait that refusals of class `rate` ask for, in seconds.
    wait: AtomicU64,
}

impl World {
    pub(super) fn new(seed: u64, clock: Clock) -> Self {
        let (switches, ledger) = (Switches::default(), Ledger::default());
        Self {
            seed,
            clock,
            switches,
            ledger,
            proxy: Proxy::default(),
            probes: Default::default(),
            tokens: AtomicU64::new(0),
            marks: Mutex::default(),
            cast: Arc::new(Cast::new(seed)),
            life: Life::default(),
            written: Written::default(),
            renames: Renames::default(),
            lists: Lists::default(),
            page: PageScript::default(),
            codes: Codes::default(),
            ads: AdsLogin::default(),
            outages: Outages::default(),
            wait: AtomicU64::new(WAIT.as_secs()),
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

    /// Remembers the mark of a guest.
    pub(super) fn give_mark(&self, mark: String) {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).insert(mark);
    }

    /// Whether a guest has this mark.
    pub(super) fn knows_mark(&self, mark: &str) -> bool {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).contains(mark)
    }

    /// Counts a token that is handed out; the first is 1.
    pub(super) fn next_token(&self) -> u64 {
        self.tokens.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts a probe of `platform`; the first is 1.
    pub(super) fn next_probe(&self, platform: &str) -> u64 {
        let counters = PLATFORMS.iter().zip(&self.probes);
        let counter = counters.into_iter().find(|(name, _)| **name == platform);
        counter.map_or(0, |(_, count)| count.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// What a platform's endpoints are given: which platform they play, and the world.
#[derive(Debug, Clone)]
pub(super) struct Stand {
    pub(super) platform: &'static str,
    pub(super) world: Arc<World>,
}
