//! Looks at the answers of one site when it is due, and says what came of it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::expect::Expected;
use super::memory::Memory;
use crate::ambient::Clock;
use crate::observe::Metrics;
use crate::observe::metric::{SCHEMA_ERRORS, SCHEMA_GONE, SCHEMA_NEW};
use crate::wire::json::Value;

/// One answer in so many is looked at.
const EVERY: u32 = 50;
/// So many in a row while a form is learned or in doubt.
const EAGER: u32 = 20;

/// What is known of the answers of one site; clones share it.
#[derive(Debug, Clone)]
pub struct Watch(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    platform: &'static str,
    clock: Clock,
    metrics: Metrics,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    endpoints: HashMap<String, Endpoint>,
    changed: HashSet<String>,
}

#[derive(Debug, Default)]
struct Endpoint {
    memory: Memory,
    /// Answers until the next look.
    skip: u32,
    /// How many were looked at in a row.
    in_a_row: u32,
}

/// What is known of one endpoint, to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The endpoint, with its platform.
    pub endpoint: String,
    /// What is known.
    pub memory: Memory,
}

impl Watch {
    /// One that knows nothing yet of the answers of `platform`.
    pub fn new(platform: &'static str, clock: Clock, metrics: Metrics) -> Self {
        Self(Arc::new(Inner { platform, clock, metrics, known: Mutex::default() }))
    }

    /// Takes up what was written down of the answers of this platform.
    pub fn remember(&self, kept: impl IntoIterator<Item = Kept>) {
        let is_ours =
            |kept: &Kept| kept.endpoint.split_once('.').is_some_and(|(platform, _)| platform == self.0.platform);
        for Kept { endpoint, memory } in kept.into_iter().filter(is_ours) {
            self.show(&endpoint, &memory);
            self.with(|known| known.endpoints.entry(endpoint).or_default().memory = memory);
        }
    }

    /// Looks at an answer that was read, when it is due.
    pub fn look(&self, endpoint: &str, expected: &[Expected], root: Value<'_>) {
        let name = format!("{}.{endpoint}", self.0.platform);
        self.with(|known| {
            let of = known.endpoints.entry(name.clone()).or_default();
            if of.skip > 0 {
                of.skip -= 1;
                return;
            }
            let before = of.memory.gone();
            let new = of.memory.look(expected, root, self.0.clock.now());
            of.in_a_row += 1;
            (of.skip, of.in_a_row) = match of.in_a_row {
                row if of.memory.is_eager() && row < EAGER => (0, row),
                _ => (EVERY - 1, 0),
            };
            if new > 0 {
                self.0.metrics.add(SCHEMA_NEW, [&name], new);
            }
            if of.memory.gone() != before {
                self.show(&name, &of.memory);
            }
            known.changed.insert(name);
        });
    }

    /// Notes an answer that could not be read; the next that can be is looked at.
    pub fn failed(&self, endpoint: &str) {
        let name = format!("{}.{endpoint}", self.0.platform);
        self.0.metrics.add(SCHEMA_ERRORS, [&name], 1u64);
        self.with(|known| {
            let of = known.endpoints.entry(name.clone()).or_default();
            of.memory.errors += 1;
            of.skip = 0;
            known.changed.insert(name);
        });
    }

    /// What there is to write down since the last time.
    pub fn take_changed(&self) -> Vec<Kept> {
        self.with(|known| {
            let changed = std::mem::take(&mut known.changed);
            let kept = |endpoint: String| {
                let memory = known.endpoints.get(&endpoint)?.memory.clone();
                Some(Kept { endpoint, memory })
            };
            changed.into_iter().filter_map(kept).collect()
        })
    }

    /// What could not be written down is there to write down still.
    pub fn put_back(&self, endpoints: impl IntoIterator<Item = String>) {
        self.with(|known| known.changed.extend(endpoints));
    }

    fn show(&self, endpoint: &str, memory: &Memory) {
        let gone = u64::try_from(memory.gone().len()).unwrap_or(u64::MAX);
        self.0.metrics.set(SCHEMA_GONE, [endpoint], gone);
    }

    fn with<T>(&self, act: impl FnOnce(&mut Known) -> T) -> T {
        act(&mut self.0.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
