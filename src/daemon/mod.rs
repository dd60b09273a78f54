//! Assembles the house and lives through its day: start, reload, drain, leave.
//!
//! This is the only room that knows all the others. What belongs to one of them stays there; here is what ties them
//! together, and what ties the process to systemd.

mod disk;
mod house;
mod jobs;
mod live;
mod places;
mod reload;
pub mod systemd;
mod watch;

pub use house::{House, HouseError, Plan};
pub use places::Places;
