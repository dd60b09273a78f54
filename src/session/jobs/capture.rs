//! Looks at a login again: the browser captures it anew where a page is known, elsewhere the site is asked.
//!
//! Twice is no harm: what is captured takes the place of what was only if it proves to be a login.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::{Class, Miss};
use crate::queue::{Job, Lease, OpenTo, Settled};
use crate::session::profiles::Profiles;

/// Refresh the login of `profile`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// The profile whose login is captured.
    pub profile: String,
}

impl Job for Capture {
    const KIND: &'static str = "capture";
    const ATTEMPTS: u32 = 3;
    const OPEN_TO: OpenTo = OpenTo::Owner;
    type Tools = Profiles;

    fn lane(&self) -> String {
        format!("{}/capture", self.profile)
    }

    async fn run(self, profiles: &Profiles, _lease: &Lease) -> Result<Settled, Miss> {
        let refreshed = Box::pin(profiles.refresh(&self.profile)).await;
        match refreshed {
            Ok(told) => Ok(Settled::Done(json!(told))),
            // The look was taken, and the site said no: if that is so of the login in use, it stopped and raised its alarm.
            Err(declined) if matches!(declined.class, Class::Auth | Class::Risk) => {
                let (class, why) = (declined.class.as_str(), declined.error);
                Ok(Settled::Done(json!({"profile": self.profile, "class": class, "error": why})))
            }
            Err(declined) => {
                let mut miss = Miss::new(declined.class, declined.error);
                miss.after = declined.wait;
                Err(miss)
            }
        }
    }
}
