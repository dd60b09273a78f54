//! What a request says: its place, its parameters in their order, its body.
//!
//! The order is part of the signature, so a request is a list and never a map. What every request of a page carries
//! comes first and follows from the identity; what one endpoint wants of its own comes behind it, and takes the place of
//! a parameter of the same name.

mod base;
mod place;
mod query;

pub use base::{Base, Caller};
pub(super) use place::refuse_other;
pub use place::{Body, Endpoint, Method, Place, Site, query_of};
pub use query::{BadQuery, Encoded, Query};
