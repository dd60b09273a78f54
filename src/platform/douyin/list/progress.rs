//! Where a walk through a list stands, as it can be written down.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How many ids are remembered: records move down by a few places while a list is read.
const RECENT: usize = 120;
/// How many places are remembered, to see a list turn in a circle.
const PLACES: usize = 60;

/// How a list ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The site has no more.
    Whole,
    /// As many as were wanted are there.
    Enough,
    /// All that comes is older than what is wanted.
    Past,
}

/// Where a walk stands: what is needed to go on, and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Where the next page begins; nothing before the first one.
    pub mark: Option<String>,
    /// What the site calls the thing that is listed, when it had to be found out first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Pages that were read.
    pub pages: u64,
    /// Records that were taken.
    pub taken: u64,
    /// How it ended, when it has.
    pub ended: Option<Ended>,
    /// Why the page that was read last is refused.
    #[serde(skip)]
    pub(super) stalled: Option<String>,
    /// Pages in a row that brought nothing new.
    pub(super) barren: u32,
    /// How often the list stood still or ran backwards since something new came.
    pub(super) stuck: u32,
    recent: VecDeque<String>,
    places: VecDeque<String>,
}

impl Progress {
    /// Of what is one record and no list, after it was read.
    pub fn of_one() -> Self {
        Self { pages: 1, taken: 1, ended: Some(Ended::Whole), ..Self::default() }
    }

    /// Whether a record with this id was met a short while ago.
    pub fn has_met(&self, key: &str) -> bool {
        self.recent.iter().any(|known| known == key)
    }

    /// Whether a record with this id is new; one without an id always is.
    pub(super) fn is_new(&mut self, key: Option<Cow<'_, str>>) -> bool {
        let Some(key) = key.filter(|key| !key.is_empty()) else { return true };
        if self.recent.iter().any(|known| *known == key) {
            return false;
        }
        remember(&mut self.recent, key.into_owned(), RECENT);
        true
    }

    /// Whether the list has not been at this place before.
    pub(super) fn is_new_place(&mut self, mark: &str) -> bool {
        if self.places.iter().any(|known| known == mark) {
            return false;
        }
        remember(&mut self.places, mark.to_owned(), PLACES);
        true
    }
}

fn remember(kept: &mut VecDeque<String>, new: String, most: usize) {
    if kept.len() >= most {
        kept.pop_front();
    }
    kept.push_back(new);
}
