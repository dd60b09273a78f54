//! The kind of job that crawls: one round of one thing that is taken of a target.
//!
//! - `crawl` the job, `brief` what it goes by, `round` where it stands, `leg` the lists that it goes through, one after the
//!   other.
//! - `keeper` keeps pages, `turn` what comes behind one.
//! - `list` is what a round has read; `settle` marks what a complete read does not show any more; `doubt` says whether such a read is believed.

mod brief;
mod crawl;
mod doubt;
mod keeper;
mod leg;
mod list;
mod round;
mod settle;
mod turn;

pub use crawl::{Crawl, Tools};
pub(super) use crawl::{KIND, pages_of};
pub use keeper::Keeper;
pub(super) use leg::{About, POSTS};
