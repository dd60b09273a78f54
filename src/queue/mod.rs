//! The durable queue: asked for once, run at least once, never lost, never silently stuck.
//!
//! It knows no platform. `daemon` registers kinds ([`Kinds`]) and starts the parts ([`Queue::start_working`]); whoever holds a
//! [`Queue`] may ask for work. The parts meet in the store and wake each other with bells that carry no data, so a
//! lost bell loses nothing:
//!
//! - `ask` answers after the commit; those who ask together share it.
//! - `work` takes what is due in batches, under lease and fence, and runs it.
//! - `settle` writes how runs ended, again in batches.
//! - `tend` renews leases, takes orphans back, lines up what falls due, throws away what is old.
//! - `schedule` queues recurring work, one job per slot; `calendar` tells the slots.

mod ask;
mod calendar;
mod handle;
mod hands;
mod job;
mod kinds;
mod lease;
mod outcome;
mod prune;
mod rules;
mod run;
mod schedule;
mod settle;
mod start;
mod tend;
#[cfg(test)]
mod tests;
mod work;

pub use ask::{Ask, AskError, Asked};
pub use calendar::{Late, Schedule, slot_before_last, slots_between};
pub use handle::{Inlets, Queue};
pub use job::{Hopeless, Job, OpenTo};
pub use kinds::Kinds;
pub use lease::{Lease, Lost};
pub use outcome::Settled;
pub use prune::prune;
pub use rules::Rules;
pub use schedule::Coming;
