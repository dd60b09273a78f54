//! Looks at a login again: the browser captures it anew where a page is known, elsewhere the site is asked.
//!
//! Twice is no harm: what is captured takes the place of what was only if it proves to be a login.

use serde::{Deserialize, Serialize};

use crate::daemon::profiles::Profiles;
use crate::queue::{Job, Lease, Miss, Settled};

/// Refresh the login of `profile`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::daemon) struct Capture {
    profile: String,
}

impl Job for Capture {
    const KIND: &'static str = "capture";
    const ATTEMPTS: u32 = 3;
    type Tools = Profiles;

    fn lane(&self) -> String {
        format!("{}/capture", self.profile)
    }

    async fn run(self, profiles: &Profiles, _lease: &Lease) -> Result<Settled, Miss> {
        let refreshed = Box::pin(profiles.refresh(&self.profile)).await;
        refreshed.map(Settled::Done).map_err(|declined| {
            let mut miss = Miss::new(declined.class, declined.error);
            miss.after = declined.wait;
            miss
        })
    }
}
