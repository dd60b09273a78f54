//! Where a job stands, in one word that SQL, JSON, logs and pages share.

use crate::store::engine::word::{read, word_column};

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

    /// Whether nothing more happens to it unless a person wants it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Dead | Self::Cancelled | Self::Unknown)
    }

    /// Reads a column. What no program of ours wrote counts as unknown: one such row must not stop the whole queue.
    #[expect(clippy::unnecessary_wraps, reason = "other columns refuse what they do not know")]
    fn of_column(word: &str) -> Result<Self, std::convert::Infallible> {
        Ok(word.parse().unwrap_or(Self::Unknown))
    }
}

word_column!(State, State::of_column);

impl std::str::FromStr for State {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        read(word, "state", &Self::ALL, Self::as_str)
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
