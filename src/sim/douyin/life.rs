//! The site as it lives: from a moment on works are made, deleted, hidden for some days and liked, followers come and go,
//! people take other names. What has happened by an hour follows from the seed and the hour, so that everybody who asks
//! within it sees one site.

use std::sync::{Arc, Mutex, PoisonError};

use super::age::{Age, HOUR};
use super::cast::{Cast, Creator, Work};

/// Whatever happens once happens within so many hours.
const SPAN: u64 = 21 * 24;
/// How long a work that is hidden stays hidden.
const HIDDEN: u64 = 96;
/// The followers that come have numbers from here on.
pub(super) const COMERS: u64 = 1000;

impl Creator {
    /// The same after that time.
    fn aged(&self, age: Age) -> Self {
        let made = self.pace().map_or(0, |pace| age.hours / pace);
        let renamed = self.index % 4 == 3 && age.hours >= self.dice.below(90_001, SPAN);
        let nickname = if renamed { format!("{}✨", self.nickname) } else { self.nickname.clone() };
        Self { works: self.base + made, nickname, age: Some(age), ..self.clone() }
    }

    /// The hours between two works that they make from now on.
    fn pace(&self) -> Option<u64> {
        (self.base > 0 && !self.is_closed() && !self.is_banned()).then(|| 9 + self.dice.below(90_002, 60))
    }

    /// When they made a work since the site lives.
    pub(super) fn made_since(&self, index: u64) -> Option<u64> {
        let nth = index.checked_sub(self.base)? + 1;
        Some(self.age?.moment(nth * self.pace()?))
    }

    /// The numbers of those who follow them, the newest first; `base` are those of the beginning.
    pub(super) fn followed_by(&self, base: u64) -> Vec<u64> {
        let hours = self.age.map_or(0, |age| age.hours);
        let came = hours / (5 + self.dice.below(90_003, 40));
        let left = |nth: u64| {
            let happens = self.dice.below(200_000 + nth, 25) == 0;
            happens && hours > 0 && hours >= self.dice.below(300_000 + nth, SPAN)
        };
        let comers = (0..came).rev().map(|nth| COMERS + nth);
        comers.chain(0..base).filter(|nth| !left(*nth)).collect()
    }

    /// When a follower came who was not there at the beginning, in Unix seconds.
    pub(super) fn came(&self, nth: u64) -> Option<u64> {
        let nth = nth.checked_sub(COMERS)? + 1;
        Some(self.age?.moment(nth * (5 + self.dice.below(90_003, 40))))
    }
}

impl Work<'_> {
    /// The hours after which something happens to it that happens to one in so many.
    fn fate(&self, which: u64, one_in: u64) -> Option<u64> {
        let dice = self.creator.dice;
        let happens = dice.below(which * 1_000_000 + self.index, one_in) == 0;
        happens.then(|| 1 + dice.below(which * 1_000_000 + 500_000 + self.index, SPAN))
    }

    fn hours(&self) -> u64 {
        self.creator.age.map_or(0, |age| age.hours)
    }

    /// Whether it was deleted since the site lives.
    pub(super) fn is_deleted_since(&self) -> bool {
        self.fate(71, 40).is_some_and(|at| self.hours() >= at)
    }

    /// Whether it is hidden for now.
    pub(super) fn is_hidden_for_now(&self) -> bool {
        self.fate(72, 40).is_some_and(|at| (at..at + HIDDEN).contains(&self.hours()))
    }

    /// How often it was liked since the site lives.
    pub(super) fn liked_since(&self) -> u64 {
        self.hours() / 6 * self.number(73, 4)
    }
}

/// Whether the site lives, and since when.
#[derive(Debug, Default)]
pub(super) struct Life(Mutex<Option<State>>);

#[derive(Debug)]
struct State {
    began: u64,
    /// The hour in which it stood still.
    stood: Option<u64>,
    seen: Arc<Cast>,
    hour: u64,
}

impl Life {
    /// Lets the site live from `now` on, in Unix seconds.
    pub(super) fn begin(&self, first: &Arc<Cast>, now: u64) {
        let state = State { began: now / HOUR, stood: None, seen: first.clone(), hour: now / HOUR };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }

    /// Lets it stand still as it is.
    pub(super) fn stand(&self, now: u64) {
        if let Some(state) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            state.stood = Some(now / HOUR);
        }
    }

    /// Everybody as they are in this hour.
    pub(super) fn cast(&self, first: &Arc<Cast>, now: u64) -> Arc<Cast> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(state) = &mut *state else { return first.clone() };
        let hour = state.stood.unwrap_or(now / HOUR).max(state.began);
        if state.hour != hour {
            let age = Age { began: state.began, hours: hour - state.began };
            let all = first.all.iter().map(|creator| creator.aged(age)).collect();
            (state.seen, state.hour) = (Arc::new(Cast { all, ..first.as_ref().clone() }), hour);
        }
        state.seen.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_that_lives_changes_by_the_hour_and_what_was_made_stays_what_it_was() {
        let (first, life, dawn) = (Arc::new(Cast::new(1)), Life::default(), 1_780_000_000);
        assert_eq!(life.cast(&first, dawn), first, "before it lives it stands");
        life.begin(&first, dawn);
        assert_eq!(life.cast(&first, dawn), first);
        let week = life.cast(&first, dawn + 7 * 24 * HOUR);
        let works = |cast: &Cast| cast.all.iter().map(|creator| creator.works).sum::<u64>();
        assert!(works(&week) > works(&first) + 100);
        let mut seen = [0; 3];
        for (young, old) in first.all.iter().zip(&week.all) {
            seen[0] += u32::from(young.nickname != old.nickname);
            for index in 0..young.works {
                let (before, after) = (young.work(index), old.work(index));
                assert_eq!((before.id(), before.made()), (after.id(), after.made()));
                seen[1] += u32::from(before.is_shown() && after.is_deleted());
                seen[2] += u32::from(before.is_shown() && after.is_private());
            }
            let mut made = (0..old.works).map(|index| old.work(index).made());
            assert!(made.clone().zip(made.by_ref().skip(1)).all(|(one, next)| one < next), "they stand in their order");
            assert!(old.works == 0 || old.work(old.works - 1).made() <= dawn + 7 * 24 * HOUR, "nothing is of tomorrow");
        }
        assert!(seen.iter().all(|count| *count > 3), "{seen:?}");
        life.stand(dawn + 8 * 24 * HOUR);
        assert_eq!(life.cast(&first, dawn + 9 * 24 * HOUR), life.cast(&first, dawn + 30 * 24 * HOUR));
        assert_ne!(life.cast(&first, dawn + 9 * 24 * HOUR), week);
    }
}
