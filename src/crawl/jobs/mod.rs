//! The kind of job that crawls: one round of one thing that is taken of a target.
//!
//! - `crawl` the job, `round` where a round stands, `leg` the lists that it goes through, one after the other.

mod crawl;
mod leg;
mod round;

pub(super) use crawl::SILENT;
pub use crawl::{Crawl, Settings, Tools};
pub(super) use leg::{About, POSTS};
