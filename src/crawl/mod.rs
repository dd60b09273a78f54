//! Crawling: from the queue file to stored posts, people and comments; once, complete, and up to date.
//!
//! - `subject` what a target is about: its link, and whether that is something of which it can take what it says.
//! - `spec` a target as it is written down, `plan` taking a queue file over, `cost` what that
//!   costs, `times` when something is next.
//! - `desk` the targets of a running house: what is due, what is silent, what a person does with them; `send` one round,
//!   `standing` how they stand, `phase` how far a round is and what it waits for.
//! - `explain` why something does not run, and what to do about it.
//! - `forget` throwing away all that is known of somebody.
//! - `alarm` what people are told without asking.
//! - `jobs` a round; `source` who asks the platform for it, `keep` what is kept of a page.

mod ahead;
mod alarm;
mod changes;
mod cost;
mod desk;
mod explain;
mod forget;
mod jobs;
mod keep;
mod phase;
mod plan;
mod send;
mod source;
mod spec;
mod standing;
mod subject;
mod times;

pub use changes::Changes;
pub use cost::{Cost, Costs};
pub use desk::{Desk, Ran};
pub use explain::Trouble;
pub use forget::{Forgotten, forget};
pub use jobs::{Crawl, Keeper, Settings, Tools};
pub use phase::{Outlook, Phase, WaitsFor};
pub use plan::{Change, Plan, apply, look};
pub use source::{Answer, Ask, Source};
pub use spec::{Spec, lane};
pub use standing::{Standing, State, Taken, page_of, standing};
pub use subject::{Subject, advise, check_links, creator_of, subject_of};
pub use times::{NEVER, next, open};
