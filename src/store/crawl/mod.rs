//! What is kept up to date, and what was found.
//!
//! - `targets` what people want, as it was taken over, and how each part of it stands.
//! - `export` what is found as tables for people's own tools, `table` which they are.
//! - `raw` what the site sent; `prune` what goes again, `grown` how much there is.
//! - `posts`, `creators`, `comments`, `shelf` each thing once; `listed` which rows stand in which list of whom.
//! - `shapes` what the answers of each endpoint had so far.
//! - `doubts` complete reads of lists: what they showed, and which are doubted.

pub mod comments;
pub mod creators;
pub mod doubts;
pub mod export;
pub mod grown;
pub mod listed;
pub mod posts;
pub mod prune;
pub mod raw;
pub mod shapes;
pub mod shelf;
pub mod table;
pub mod targets;

use super::engine::batch::Batch;

pub(super) const STATEMENTS: &[&[&str]] = &[
    comments::STATEMENTS,
    creators::STATEMENTS,
    doubts::STATEMENTS,
    table::STATEMENTS,
    grown::COUNTED,
    grown::STATEMENTS,
    listed::STATEMENTS,
    posts::STATEMENTS,
    prune::COUNTS,
    prune::DOUBTED,
    prune::STATEMENTS,
    prune::THIN,
    shapes::STATEMENTS,
    shelf::STATEMENTS,
    targets::STATEMENTS,
];
/// Every statement for many rows.
pub(super) const BATCHES: &[&[Batch]] = &[
    comments::BATCHES,
    creators::BATCHES,
    listed::BATCHES,
    posts::BATCHES,
    raw::BATCHES,
    targets::BATCHES,
    prune::OF_COMMENTS,
    prune::OF_PEOPLE,
    prune::OF_POSTS,
];
