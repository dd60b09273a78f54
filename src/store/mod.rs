//! The only room that speaks SQL, to SQLite and to PostgreSQL, from one text per statement.
//!
//! A [`Store`] is a cheap handle. [`Store::write`] runs a closure in a transaction and answers after the commit is on
//! the disk; [`Store::read`] runs one on a reading connection. Which database it is shows only in `engine` and
//! the few texts that lock rows. Families of statements stand in files of their own and work on a [`Tx`], so that any
//! of them can share a transaction: a page of a crawl, its cursor and its follow-up jobs are one commit.
//!
//! Families, a folder each: `queue` jobs, gates and schedules · `limits` who may send when · `crawl` what is found and
//! what is to be found · `secrets` what opens doors · `clock` the wall clock · `files` the database as files. Alarms,
//! and what opens and closes them by itself, are files beside this one. Other rooms read the short name:
//! `store::jobs`, `store::stops`.
//!
//! A new table: a step in `engine/migrations` and a line in `engine/migrate.rs`, then a file in its family with its
//! statements in a `STATEMENTS` of its own (and `BATCHES`), which the family's `mod.rs` lists. A module that other rooms
//! need is re-exported here. Rows have enums for words of a closed set (`engine/word.rs`).
//!
//! The shared dialect: `TEXT`, `BIGINT`, `BOOLEAN`, `UUID`; times in Unix milliseconds; JSON as text that only we
//! read; upserts, `RETURNING`, CTEs, window functions and partial indexes. Not: serial columns, `STRICT`, `GREATEST`,
//! two-argument `MAX`, `LATERAL`. Sums and bare literals are cast. Nothing is paged or ordered by text that people see.

mod clock;
mod engine;
mod files;
mod limits;
mod prune;
mod queue;
mod refusals;
mod secrets;

pub mod alarms;
pub mod conditions;
pub mod crawl;
#[cfg(test)]
pub(crate) mod kit;
#[cfg(test)]
mod tests;

pub use clock::watch::{ClockWatch, Doubt};
pub use clock::{ahead, clocks};
pub use engine::batch::Batch;
pub use engine::error::Error;
pub use engine::lock::{DirLock, LockError};
pub use engine::migrate::{MigrateError, Schema};
pub use engine::node::{NodeError, NodeName};
pub use engine::open_error::{Denied, OpenError};
pub use engine::pool::{Access, Place, Store};
pub use engine::tx::{Tx, Work};
pub use engine::writer::WriterCounts;
pub use files::folders::{make_folders, node_id};
pub use files::{backup, copies, disk, health};
pub use limits::{pace, pace_lanes, stops};
pub use prune::{Pruned, prune};
pub use queue::{gates, jobs, schedules};
pub use refusals::Refusals;
pub use secrets::{captures, firefox, keys, vault};

/// Every statement of the house, by family: each is prepared on both databases in a test.
pub const STATEMENTS: &[&[&[&str]]] = &[
    &[alarms::STATEMENTS, engine::migrate::STATEMENTS],
    clock::STATEMENTS,
    crawl::STATEMENTS,
    limits::STATEMENTS,
    queue::STATEMENTS,
    jobs::STATEMENTS,
    secrets::STATEMENTS,
];
/// Every statement for many rows, likewise.
pub const BATCHES: &[&[&[Batch]]] = &[jobs::BATCHES, crawl::BATCHES];
