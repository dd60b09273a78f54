//! What whoever runs the simulated platforms can ask of the Creative Center without control.

use super::state::CreativeRadar;
use crate::sim::running::Running;

impl Running {
    /// The cookie of the one login that the simulated Creative Center knows: its name and its value.
    pub fn ads_login(&self) -> (&'static str, String) {
        self.site::<CreativeRadar>().map(CreativeRadar::cookie).unwrap_or_default()
    }
}
