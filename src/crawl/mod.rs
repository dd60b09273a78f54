//! Crawling: from the queue file to stored posts, people and comments; once, complete, and up to date.
//!
//! - `subject` what a target is about: its link, and whether that is something of which it can take what it says.
//! - `spec` a target as it is written down, `plan` taking a queue file over, `cost` what that
//!   costs, `times` when something is next.
//! - `desk` the targets of a running house: what is due, what is silent, what a person does with them; `standing` how they
//!   stand.
//! - `forget` throwing away all that is known of somebody.
//! - `alarm` what people are told without asking.
//! - `jobs` a round; `source` who asks the platform for it, `keep` what is kept of a page.

mod ahead;
mod alarm;
mod cost;
mod desk;
mod forget;
mod jobs;
mod keep;
mod plan;
mod source;
mod spec;
mod standing;
mod subject;
mod times;

pub use cost::{Cost, Costs};
pub use desk::Desk;
pub use forget::{Forgotten, forget};
pub use jobs::{Crawl, Keeper, Settings, Tools};
pub use plan::{Change, Plan, apply, lane, look};
pub use source::{Answer, Ask, Source};
pub use spec::Spec;
pub use standing::{Standing, State, page_of, standing};
pub use subject::{Subject, check_links, subject_of};
pub use times::{NEVER, next, open};
