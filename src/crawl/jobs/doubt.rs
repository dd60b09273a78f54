//! When a complete read of a list is believed.
//!
//! A platform sometimes answers with an empty list, or with a part of one, and says that this is all. A read that shows
//! few of the rows that were known is therefore doubted: it deletes nothing until a second read at least an hour later
//! shows nearly the same rows, or the platform's own counter agrees. An empty list is believed only if two reads show it
//! and the platform tells it elsewhere, too; where a list has no counter, after three reads over a day.

use std::time::Duration;

use crate::domain::Millis;
use crate::domain::time::span_millis;
use crate::store::crawl::doubts::{Believed, Doubt};

/// Reads that are closer together are one read: what was wrong for a moment is wrong in both.
pub(super) const APART: Duration = Duration::from_hours(1);
/// An empty list without a counter is believed after this long.
const EMPTY_FOR: Duration = Duration::from_hours(24);
/// And after so many reads.
const EMPTY_READS: i64 = 3;
/// A list may lose so many rows between two reads without being doubted.
const FEWER: i64 = 20;

/// What a complete read showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    /// Living rows that were known before it.
    pub(super) known: i64,
    /// Those of them that it showed.
    pub(super) kept: i64,
    /// All rows that it showed.
    pub(super) shown: i64,
    pub(super) began: Millis,
    pub(super) ended: Millis,
}

/// What else there is to judge a read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) earlier: Option<Earlier>,
    pub(super) counter: Counter,
    /// The last read of the list that was believed.
    pub(super) believed: Option<Believed>,
}

/// What the platform says elsewhere about the length of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counter {
    /// Nothing: the list has no counter.
    None,
    /// It has one, and the platform did not tell it.
    Unknown,
    /// So many.
    Says(i64),
    /// That its owner is gone, or shows it to nobody.
    Closed,
}

/// The doubtful read before this one, and in how many rows the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Earlier {
    pub(super) doubt: Doubt,
    pub(super) apart: i64,
}

/// Whether a read is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is: every row that it did not show is gone.
    All,
    /// It is, together with the doubtful read before it: the rows that both did not show are gone.
    Both,
    /// It is not. This is the doubt from now on.
    Doubtful(Doubt, Counts),
}

/// Whether a doubtful read is one that a later read is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    Yes,
    /// It came too soon after the last one, which stays the one to compare with.
    No,
}

impl Read {
    /// Whether it shows so few of the known rows that it is doubted. Rows of somebody else do not count.
    pub(super) const fn is_doubtful(&self) -> bool {
        let Self { known, kept, .. } = *self;
        (kept == 0 && known > 0) || is_less(kept, known)
    }

    /// Whether it is a part of what was known, apart from a few new rows. Only then can the
    /// platform's counter confirm it.
    const fn is_a_part(&self) -> bool {
        !is_less(self.kept, self.shown)
    }
}

/// Whether `few` is less than nine tenths of `many`, and less by more than a few rows.
const fn is_less(few: i64, many: i64) -> bool {
    many - few >= FEWER && few * 10 < many * 9
}

/// Judges a read.
pub(super) fn judge(read: Read, evidence: Evidence) -> Verdict {
    let Read { known, kept: _, shown, began, ended } = read;
    let Evidence { earlier, counter, believed } = evidence;
    let agrees = match counter {
        Counter::Says(count) => shown > 0 && read.is_a_part() && is_trusted(believed) && within(count, shown, 5),
        Counter::None | Counter::Unknown | Counter::Closed => false,
    };
    if !read.is_doubtful() || agrees {
        return Verdict::All;
    }
    let first = Doubt { since: ended.0, last_at: ended.0, reads: 1, known, shown };
    let Some(Earlier { doubt, apart }) = earlier else { return Verdict::Doubtful(first, Counts::Yes) };
    if began.since(Millis(doubt.last_at)) < APART {
        return Verdict::Doubtful(doubt, Counts::No);
    }
    match (shown, doubt.shown) {
        (0, 0) => {
            let doubt = Doubt { last_at: ended.0, reads: doubt.reads + 1, ..doubt };
            let is_long = began.0 - doubt.since >= span_millis(EMPTY_FOR) && doubt.reads >= EMPTY_READS;
            let is_believed = match counter {
                Counter::Says(count) => count == 0,
                Counter::Closed => true,
                Counter::None => is_long,
                Counter::Unknown => false,
            };
            if is_believed { Verdict::Both } else { Verdict::Doubtful(doubt, Counts::Yes) }
        }
        (0, _) | (_, 0) => Verdict::Doubtful(first, Counts::Yes),
        (_, before) if apart * 20 <= shown.max(before) => Verdict::Both,
        _ => Verdict::Doubtful(first, Counts::Yes),
    }
}

/// Whether the platform's counter was near the list when that was last believed.
fn is_trusted(believed: Option<Believed>) -> bool {
    believed.is_some_and(|read| read.counter.is_some_and(|count| within(count, read.shown, 10)))
}

/// Whether two numbers differ by at most so many percent of the larger.
fn within(one: i64, other: i64, percent: u32) -> bool {
    i128::from(one.abs_diff(other)) * 100 <= i128::from(one.max(other)) * i128::from(percent)
}

#[cfg(test)]
mod tests;
