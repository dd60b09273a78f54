//! Whether work can be accepted, as it was last seen; what `/readyz` and systemd's status say.

use std::sync::{Arc, Mutex, PoisonError};

use super::reload::Reloader;
use crate::advice::{self, Advice};
use crate::ambient::Clock;
use crate::domain::{Class, Millis};
use crate::store::Store;
use crate::store::disk::{Disk, Level};
use crate::web::{Part, Readiness};

/// A part, whether it was well, and since when.
type Since = (&'static str, bool, Millis);

/// Remembers since when each part is as it is; clones share it.
#[derive(Clone)]
pub(super) struct Board {
    clock: Clock,
    store: Store,
    disk: Disk,
    reloader: Reloader,
    since: Arc<Mutex<Vec<Since>>>,
    proof: Arc<Mutex<Result<(), String>>>,
}

impl Board {
    pub(super) fn new(clock: Clock, store: Store, disk: Disk, reloader: Reloader) -> Self {
        Self { clock, store, disk, reloader, since: Arc::default(), proof: Arc::new(Mutex::new(Ok(()))) }
    }

    /// Remembers whether the queue could be written to just now.
    pub(super) fn proved(&self, outcome: Result<(), String>) {
        *self.proof.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }

    /// Whether work can be accepted. Only the store and a full disk can forbid it; the rest is told.
    pub(super) fn readiness(&self) -> Readiness {
        let proof = self.proof.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let proof = if self.store.is_broken() { Err("the disk failed under the database".to_owned()) } else { proof };
        let seen = self.disk.seen().map_or(Level::Plenty, |seen| seen.level);
        // A write that was refused a moment ago is newer than the last look.
        let level = if self.store.is_full() { Level::Full } else { seen };
        let refusal = self.reloader.refusals.now();
        let store_do = proof.as_ref().err().map(advice::daemon::store);
        let disk_do = match level {
            Level::Plenty => None,
            Level::Low => Some(advice::daemon::disk_low()),
            Level::Full => Some(advice::daemon::disk_full()),
        };
        let config_do = refusal.map(|(_, why)| advice::daemon::settings_refused(&why));
        let ready = proof.is_ok() && level != Level::Full;
        let queue_do = self.reloader.targets.refusals.now();
        let queue_do = queue_do.map(|(_, why)| advice::daemon::queue_refused(&why));
        let parts = [("store", store_do), ("disk", disk_do), ("config", config_do), ("queue", queue_do)];
        let parts = parts.into_iter().map(|(name, what)| self.part(name, what)).collect();
        Readiness { ready, parts }
    }

    fn part(&self, name: &'static str, r#do: Option<Advice>) -> Part {
        let ok = r#do.is_none();
        let mut all = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let known = all.iter_mut().find(|(known, _, _)| *known == name);
        let since = match known {
            Some((_, was, since)) if *was == ok => *since,
            Some(row) => {
                *row = (name, ok, now);
                now
            }
            None => {
                all.push((name, ok, now));
                now
            }
        };
        Part { name: name.to_owned(), ok, class: if ok { Class::Ok } else { Class::Local }, since, r#do }
    }
}
