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
pub use jobs::{Crawl, Keeper, Tools};
pub use prune::prune;
pub use source::{Answer, Ask, Source};

use std::sync::Arc;

use crate::base::Base;
use crate::domain::Take;
use crate::queue::Kinds;
use crate::session::Fetcher;
use crate::store::Place;
use crate::store::copies::Copies;
use crate::target::{Changes, Server};

/// What this room says of the takes that it serves, which are all of them.
pub const SERVES: Server = Server {
    kind: jobs::KIND,
    takes: Take::ALL,
    pages_read: jobs::pages_of,
    pages: |tx, wanted| Box::pin(pages::pages(tx, wanted)),
};

/// `kinds` with those of this room; `keeper` writes what `fetcher` brings, and `changes` tells of targets that changed.
pub fn kinds(base: &Base, fetcher: &Fetcher, keeper: Keeper, changes: &Changes, kinds: Kinds) -> Kinds {
    kinds.with::<Crawl>(Tools {
        store: base.store.clone(),
        keeper,
        source: Arc::new(fetcher.clone()),
        changes: changes.clone(),
        current: base.current.clone(),
        metrics: base.metrics.clone(),
        clock: base.plan.ambient.clock.clone(),
    })
}

/// Whoever forgets people in this house.
pub fn forgetter(base: &Base) -> Forgetter {
    let copies = matches!(base.plan.place(), Place::Sqlite(_)).then(|| Copies::of(&base.plan.places));
    Forgetter { store: base.store.clone(), current: base.current.clone(), copies }
}
