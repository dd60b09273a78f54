//! What is followed: from the queue file to the rounds that are due, whichever room serves them.
//!
//! - `subject` what a target is about: its link, and whether that is something of which it can take what it says.
//! - `spec` a target as it is written down, `plan` taking a queue file over, `cost` what that
//!   costs, `times` when something is next.
//! - `serving` which room serves a take, and by jobs of which kind.
//! - `desk` the targets of a running house: what is due, what is silent, what a person does with them; `send` one round,
//!   `standing` how they stand, `phase` how far a round is and what it waits for.
//! - `explain` why something does not run, and what to do about it.
//! - `followed` the queue file of a running house and what people ask of its targets.
//! - `changes` tells running rounds that targets have changed; `ahead` sets back what a wrong clock wrote.

mod ahead;
mod changes;
mod cost;
mod desk;
mod explain;
mod followed;
mod phase;
mod plan;
mod send;
mod serving;
mod spec;
mod standing;
mod subject;
mod times;

use crate::base::Base;
use crate::config::QUEUE;
use crate::domain::AlarmName;
use crate::queue::Queue;
use crate::store::Refusals;

pub use ahead::REREAD;
pub use changes::Changes;
pub use cost::{Cost, Costs};
pub use desk::{Around, Desk, Ran};
pub use explain::Trouble;
pub use followed::{Foreseen, Targets};
pub use phase::{Outlook, Phase, WaitsFor};
pub use plan::{Change, Plan, apply, look};
pub use serving::{PagesOf, Served, Server, Wanted};
pub use spec::{Spec, lane};
pub use standing::{Standing, State, Taken, page_of, standing};
pub use subject::{Subject, advise, check_links, creator_of, has, subject_of};
pub use times::{NEVER, next, within_hours};

/// The targets of a house, whose rounds are served by `served`; running rounds hear of a change through `changes`.
pub fn open(base: &Base, queue: &Queue, served: Served, changes: Changes) -> Targets {
    let desk = Desk::new(Around {
        store: base.store.clone(),
        queue: queue.clone(),
        pace: base.pace.clone(),
        clock: base.plan.ambient.clock.clone(),
        metrics: base.metrics.clone(),
        served,
        changes,
    });
    Targets {
        desk,
        current: base.current.clone(),
        metrics: base.metrics.clone(),
        dir: base.plan.places.config.clone(),
        refusals: Refusals::new(&base.store, AlarmName::QueueRefused, QUEUE),
    }
}
