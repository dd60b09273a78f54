//! Outages: which platforms nobody can reach now. `socket` drops and breaks their connections.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Which platforms cannot be reached now.
#[derive(Debug)]
pub(super) struct Outages {
    known: Vec<&'static str>,
    on: Mutex<BTreeSet<&'static str>>,
    refused: AtomicU64,
}

impl Outages {
    /// No outage of these platforms.
    pub(super) fn among(known: Vec<&'static str>) -> Self {
        Self { known, on: Mutex::default(), refused: AtomicU64::new(0) }
    }

    /// Begins an outage of `platform`, or of all of them; false when there is no such platform.
    pub(super) fn begin(&self, platform: Option<&str>) -> bool {
        let hit: Vec<_> = self.known.iter().copied().filter(|name| platform.is_none_or(|one| one == *name)).collect();
        let known = !hit.is_empty();
        self.on.lock().unwrap_or_else(PoisonError::into_inner).extend(hit);
        known
    }

    /// Ends every outage.
    pub(super) fn end(&self) {
        self.on.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The platforms that cannot be reached.
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.on.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Connections that were dropped or broken so far.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Whether `platform` cannot be reached; if so, one more connection is counted as refused.
    pub(super) fn strikes(&self, platform: &str) -> bool {
        let is_on = self.on.lock().unwrap_or_else(PoisonError::into_inner).contains(platform);
        if is_on {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        is_on
    }
}
