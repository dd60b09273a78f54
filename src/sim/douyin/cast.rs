//! Who lives on the simulated site, and what they have made: everything follows from the seed, nothing is kept.
//!
//! A work's id says whose it is and which one, so that any of them is found again without a list of all. Works are
//! numbered from the oldest; some are deleted or shown to nobody, and leave a gap where they were.

use super::age::Age;
use crate::sim::seed::Dice;

/// How many creators there are.
pub(super) const CREATORS: u64 = 48;
/// Whose login the site knows.
pub(super) const OWNER: u64 = 7;
/// Who is off air until the site lives, and on air for a part of each day from then on.
const SHOWS_DAILY: u64 = 12;
/// When the newest works were made, in Unix seconds.
const NEWEST: u64 = 1_779_000_000;
/// Between two works of one creator, in seconds.
const STEP: u64 = 4 * 60 * 60;
/// A run of works that were all deleted: pages of this creator that have nothing on them.
const HOLE: (u64, std::ops::Range<u64>) = (6, 40..110);

const FIRST: [&str; 12] = ["小", "阿", "大", "老", "美食", "旅行", "深夜", "街头", "山里", "海边", "北京", "成都"];
const LAST: [&str; 12] =
    ["明", "厨房🍜", "日记", "李师傅", "猫", "的摄影", "手工", "探店", "说车", "唱歌", "学英语", "种花"];

/// One who makes works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Creator {
    /// Which one.
    pub(super) index: u64,
    /// The id that pages name.
    pub(super) sec_uid: String,
    /// The id as a number.
    pub(super) uid: String,
    /// The name that people see.
    pub(super) nickname: String,
    /// How many works were ever made, and how many of them before the site began to live.
    pub(super) works: u64,
    pub(super) base: u64,
    /// How long the site has lived.
    pub(super) age: Option<Age>,
    pub(super) dice: Dice,
}

impl Creator {
    fn new(seed: u64, index: u64) -> Self {
        const SYMBOLS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let dice = Dice::of(seed, &format!("creator/{index}"));
        let symbol = |at: u64| usize::try_from(dice.below(at, 62)).ok().and_then(|at| SYMBOLS.get(at)).copied();
        let tail: String = (100..143).filter_map(symbol).map(char::from).collect();
        let works = match index {
            0 => 3240,
            1 => 3005,
            2 => 0,
            6 => 180,
            _ => 5 + dice.below(1, 220),
        };
        Self {
            index,
            sec_uid: format!("MS4wLjABAAAA{tail}"),
            uid: format!("{}", 60_000_000_000 + index * 1_000_000 + dice.below(2, 1_000_000)),
            nickname: format!("{}{}", dice.choose(3, &FIRST), dice.choose(4, &LAST)),
            works,
            base: works,
            age: None,
            dice,
        }
    }

    /// Whether nobody may see their works.
    pub(super) const fn is_closed(&self) -> bool {
        self.index == 5
    }

    /// Whether the platform has shut them out.
    pub(super) const fn is_banned(&self) -> bool {
        self.index == 4
    }

    /// Whether nobody may see what they liked.
    pub(super) const fn hides_likes(&self) -> bool {
        self.index % 3 == 2
    }

    /// The short number of their live room, when they have one.
    pub(super) fn room(&self) -> Option<String> {
        self.index.is_multiple_of(4).then(|| format!("{}", 100_000_000_000 + self.index * 7_919))
    }

    /// The id of their broadcast.
    pub(super) fn broadcast(&self) -> String {
        let days = self.hours_at_which_shows_change().map_or(0, |hours| 1 + hours / 24);
        format!("{}", 7_300_000_000_000_000_000 + self.index * 1_000_003 + days)
    }

    /// Whether they are on air.
    pub(super) fn is_on_air(&self) -> bool {
        self.hours_at_which_shows_change().map_or(self.index.is_multiple_of(8), |hours| hours % 24 < 12)
    }

    /// How long the site has lived, for the one who has a show of twelve hours each day since then.
    fn hours_at_which_shows_change(&self) -> Option<u64> {
        self.age.filter(|_| self.index == SHOWS_DAILY).map(|age| age.hours)
    }

    /// The id of their mix, when they have one: every fifth work is in it.
    pub(super) fn mix(&self) -> Option<String> {
        (self.index.is_multiple_of(3) && self.works > 0).then(|| format!("{}", 7_200_000_000_000_000_000 + self.index))
    }

    /// One of their works.
    pub(super) fn work(&self, index: u64) -> Work<'_> {
        Work { creator: self, index }
    }

    /// The works that a list shows, the newest first, of those before `index`.
    pub(super) fn shown_before(&self, index: u64) -> impl Iterator<Item = Work<'_>> {
        (0..index.min(self.works)).rev().map(|index| self.work(index)).filter(Work::is_shown)
    }
}

/// One work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work<'c> {
    /// Whose.
    pub(super) creator: &'c Creator,
    /// Which one, from the oldest.
    pub(super) index: u64,
}

