//! Tasks with owners: the only door through which work goes to the background.
//!
//! A task that ends where it should not is started again after a pause, its failure counted and shown; a panic is a
//! failure like any other. Leaving has two steps: *stop* asks everyone to take nothing new and finish what is in
//! hand, *halt* drops the rest. This room knows no platform and no job.

mod backoff;
mod supervisor;

pub use backoff::Backoff;
pub use supervisor::{Failure, Leave, Restart, State, Status, Stop, Supervisor};
