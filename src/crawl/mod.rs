//! Crawling: what targets take of Douyin, from a page to stored posts, people and comments; once, complete, and up to date.
//!
//! - `jobs` a round; `source` who asks the platform for it, `keep` what is kept of a page.
//! - `pages` how many pages a round has.
//! - `prune` throwing away what is old, `forget` throwing away all that is known of somebody.

mod forget;
mod jobs;
mod keep;
mod pages;
mod prune;
mod source;

pub use forget::{Forgetter, Forgotten};
pub use jobs::{Crawl, Keeper, Settings, Tools};
pub use prune::prune;
pub use source::{Answer, Ask, Source};

use crate::config::Take;
use crate::target::Server;

/// What this room says of the takes that it serves, which are all of them.
pub const SERVES: Server = Server {
    kind: jobs::KIND,
    takes: &Take::ALL,
    pages_read: jobs::pages_of,
    pages: |tx, wanted| Box::pin(pages::pages(tx, wanted)),
};
