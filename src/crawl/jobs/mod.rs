//! The kind of job that crawls: one round of one thing that is taken of a target.
//!
//! - `crawl` the job, `brief` what it goes by, `round` where it stands, `leg` the lists that it goes through, one after the
//!   other.
//! - `keeper` keeps pages, `turn` what comes behind one.

mod brief;
mod crawl;
mod keeper;
mod leg;
mod round;
mod turn;

pub use crawl::{Crawl, Settings, Tools};
pub use keeper::Keeper;
pub(super) use leg::{About, POSTS};
pub(super) use turn::SILENT;