impl Work<'_> {
    /// Its id.
    pub(super) fn id(&self) -> u64 {
        let noise = self.creator.dice.below(10_000 + self.index, 1_000_000);
        7_400_000_000_000_000_000 + self.creator.index * 1_000_000_000_000 + self.index * 1_000_000 + noise
    }

    /// When it was made, in Unix seconds.
    pub(super) fn made(&self) -> u64 {
        if let Some(made) = self.creator.made_since(self.index) {
            return made;
        }
        let age = self.creator.base - self.index;
        NEWEST - age * STEP + self.creator.dice.below(20_000 + self.index, STEP - 60)
    }

    /// Whether it was deleted.
    pub(super) fn is_deleted(&self) -> bool {
        self.is_deleted_since()
            || self.index % 37 == 9
            || (self.creator.index == HOLE.0 && HOLE.1.contains(&self.index))
    }

    /// Whether only its maker may see it.
    pub(super) fn is_private(&self) -> bool {
        self.index % 41 == 11 || self.is_hidden_for_now()
    }

    /// Whether a list shows it.
    pub(super) fn is_shown(&self) -> bool {
        !self.is_deleted() && !self.is_private()
    }

    /// Whether it is an album.
    pub(super) const fn is_album(&self) -> bool {
        self.index % 11 == 5
    }

    /// Whether the pictures of the album move.
    pub(super) const fn is_moving(&self) -> bool {
        self.index % 23 == 7 || self.index % 22 == 5
    }

    /// Whether it stands above the others.
    pub(super) const fn is_pinned(&self) -> bool {
        self.creator.index % 4 == 1 && self.index == 2
    }

    /// Numbers that belong to it.
    pub(super) fn number(&self, which: u64, below: u64) -> u64 {
        self.creator.dice.below((which + 1) * 1_000_000 + self.index, below)
    }
}

/// Everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cast {
    pub(super) all: Vec<Creator>,
    /// The cookie of the one login that the site knows.
    pub(super) session: String,
}

impl Cast {
    /// Those of `seed`.
    pub(super) fn new(seed: u64) -> Self {
        let session = format!("{:016x}{:016x}", Dice::of(seed, "session").key(), Dice::of(seed, "session/2").key());
        Self { all: (0..CREATORS).map(|index| Creator::new(seed, index)).collect(), session }
    }

    /// The cookies of the one login that the site knows.
    pub(super) fn login(&self) -> String {
        format!("sessionid={}; sessionid_ss={}", self.session, self.session)
    }

    /// Somebody to look at: their ids on pages, the richest first.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.all.iter().map(|creator| creator.sec_uid.clone())
    }

    /// The creator with this number, counted around.
    pub(super) fn creator(&self, index: u64) -> Option<&Creator> {
        usize::try_from(index % CREATORS).ok().and_then(|index| self.all.get(index))
    }

    /// The creator of these ids; either may be empty.
    pub(super) fn named(&self, sec_uid: &str, uid: &str) -> Option<&Creator> {
        self.all.iter().find(|creator| creator.sec_uid == sec_uid || (!uid.is_empty() && creator.uid == uid))
    }

    /// The work with this id.
    pub(super) fn work(&self, id: &str) -> Option<Work<'_>> {
        let id: u64 = id.parse().ok()?;
        let rest = id.checked_sub(7_400_000_000_000_000_000)?;
        let creator = self.all.get(usize::try_from(rest / 1_000_000_000_000).ok()?)?;
        let work = creator.work(rest % 1_000_000_000_000 / 1_000_000);
        (work.index < creator.works && work.id() == id).then_some(work)
    }

    /// Some shown work for each number: the same for the same number.
    pub(super) fn any_work(&self, dice: Dice, number: u64) -> Option<Work<'_>> {
        let creator = self.all.iter().filter(|creator| creator.base >= 5 && !creator.is_closed());
        let creators: Vec<&Creator> = creator.collect();
        let count = u64::try_from(creators.len()).unwrap_or(1);
        let creator = creators.get(usize::try_from(dice.below(number, count)).ok()?)?;
        creator
            .shown_before(1 + dice.below(number + 1_000_000, creator.base))
            .next()
            .or_else(|| creator.shown_before(5).next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_work_is_found_by_its_id_and_no_other_id_finds_one() {
        let cast = Cast::new(1);
        let mut last = 0;
        for creator in &cast.all {
            for index in 0..creator.works {
                let work = creator.work(index);
                let found = cast.work(&work.id().to_string()).unwrap();
                assert_eq!((found.creator.index, found.index), (creator.index, index));
                assert!(work.id() > last || index == 0);
                last = work.id();
                assert!(index == 0 || work.made() > creator.work(index - 1).made(), "they stand in their order");
            }
        }
        for id in ["", "1", "7400000000000000001", "7999999999999999999", "99999999999999999999"] {
            assert!(cast.work(id).is_none(), "{id}");
        }
    }

    #[test]
    fn there_are_creators_of_every_sort() {
        let cast = Cast::new(7);
        assert!(cast.all.iter().filter(|creator| creator.works >= 3000).count() >= 2 && cast.all.len() >= 40);
        let hole = &cast.all[6];
        assert_eq!(hole.shown_before(110).next().unwrap().index, 39, "more than two pages of it are gone");
        assert!(cast.all[0].shown_before(100).any(|work| work.is_album()));
        assert_ne!(cast, Cast::new(8));
        assert!((0..500).all(|number| cast.any_work(cast.all[0].dice, number).is_some()));
    }
}
