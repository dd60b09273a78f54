//! Changes of the site that a test asks for: a member of a page's answers that goes by another name from now on, lists
//! that lie.

use std::sync::{Mutex, PoisonError};

/// A member that was renamed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// The page.
    pub page: String,
    /// Its name before.
    pub from: String,
    /// Its name now.
    pub to: String,
}

/// All that were renamed.
#[derive(Debug, Default)]
pub(super) struct Renames(Mutex<Vec<Rename>>);

impl Renames {
    /// From now on.
    pub(super) fn add(&self, rename: Rename) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(rename);
    }

    /// An answer of `page` as it is now.
    pub(super) fn applied(&self, page: &str, mut text: String) -> String {
        let renames = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for Rename { from, to, .. } in renames.iter().filter(|rename| rename.page == page) {
            text = text.replace(&format!("\"{from}\":"), &format!("\"{to}\":"));
        }
        text
    }
}

/// How lists lie. The first three are about the works of creators, from the second page on, and say that there is more;
/// the next two are about every list, and say that this is all; the last is about every page of a creator or a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// They go on at the place where they are.
    Standing,
    /// They go on a day before it.
    Backward,
    /// They go on without works.
    Empty,
    /// They are empty.
    Nothing,
    /// They end after half of their rows.
    Half,
    /// They are those of another creator, or of another work.
    Others,
}

impl Lost {
    /// How many of `all` rows a list shows.
    pub(super) const fn shown(self, all: u64) -> u64 {
        match self {
            Self::Standing | Self::Backward | Self::Empty | Self::Others => all,
            Self::Nothing => 0,
            Self::Half => all / 2,
        }
    }
}

/// Whether lists lie.
#[derive(Debug, Default)]
pub(super) struct Lists(Mutex<Option<Lost>>);

impl Lists {
    /// From now on.
    pub(super) fn lead(&self, nowhere: Option<Lost>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = nowhere;
    }

    /// How they do, when they do.
    pub(super) fn lost(&self) -> Option<Lost> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
