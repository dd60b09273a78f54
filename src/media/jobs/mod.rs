//! The kinds of this room.

mod download;

pub use download::{Download, Settings, Tools, sending};
