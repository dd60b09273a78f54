//! Where a round stands, as its job remembers it between any two pages.

use serde::{Deserialize, Serialize};

use super::leg::{About, Behind, Leg};
use crate::crawl::keep::span;
use crate::domain::{Author, Millis};
use crate::platform::douyin::list::{Ended, Progress};
use crate::platform::douyin::mode::{Haul, Rows};
use crate::store::crawl::posts::Met;
use crate::store::crawl::targets::Course;

/// A round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Round {
    pub(super) began: Millis,
    /// The list that it goes through, and where that stands.
    pub(super) leg: Leg,
    pub(super) walk: Option<Progress>,
    pub(super) pages: u64,
    /// Records that were met, those never seen before, those that had changed, those that are gone.
    pub(super) found: u64,
    pub(super) fresh: u64,
    pub(super) changed: u64,
    pub(super) gone: u64,
    /// Whether it has ended, and in which class.
    pub(super) is_over: bool,
    pub(super) class: String,
    /// The oldest post that the list has shown.
    oldest: Option<i64>,
    /// Whether it stopped at what is known, and whether its list was read to the end.
    stopped: bool,
    whole: bool,
    /// Who made the posts of the last page, when it was one and they are known as they were: a list of a creator has one
    /// maker, who need not be looked up on each page. Another run looks once more.
    #[serde(skip)]
    pub(super) maker: Option<Author>,
    /// The interval that is wanted, if there is one.
    from: Option<i64>,
    until: Option<i64>,
}

impl Round {
    pub(super) fn new(began: Millis, leg: Leg, about: &About<'_>) -> Self {
        Self {
            began,
            leg,
            walk: None,
            pages: 0,
            found: 0,
            fresh: 0,
            changed: 0,
            gone: 0,
            is_over: false,
            class: String::new(),
            oldest: None,
            stopped: false,
            whole: false,
            maker: None,
            from: about.spec.between().map(|between| between.start.0),
            until: about.spec.between().map(|between| between.end.0),
        }
    }

    /// Notes the moment that a page counts as: what the round has met must never seem to be from before it began. A
    /// transaction may count as a moment before the round, when it shares a commit with others, and so may one after the
    /// clock was set back.
    pub(super) fn is_at(&mut self, now: Millis) {
        self.began = self.began.min(now);
    }

    /// Notes a page, and whether the list goes on behind it: `known` is what was read of it before, when that may be
    /// relied on.
    pub(super) fn take(&mut self, haul: &Haul, met: Met, (about, known): (&About<'_>, Option<&Course>)) {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        self.pages += 1;
        self.found += count(haul.rows.len());
        self.fresh += count(met.fresh);
        self.changed += count(met.changed);
        self.walk = Some(haul.progress.clone());
        if self.leg != Leg::Whole {
            return;
        }
        let moments = if let Rows::Posts(posts) = &haul.rows { span(posts) } else { None };
        if let Some((oldest, _)) = moments {
            self.oldest = Some(self.oldest.map_or(oldest, |known| known.min(oldest)));
        }
        let ended = haul.progress.ended;
        self.whole = matches!(ended, Some(Ended::Whole | Ended::Past));
        let reaches_known = known.is_some_and(|course| match about.list() {
            // Nothing is missing behind a moment up to which all was read.
            None => course.whole_to.zip(moments).is_some_and(|(to, (_, newest))| newest < to),
            Some(_) => about.is_newest_first() && met.fresh == 0 && !haul.rows.is_empty(),
        });
        self.stopped = ended.is_none() && reaches_known;
    }

    /// Whether the list that it goes through has ended.
    pub(super) fn leg_is_over(&self) -> bool {
        self.stopped || self.walk.as_ref().is_some_and(|walk| walk.ended.is_some())
    }

    /// Turns to the next list.
    pub(super) fn turn(&mut self, leg: Leg) {
        self.leg = leg;
        self.walk = None;
        self.stopped &= matches!(self.leg, Leg::Check { .. });
    }

    /// Whether the list that it goes through was read to its end, and not only as far as was wanted.
    pub(super) fn leg_is_whole(&self) -> bool {
        let ended = self.walk.as_ref().and_then(|walk| walk.ended);
        !self.stopped && matches!(ended, Some(Ended::Whole)) && self.from.is_none()
    }

    /// Whether all of its list was read.
    pub(super) const fn is_full(&self) -> bool {
        self.whole
    }

    /// What decides what comes behind a list. All was read from its oldest post on, or from the beginning.
    pub(super) fn behind(&self) -> Behind {
        let to = self.until.unwrap_or(i64::MAX).min(self.began.0);
        let from = if self.whole { Some(self.from.unwrap_or(i64::MIN)) } else { self.oldest };
        Behind { began: self.began, span: from.map(|from| (from, to)) }
    }

    /// From when until when nothing is missing now, where `before` says what that was.
    pub(super) fn complete(&self, before: &Course) -> Option<(Millis, Millis)> {
        let to = Millis(self.until.unwrap_or(i64::MAX).min(self.began.0));
        let from = match (self.whole, before.whole_to.zip(before.whole_from)) {
            (true, _) => Millis(self.from.unwrap_or(0)),
            // What was read now reaches into what was whole before.
            (false, Some((known_to, known_from))) if self.oldest.is_some_and(|oldest| oldest <= known_to) => {
                Millis(known_from)
            }
            (false, _) => Millis(self.oldest?),
        };
        Some((from, to))
    }
}
