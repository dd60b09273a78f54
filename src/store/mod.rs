//! The only room that speaks SQL, to SQLite and to PostgreSQL, from one text per statement.
//!
//! A [`Store`] is a cheap handle. [`Store::write`] runs a closure in a transaction and answers after the commit is on
//! the disk; [`Store::read`] runs one on a reading connection. Which database it is shows only in `engine` and
//! the few texts that lock rows. Families of statements stand in files of their own and work on a [`Tx`], so that any
//! of them can share a transaction: a page of a crawl, its cursor and its follow-up jobs are one commit.
//!
//! The shared dialect: `TEXT`, `BIGINT`, `BOOLEAN`, `UUID`; times in Unix milliseconds; JSON as text that only we
//! read; upserts, `RETURNING`, CTEs, window functions and partial indexes. Not: serial columns, `STRICT`, `GREATEST`,
//! two-argument `MAX`, `LATERAL`. Sums and bare literals are cast. Nothing is paged or ordered by text that people see.

mod clock_watch;
mod engine;
mod folders;
mod prune;
mod refusals;

pub mod ahead;
pub mod alarms;
pub mod backup;
pub mod captures;
pub mod clocks;
pub mod conditions;
pub mod copies;
pub mod crawl;
pub mod disk;
pub mod firefox;
pub mod gates;
pub mod health;
pub mod jobs;
pub mod keys;
#[cfg(test)]
pub(crate) mod kit;
pub mod pace;
pub mod pace_lanes;
pub mod schedules;
pub mod shapes;
pub mod stops;
#[cfg(test)]
mod tests;
pub mod vault;

pub use clock_watch::{ClockWatch, Doubt};
pub use engine::batch::Batch;
pub use engine::error::Error;
pub use engine::lock::{DirLock, LockError};
pub use engine::migrate::{MigrateError, Schema};
pub use engine::node::{NodeError, NodeName};
pub use engine::open_error::{Denied, OpenError};
pub use engine::pool::{Access, Place, Store};
pub use engine::tx::{Tx, Work};
pub use engine::writer::WriterCounts;
pub use folders::{make_folders, node_id};
pub use prune::{Pruned, prune};
pub use refusals::Refusals;

/// Every statement of the house, by family: each is prepared on both databases in a test.
pub const STATEMENTS: &[&[&[&str]]] = &[
    &[alarms::STATEMENTS, gates::STATEMENTS, keys::STATEMENTS, engine::migrate::STATEMENTS, schedules::STATEMENTS],
    &[pace::STATEMENTS, pace_lanes::STATEMENTS, shapes::STATEMENTS, stops::STATEMENTS, vault::STATEMENTS],
    &[captures::STATEMENTS, clocks::STATEMENTS],
    &[ahead::SEEN, ahead::WAITS, ahead::STATEMENTS, ahead::LARGE],
    jobs::STATEMENTS,
    crawl::STATEMENTS,
];
/// Every statement for many rows, likewise.
pub const BATCHES: &[&[&[Batch]]] = &[jobs::BATCHES, crawl::BATCHES];
