//! The library: files that are there whole, or not at all.
//!
//! What a file is by its first bytes is looked at before any of it is written (`format`). A file is written under a name that ends in `.part`, synced, and only then given its own name, which is never
//! taken from another file. What is in the library can be trusted; what is not finished can be seen.

mod format;
mod name;
mod part;
mod place;
mod prune;
mod rights;
mod space;

pub mod jobs;

use crate::base::Base;
use crate::net::Ways;
use crate::queue::Kinds;
use crate::store::disk::Disk;

pub use name::{BadName, BadTemplate, Template, apart, component, shorten, wished};
pub use part::{Finished, PartError, PartFile, Written};
pub use place::{Outside, place};
pub use prune::prune;
pub use rights::Rights;
pub use space::Claims;

/// `kinds` with those of this room, which work in the library of `base`.
pub fn kinds(base: &Base, ways: &Ways, watch: &Disk, kinds: Kinds) -> Kinds {
    kinds.with::<jobs::Download>(jobs::Tools {
        net: ways.guests().paced(&base.pace, jobs::sending()),
        dir: base.plan.places.media(base.plan.config.media.dir.as_deref()),
        claims: Claims::default(),
        current: base.current.clone(),
        watch: Some(watch.clone()),
    })
}
