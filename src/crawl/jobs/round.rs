//! Where a round stands, as its job remembers it between any two pages.

use serde::{Deserialize, Serialize};

use super::doubt::Read;
use super::leg::{About, Leg};
use super::list::{Complete, Extent};
use crate::crawl::keep::span;
use crate::domain::amount::counted;
use crate::domain::{Author, Class, Millis, Take};
use crate::platform::douyin::list::{Ended, Progress};
use crate::platform::douyin::mode::{Haul, Rows};
use crate::store::crawl::doubts::Kept;
use crate::store::crawl::posts::Met;
use crate::store::crawl::targets::Course;

/// If so many posts that a list does not show all exist, the list hides posts.
const HIDES: u64 = 3;
/// After so many posts whose page tells nothing, a round looks up no other.
const UNREAD: usize = 10;

/// Posts that were looked up one by one: how many, how many of them still exist, and those whose page told nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Checks {
    asked: u64,
    existing: u64,
    unread: Vec<String>,
}

/// What of a round must not be relied on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Doubts {
    /// Lists that are doubted, and the first of them in words.
    pub(super) lists: u64,
    pub(super) said: Option<String>,
    /// Whether the newest part of a list shows so little that the next round reads all of it.
    pub(super) is_unsure: bool,
    /// Whether a list below the current post was refused: then nothing of it is swept.
    is_cut: bool,
}

impl Doubts {
    /// Adds a list of which `read` is doubted.
    pub(super) fn add(&mut self, list: &str, read: Read) {
        self.lists += 1;
        self.said.get_or_insert_with(|| {
            let Read { known, kept, shown, .. } = read;
            let others = if shown > kept { format!(" and {}", counted(shown - kept, "other")) } else { String::new() };
            format!(
                "`{list}` shows {kept} of {}{others}; nothing is deleted, and it is read again",
                counted(known, "known row")
            )
        });
    }
}

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
    #[serde(with = "or_empty")]
    pub(super) class: Option<Class>,
    /// The oldest post that the list has shown.
    oldest: Option<i64>,
    /// Whether it stopped at what is known, and whether its list was read to the end.
    stopped: bool,
    whole: bool,
    /// Posts that were looked up one by one.
    #[serde(default)]
    checks: Checks,
    /// What must not be relied on.
    #[serde(default)]
    pub(super) doubts: Doubts,
    /// Who made the posts of the last page, when it was one and they are known as they were: a list of a creator has one
    /// maker, who need not be looked up on each page. Another run looks once more.
    #[serde(skip)]
    pub(super) maker: Option<Author>,
    /// The interval that is wanted, if there is one.
    from: Option<i64>,
    until: Option<i64>,
}

