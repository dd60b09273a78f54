//! A proxy between the client and the platforms that lets nothing through: it answers every request itself, with an HTML
//! page that shows its status.

use std::sync::atomic::{AtomicU16, Ordering};

/// Whether the proxy stands. 0 means that it does not.
#[derive(Debug, Default)]
pub(super) struct Proxy(AtomicU16);

impl Proxy {
    /// Answers with `status` from now on; `None` lets every request through.
    pub(super) fn set(&self, status: Option<u16>) {
        self.0.store(status.unwrap_or(0), Ordering::Relaxed);
    }

    /// The status of every answer while it stands.
    pub(super) fn status(&self) -> Option<u16> {
        Some(self.0.load(Ordering::Relaxed)).filter(|status| *status != 0)
    }
}
