//! JSON as a flat tree beside its text.
//!
//! An answer of a platform is read once, of a thousand fields a few dozen are wanted, and the rest must survive exactly
//! as it was sent. So nothing is copied: a node is a place in the text, numbers stay as they were written
//! (ids go beyond 2^53), and strings are unescaped when somebody asks. Looking up what is not there gives a value that
//! is not there, all the way down, so a missing parent costs its fields and not the page.
//!
//! Length, depth and number of values have caps; what goes over one is refused by its name before more is allocated.
//!
//! Why no crate: reading a page of 65 KiB and five fields of each of its twenty posts took 89 µs and 174 KiB here, 310 µs
//! and 367 KiB with `serde_json::Value`. `sonic-rs` took 49 µs and 195 KiB; it has no caps and keeps no text as it was
//! sent, and reading is a twentieth of what a page costs.

mod path;
mod read;
mod value;

#[cfg(test)]
mod tests;

pub use path::{Found, Path};
pub use read::{BadJson, Caps, Json};
pub use value::Value;
