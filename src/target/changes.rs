//! Tells running rounds of this process that targets have changed, so that they look at theirs between two pages only
//! then: a look costs as much as a good part of a page.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A cheap handle; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Changes(Arc<AtomicU64>);

impl Changes {
    /// Targets have changed, and the change is stored.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }

    /// How often they have changed.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}
