//! What is kept up to date, and what was found.
//!
//! - `targets` what people want, as it was taken over, and how each part of it stands.
//! - `posts`, `creators`, `comments`, `shelf` each thing once; `listed` what stands in which list of whom.

pub mod comments;
pub mod creators;
pub mod listed;
pub mod posts;
pub mod shelf;
pub mod targets;

use super::batch::Batch;

pub(super) const STATEMENTS: &[&[&str]] = &[
    comments::STATEMENTS,
    creators::STATEMENTS,
    listed::STATEMENTS,
    posts::STATEMENTS,
    shelf::STATEMENTS,
    targets::STATEMENTS,
];
/// Every statement for many rows.
pub(super) const BATCHES: &[&[Batch]] =
    &[comments::BATCHES, creators::BATCHES, listed::BATCHES, posts::BATCHES, targets::BATCHES];
