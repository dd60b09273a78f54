//! The codes that login pages show.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The codes that were shown, and whether somebody scanned them.
#[derive(Debug, Default)]
pub(super) struct Codes(Mutex<BTreeMap<String, bool>>);

impl Codes {
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, bool>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is shown and was not scanned.
    pub(super) fn shown(&self) -> Vec<String> {
        self.with(|codes| codes.iter().filter(|(_, scanned)| !**scanned).map(|(text, _)| text.clone()).collect())
    }

    /// Scans the code that says `text`; false when none does.
    pub(super) fn scan(&self, text: &str) -> bool {
        self.with(|codes| codes.get_mut(text).map(|scanned| *scanned = true).is_some())
    }
}
