//! Whether the disk under the database is full, as the last write found.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use super::error::Error;

/// What the last write found.
#[derive(Debug, Default)]
pub(in crate::store) struct Fullness {
    is_full: AtomicBool,
    changed: Notify,
}

impl Fullness {
    /// Notes how a commit ended.
    pub(in crate::store) fn note(&self, committed: &Result<(), Error>) {
        let is_full = match committed {
            Ok(()) => false,
            Err(Error::Full { .. }) => true,
            Err(_) => return,
        };
        if self.is_full.swap(is_full, Ordering::Relaxed) == is_full {
            return;
        }
        if is_full {
            tracing::error!("A write was refused because the disk is full: new work is refused until there is room");
        } else {
            tracing::info!("The disk has room again: writes go through");
        }
        self.changed.notify_one();
    }

    pub(in crate::store) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Resolves when that changed; for one waiter.
    pub(in crate::store) async fn changed(&self) {
        self.changed.notified().await;
    }
}
