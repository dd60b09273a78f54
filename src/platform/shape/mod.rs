//! Whether answers still have the form that they are read in.
//!
//! A field that a site no longer sends is read as nothing, which is what a field without a value is read as too: so a
//! change of the site would rot the data without a word. One answer in fifty is therefore looked at as a whole, and so
//! are the first twenty and the next one after every answer that could not be read: the fields that we read and that
//! used to be there, and the fields that nobody has seen before.
//!
//! - `expect` what is read of an answer, `memory` what answers of one endpoint had so far, `watch` looks when it is due.

mod expect;
mod memory;
mod watch;

pub use expect::{Expected, Field};
pub use memory::{Fresh, Gone, Memory};
pub use watch::{Kept, Watch};

#[cfg(test)]
mod tests;
