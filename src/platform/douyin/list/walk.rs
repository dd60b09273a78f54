//! Goes through a list, a page at a time.

use std::num::NonZeroU64;

use super::progress::{Ended, Progress};
use super::turn::{Keyed, Listing, Turn};
use crate::domain::Class;
use crate::domain::interval::Interval;
use crate::net::Refusal;
use crate::platform::douyin::read::{Page, Reading, Record};
use crate::platform::douyin::talk::{Douyin, Visitor};
use crate::wire::json::Value;

/// More than this many at once is not asked for: a page of the site never does.
const MOST_AT_ONCE: u32 = 20;
/// Pages in a row that may bring nothing new: the site leaves out what is not to be shown.
const BARREN: u32 = 20;
/// How often a list may stand still or run backwards before it brings something new.
const STUCK: u32 = 2;
/// How far a list is followed that goes on for ever, unless somebody says how far.
const ENDLESS: u64 = 200;

/// What is wanted of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wants {
    /// At most so many records.
    pub most: Option<NonZeroU64>,
    /// So many in a page; as many as a page of the site asks for when nothing is said.
    pub page: Option<u32>,
    /// Only those that were made within.
    pub within: Option<Interval>,
}

/// A page that was read.
#[derive(Debug)]
pub struct Leaf<M> {
    /// All of it.
    pub page: Reading<M>,
    /// Which of its rows are new and wanted.
    pub taken: Vec<usize>,
}

impl<H: Record, R: Keyed> Leaf<Page<H, R>> {
    /// Of what there is for each row of the page, what there is for those that are new and wanted.
    pub fn only<T>(&self, all: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        all.into_iter().enumerate().filter(|(at, _)| self.taken.binary_search(at).is_ok()).map(|(_, one)| one)
    }

    /// Those of its rows that are new and wanted, in their order.
    pub fn rows(&self) -> impl Iterator<Item = Value<'_>> {
        self.only(self.page.rows())
    }

    /// The ids in them.
    pub fn keys(&self) -> impl Iterator<Item = String> {
        self.rows().filter_map(|row| Some(R::key(row)?.into_owned()))
    }
}

/// A walk through one list.
#[derive(Debug, Clone)]
pub struct Walk<L> {
    request: L,
    wants: Wants,
    progress: Progress,
}

impl<L: Listing> Walk<L> {
    /// From the beginning.
    pub fn new(mut request: L, wants: Wants) -> Self {
        if let Some(within) = wants.within {
            request.begin_at(within.end);
        }
        Self { request, wants, progress: Progress::default() }
    }

    /// From where another walk through the same list stood; nothing when `progress` is not of such a list.
    pub fn resumed(request: L, wants: Wants, progress: Progress) -> Option<Self> {
        let mut walk = Self { progress, ..Self::new(request, wants) };
        if let Some(mark) = &walk.progress.mark {
            walk.request.go_to(mark)?;
        }
        Some(walk)
    }

    /// Where it stands.
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Asks for the next page; nothing when the list has ended. A page that is refused can be asked for again.
    pub async fn next(&mut self, site: &Douyin, visitor: &Visitor) -> Result<Option<Leaf<L::Answer>>, Refusal> {
        if self.progress.ended.is_some() {
            return Ok(None);
        }
        if let Some(count) = self.count() {
            self.request.ask_for(count);
        }
        let page = site.ask(visitor, &self.request).await?;
        let before = self.clone();
        let taken = self.read(&page);
        if let Some(why) = self.progress.stalled.take() {
            // The next attempt asks for this page again: what was wrong may pass.
            *self = before;
            site.watch().failed(L::PLACE.name);
            return Err(Refusal::new(Class::Schema, L::PLACE.name, why));
        }
        Ok(Some(Leaf { page, taken }))
    }

    /// How many to ask for; nothing when the request knows better.
    fn count(&self) -> Option<u32> {
        let page = self.wants.page.map(|page| page.clamp(1, MOST_AT_ONCE));
        let left = self.wants.most.map(|most| most.get().saturating_sub(self.progress.taken));
        let left = left.and_then(|left| u32::try_from(left).ok()).filter(|left| *left < page.unwrap_or(MOST_AT_ONCE));
        left.or(page)
    }

    /// Takes what is new and wanted of a page, and turns to the next.
    fn read(&mut self, page: &Reading<L::Answer>) -> Vec<usize> {
        let progress = &mut self.progress;
        let wanted = |row: Value<'_>| {
            let is_within = |within: Interval| L::Row::made_at(row).is_some_and(|made_at| within.holds(made_at));
            self.wants.within.is_none_or(is_within)
        };
        let (mut taken, mut is_new) = (Vec::new(), false);
        for (at, row) in page.rows().enumerate() {
            if progress.is_new(L::Row::key(row)) {
                is_new = true;
                if wanted(row) {
                    taken.push(at);
                }
            }
        }
        let most = self.wants.most.map(NonZeroU64::get).or_else(|| L::IS_ENDLESS.then_some(ENDLESS));
        let room =
            most.map_or(usize::MAX, |most| usize::try_from(most - progress.taken.min(most)).unwrap_or(usize::MAX));
        taken.truncate(room);
        progress.pages += 1;
        progress.taken += u64::try_from(taken.len()).unwrap_or(u64::MAX);
        (progress.barren, progress.stuck) = if is_new { (0, 0) } else { (progress.barren + 1, progress.stuck) };
        progress.is_new_place(&self.request.mark());
        let turned = self.request.turn(page);
        let mark = self.request.mark();
        progress.mark = Some(mark.clone());
        if taken.len() == room {
            progress.ended = Some(Ended::Enough);
        } else if turned == Turn::End {
            progress.ended = Some(Ended::Whole);
        } else if let Turn::Unsaid(field) = turned {
            progress.stalled = Some(format!("its answer has no `{field}`, so nobody knows whether the list goes on"));
        } else if self.wants.within.is_some_and(|within| self.request.is_past(within.start)) {
            progress.ended = Some(Ended::Past);
        } else {
            let stands = turned == Turn::Back || !progress.is_new_place(&mark);
            progress.stuck += u32::from(stands);
            if progress.stuck >= STUCK {
                progress.stalled =
                    Some(format!("it goes on at a place where it has been ({mark}) and brings nothing new"));
            } else if progress.barren > BARREN {
                progress.stalled =
                    Some(format!("{BARREN} pages in a row brought nothing new, and it says that there is more"));
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests;
