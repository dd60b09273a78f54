//! The job table: the statements of the queue, and the rows they give.
//!
//! What a statement *means* (when to retry, what a crash costs) is decided in `queue`; here is only what stands in the
//! table. Every change of a job's state adds to `job_delta` in the same transaction, which makes counts per kind and
//! state exact and cheap without a row that every committer would have to lock.

mod change;
mod claim;
mod insert;
mod look;
mod settle;
mod state;
mod tally;
mod tend;

use crate::store::engine::batch::Batch;

pub use change::{call_back, call_back_lanes, cancel, hasten, resume_lane, retry, retry_kind};
pub use claim::{Claimed, Slot, Whom, renew, slots, take};
pub use insert::{Inserted, New, insert, insert_one};
pub use look::{
    Filter, Job, Outline, Waiting, find, find_key, lanes, list, next_due, outlines, soon, waits_for_person,
    waits_for_space,
};
pub use settle::{End, note, progress, settle, still_held};
pub use state::State;
pub(in crate::store) use tally::write as write_counts;
pub use tally::{Count, FOLD_PAGE, counts, fold};
pub use tend::{Orphans, Rescue, Rescued, drop_of, promote, prune, rescue};

pub(in crate::store) const STATEMENTS: &[&[&str]] = &[
    change::STATEMENTS,
    claim::STATEMENTS,
    insert::STATEMENTS,
    look::STATEMENTS,
    settle::STATEMENTS,
    tally::STATEMENTS,
    tend::STATEMENTS,
];

/// Every statement for many rows.
pub(in crate::store) const BATCHES: &[&[Batch]] =
    &[claim::BATCHES, insert::BATCHES, look::BATCHES, settle::BATCHES, tally::BATCHES, tend::BATCHES];
