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
mod tally;
mod tend;

use std::fmt::Write as _;

use crate::domain::{JobId, Millis};

pub use change::{cancel, retry, retry_kind};
pub use claim::{Claimed, Slot, renew, slots, take};
pub use insert::{Inserted, New, insert};
pub use look::{Filter, Job, find, find_key, lanes, list, next_due};
pub use settle::{End, progress, settle, still_held};
pub use tally::{Count, counts, fold};
pub use tend::{Orphans, Rescue, Rescued, promote, prune, rescue};

pub(super) const STATEMENTS: &[&str] = &[
    change::LOOK,
    change::LOOK_LOCKED,
    change::CANCEL,
    change::RETRY,
    change::DEAD_OF_KIND,
    claim::SLOTS,
    claim::TAKE,
    claim::TAKE_LOCKED,
    insert::LINE,
    insert::SAME,
    look::FIND,
    look::FIND_KEY,
    look::LIST,
    look::LIST_STATE,
    look::LANES,
    look::NEXT_DUE,
    settle::PROGRESS,
    settle::STILL_HELD,
    tally::ADD,
    tally::COUNTS,
    tally::TAKE_DELTAS,
    tally::TAKE_DELTAS_LOCKED,
    tally::FOLD,
    tend::DUE,
    tend::DUE_LOCKED,
    tend::EXPIRED,
    tend::EXPIRED_LOCKED,
    tend::LEFT_BEHIND,
    tend::LEFT_BEHIND_LOCKED,
    tend::PRUNE,
];

/// Where a job stands. `Failed` will be tried again; what ended for good is `Dead`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Waits for its time or for a worker.
    Queued,
    /// A worker holds it.
    Running,
    /// Waits because it was asked to, or because its lane is closed; no attempt was spent.
    Snoozed,
    /// An attempt failed; it will be tried again.
    Failed,
    /// It worked.
    Done,
    /// It will not be tried again unless a person says so.
    Dead,
    /// A person took it back.
    Cancelled,
    /// It was sent out and nobody knows whether it arrived.
    Unknown,
}

impl State {
    /// Every state, in the order of a job's life.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Running,
        Self::Snoozed,
        Self::Failed,
        Self::Done,
        Self::Dead,
        Self::Cancelled,
        Self::Unknown,
    ];

    /// The word in SQL, JSON and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Snoozed => "snoozed",
            Self::Failed => "failed",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
        }
    }

    /// Reads a word of SQL; what no program of ours wrote counts as unknown.
    pub(super) fn read(word: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.as_str() == word).unwrap_or(Self::Unknown)
    }
}

impl std::str::FromStr for State {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|s| s.as_str() == word).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|s| s.as_str()).collect();
            format!("`{word}` is not a state: one of {}", known.join(" "))
        })
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// `($1,$2),($3,$4)…`: the places of `rows` rows of `width` values, counted from `first`.
fn places(first: usize, rows: usize, width: usize) -> String {
    let mut text = String::with_capacity(rows * width * 5);
    for n in 0..rows * width {
        let before = match (n, n % width) {
            (0, _) => "(",
            (_, 0) => "),(",
            _ => ",",
        };
        let _never_fails = write!(text, "{before}${}", first + n);
    }
    text.push(')');
    text
}

const fn job_id(id: uuid::Uuid) -> JobId {
    JobId(id)
}

const fn moment(ms: i64) -> Millis {
    Millis(ms)
}
