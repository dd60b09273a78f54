//! The kinds of this room.

mod download;
mod grow;
mod tools;

pub use download::{Download, sending};
pub use tools::Tools;
