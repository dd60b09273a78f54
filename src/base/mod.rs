//! What every room of a house is opened with.
//!
//! [`Plan`] is what was there before, [`Base`] what the ground floors are once they are open. A room takes from it what
//! it needs in its `open` and keeps no [`Base`]: so its files say what they work with.

mod plan;

use crate::config::Current;
use crate::observe::Metrics;
use crate::pace::Pace;
use crate::store::Store;
use crate::vault::Credentials;

pub use plan::Plan;

/// The ground floors of a house, for the time in which it is built.
pub struct Base {
    /// What it is built from.
    pub plan: Plan,
    /// The settings now.
    pub current: Current,
    /// The only truth.
    pub store: Store,
    /// The limits on what goes out.
    pub pace: Pace,
    /// The credentials, from wherever they come.
    pub credentials: Credentials,
    /// The numbers.
    pub metrics: Metrics,
}
