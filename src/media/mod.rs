//! The library: files that are there whole, or not at all.
//!
//! A file is written under a name that ends in `.part`, synced, and only then given its own name, which is never
//! taken from another file. What is in the library can be trusted; what is not finished can be seen.

mod name;
mod part;
mod rights;

pub mod jobs;

pub use name::{BadName, clean};
pub use part::{Finished, PartError, PartFile};
pub use rights::Rights;