/// The class of a round in its job's JSON: an empty text before the round has ended.
mod or_empty {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::domain::Class;

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde gives a field by reference")]
    pub(super) fn serialize<S: Serializer>(class: &Option<Class>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(class.map_or("", Class::as_str))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Class>, D::Error> {
        let word = String::deserialize(from)?;
        if word.is_empty() { Ok(None) } else { word.parse().map(Some).map_err(serde::de::Error::custom) }
    }
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
            class: None,
            oldest: None,
            stopped: false,
            whole: false,
            checks: Checks::default(),
            doubts: Doubts::default(),
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
    pub(super) fn take(&mut self, haul: &Haul, met: Met, about: &About<'_>, known: Option<&Course>) {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        self.pages += 1;
        if !matches!(self.leg, Leg::Check { .. } | Leg::Counter { .. }) {
            self.found += count(haul.rows.len());
        }
        self.fresh += count(met.fresh);
        self.changed += count(met.changed);
        self.walk = Some(haul.progress.clone());
        if self.leg != Leg::Whole {
            return;
        }
        let moments = if let Rows::Posts(posts) = &haul.rows { span(posts) } else { None };
        if let Some((oldest, _)) = moments {
            // The cursor of a list of posts is the moment at which it goes on. An older post is out of order,
            // so posts that are newer than it may be missing from the page.
            let goes_on = haul.progress.mark.as_ref().filter(|_| haul.progress.ended != Some(Ended::Whole));
            let oldest = goes_on.and_then(|mark| mark.parse().ok()).map_or(oldest, |at: i64| oldest.max(at));
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
        self.doubts.is_cut &= !matches!(leg, Leg::Comments { .. });
        self.leg = leg;
        self.walk = None;
        self.stopped &= matches!(self.leg, Leg::Check { .. } | Leg::Counter { .. });
    }

    /// Whether all of its list was read, and that is believed.
    pub(super) const fn is_full(&self) -> bool {
        self.whole && self.doubts.lists == 0
    }

    /// Stores that a list below the current post was refused.
    pub(super) const fn cut(&mut self) {
        self.doubts.is_cut = true;
    }

    /// Stores that a post was looked up, and whether it still exists.
    pub(super) const fn check(&mut self, exists: bool) {
        self.checks.asked += 1;
        if exists {
            self.checks.existing += 1;
        }
    }

    /// Whether another post may be looked up. If the first few still exist, the list hides posts, and so do the others.
    pub(super) const fn may_check(&self, most: u64) -> bool {
        let Checks { asked, existing, unread } = &self.checks;
        let hides = *asked >= HIDES && *existing == *asked;
        *asked < most && unread.len() < UNREAD && !hides
    }

    /// Goes on without a post whose own page tells nothing: it stays as it is known.
    pub(super) fn skip_check(&mut self, post: String) {
        self.checks.asked += 1;
        self.checks.unread.push(post);
    }

    /// Posts that are not looked up again in this round.
    pub(super) fn unread(&self) -> &[String] {
        &self.checks.unread
    }

    /// The list of `leg` and how it was read, if it was read as far as it was meant to be.
    pub(super) fn complete_read(&self, about: &About<'_>, leg: &Leg) -> Option<Complete> {
        let ended = self.walk.as_ref().and_then(|walk| walk.ended);
        let is_counter = matches!(self.leg, Leg::Counter { .. });
        let is_whole = is_counter || (!self.stopped && ended == Some(Ended::Whole));
        let taken = self.walk.as_ref().map(|walk| i64::try_from(walk.taken).unwrap_or(i64::MAX));
        let shown = if let Leg::Counter { shown, .. } = &self.leg { Some(*shown) } else { taken };
        let counter = about.counter(leg);
        match (leg, about.take, about.page) {
            (Leg::Whole, Take::Posts, Some((_, creator))) => {
                let to = Millis(self.until.unwrap_or(i64::MAX).min(self.began.0));
                let from = if self.whole { Some(self.from.unwrap_or(i64::MIN)) } else { self.oldest };
                let kept = Kept::Posts { creator: creator.to_owned(), from: Millis(from?), to };
                let extent = if self.whole { Extent::Whole } else { Extent::Newest };
                Some(Complete { kept, extent, shown: shown.filter(|_| self.whole), counter })
            }
            (Leg::Whole | Leg::Folder { .. }, take, _) => {
                let (list, owner) = about.shelf(leg).list?;
                let is_fleeting = take == Take::FollowingLives;
                let extent = if is_fleeting { Extent::Fleeting } else { Extent::Whole };
                let is_complete = is_whole && self.from.is_none() && about.is_whole();
                is_complete.then_some(Complete { kept: Kept::Listed { list, owner }, extent, shown: None, counter })
            }
            (Leg::Comments { post, .. } | Leg::Replies { post, .. }, ..) => {
                let kept = Kept::Comments { post: post.clone() };
                (!self.doubts.is_cut).then_some(Complete { kept, extent: Extent::Whole, shown: None, counter })
            }
            (Leg::Newest | Leg::Check { .. } | Leg::Counter { .. }, ..) => None,
        }
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
