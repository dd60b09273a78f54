//! Assembles the house and lives through its day: start, reload, drain, leave.
//!
//! This is the only room that knows all the others. What belongs to one of them stays there; here is what ties them
//! together, and what ties the process to systemd.

mod conditions;
mod direct;
mod entry;

mod house;
mod house_error;
mod jobs;
mod options;
mod ready;
mod reload;
mod rooms;
mod run;
mod run_error;
mod signals;
pub mod systemd;
#[cfg(test)]
mod tests;
mod watch;

pub use direct::Direct;
pub use entry::{Ended, Trouble, demo, direct, foreseeing, reading, run, sim};
pub use house::House;
pub use house_error::{HouseError, open_vault};
pub use jobs::{ADDABLE, Addable};
pub use options::{DemoOptions, RunOptions, Say, SimOptions};
pub use rooms::{Role, served};
pub use run_error::RunError;
