//! Taking over a new configuration while running.
//!
//! Each key says whether it can be taken over. One that cannot keeps its old value until the next start, and is named,
//! so that nobody wonders why a saved file did nothing. A configuration with problems never gets here.

use super::key::Waiting;
use super::sections::Config;

/// What came of a reload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reloaded {
    /// The configuration to run with from now on.
    pub config: Config,
    /// The keys whose new values wait for the next start.
    pub needs_restart: Vec<&'static str>,
}

/// Turns the `old` configuration into the `new` one as far as a running service can.
pub fn reload(old: &Config, new: Config) -> Reloaded {
    let mut waiting = Waiting::default();
    let config = old.turn(new, &mut waiting);
    Reloaded { config, needs_restart: waiting.0 }
}
