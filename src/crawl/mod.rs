//! Crawling: from the queue file to stored posts, people and comments; once, complete, and up to date.
//!
//! - `subject` what a target is about: its link, and whether that is something of which it can take what it says.

mod subject;

pub use subject::{Subject, check_links, subject_of};
