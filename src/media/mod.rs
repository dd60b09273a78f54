//! The library: files that are there whole, or not at all.
//!
//! A file is written under a name that ends in `.part`, synced, and only then given its own name, which is never
//! taken from another file. What is in the library can be trusted; what is not finished can be seen.

mod name;
mod part;
mod place;
mod rights;

pub mod jobs;

pub use name::{BadName, BadTemplate, Template, apart, component, shorten, wished};
pub use part::{Finished, PartError, PartFile};
pub use place::{Outside, place};
pub use rights::Rights;
