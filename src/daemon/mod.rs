//! Assembles the house and lives through its day: start, reload, drain, leave.
//!
//! This is the only room that knows all the others. What belongs to one of them stays there; here is what ties them
//! together, and what ties the process to systemd.

pub mod systemd;
