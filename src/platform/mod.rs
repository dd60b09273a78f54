//! The platforms: a request goes out, a typed answer comes in.
//!
//! This room knows each platform's own words for its refusals and turns them into a class. It keeps nothing and
//! writes nothing: whoever asked decides what to do with what was seen.

pub mod creative_radar;
pub mod douyin;
mod probe;
pub mod shape;
pub mod signer;

pub use probe::{Probe, probe, read_again};
