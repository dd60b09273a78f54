//! What the house tells an operator: log lines, numbers, and the guard that keeps secrets out of both.
//!
//! Everyone may use this room, so it knows nobody but `domain` and `ambient`. Names are data here: each log field and
//! each metric stands once in a list, with its meaning, and tests keep the lists clean. Nothing here opens a port or
//! a file; the page that serves the numbers lives in `web`.

pub mod field;
mod hide;
pub mod log;
pub mod metric;
pub mod redact;

pub use hide::{hide_secrets, means_secret};
pub use metric::Metrics;
pub use redact::{MARK, Register};
