//! What the answers of one endpoint had so far.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::expect::Expected;
use crate::domain::Millis;
use crate::wire::json::Value;

/// Answers from which the form is learned before anything counts as new.
const LEARNING: u32 = 20;
/// No answer has as many different fields; what comes later is not learned any more.
const MOST_KNOWN: usize = 4096;
/// How many new fields are told by name.
const MOST_FRESH: usize = 32;
/// No deeper than this: below stand things of the same kind inside each other.
const DEEPEST: usize = 12;
/// How unlikely, by its own past, a row of absences must be.
const UNLIKELY: f64 = 1e-4;

/// What the answers of one endpoint had so far, as it can be written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Answers that were looked at.
    pub looked: u32,
    /// Answers that could not be read.
    pub errors: u64,
    fields: BTreeMap<String, Past>,
    known: BTreeSet<String>,
    fresh: Vec<Fresh>,
}

/// What is known of a field that is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Past {
    /// Answers that had it.
    there: u32,
    /// Answers that could have had it, up to the last that had.
    of: u32,
    /// Answers in a row, since then, that could have had it and had not.
    absent: u32,
    /// When the first of these was seen.
    since: Option<Millis>,
}

/// A field that nobody had seen before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fresh {
    /// Where it stands.
    pub place: String,
    /// When it came.
    pub at: Millis,
}

/// A field that is read, used to be there, and no longer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Where it stood.
    pub place: String,
    /// When it was first missed.
    pub since: Millis,
}

impl Past {
    fn saw(&mut self, is_there: bool, now: Millis) {
        if is_there {
            self.of = self.of.saturating_add(self.absent).saturating_add(1);
            self.there = self.there.saturating_add(1);
            (self.absent, self.since) = (0, None);
        } else {
            self.absent = self.absent.saturating_add(1);
            self.since = self.since.or(Some(now));
        }
    }

    /// Since when it is gone: when so many answers in a row without it are not to be expected from what there was. A
    /// field that stood in every answer is missed after four of them, one that comes and goes much later.
    fn gone_since(&self) -> Option<Millis> {
        if self.there == 0 {
            return None;
        }
        // Each further absence is as likely as those before it make it: the rule of succession.
        let (absent, of) = (f64::from(self.of - self.there), f64::from(self.of));
        let mut likely = 1.0;
        for more in (0..self.absent).map(f64::from) {
            likely *= (absent + more + 1.0) / (of + more + 2.0);
            if likely < UNLIKELY {
                return self.since;
            }
        }
        None
    }

    /// Whether the next answers should be looked at too.
    fn is_doubtful(&self) -> bool {
        self.absent > 0 && self.there > self.of / 2 && self.gone_since().is_none()
    }
}

impl Memory {
    /// Looks at one more answer; gives how many fields came that nobody had seen.
    pub(super) fn look(&mut self, expected: &[Expected], root: Value<'_>, now: Millis) -> u64 {
        for (place, is_there) in expected.iter().flat_map(|expected| expected.look(root)) {
            self.fields.entry(place).or_default().saw(is_there, now);
        }
        let mut found = Vec::new();
        let mut place = String::new();
        walk(root, &mut place, 0, &mut |place| {
            if !self.known.contains(place) && self.known.len() < MOST_KNOWN {
                self.known.insert(place.to_owned());
                found.push(Fresh { place: place.to_owned(), at: now });
            }
        });
        let is_learning = self.is_learning();
        self.looked = self.looked.saturating_add(1);
        if is_learning {
            return 0;
        }
        let new = u64::try_from(found.len()).unwrap_or(u64::MAX);
        self.fresh.extend(found);
        let too_many = self.fresh.len().saturating_sub(MOST_FRESH);
        self.fresh.drain(..too_many);
        new
    }

    /// What is gone, by its place.
    pub fn gone(&self) -> Vec<Gone> {
        let gone = |(place, past): (&String, &Past)| Some(Gone { place: place.clone(), since: past.gone_since()? });
        self.fields.iter().filter_map(gone).collect()
    }

    /// What is read and was in none of so many answers that it should have been.
    pub fn never(&self) -> impl Iterator<Item = &str> {
        let never = self.fields.iter().filter(|(_, past)| past.there == 0 && past.absent >= LEARNING);
        never.map(|(place, _)| place.as_str())
    }

    /// The last fields that nobody had seen before, the oldest first.
    pub fn fresh(&self) -> &[Fresh] {
        &self.fresh
    }

    /// Whether the next answer should be looked at too: while the form is learned, and while something may be gone.
    pub(super) fn is_eager(&self) -> bool {
        self.is_learning() || self.fields.values().any(Past::is_doubtful)
    }

    const fn is_learning(&self) -> bool {
        self.looked < LEARNING
    }
}

/// Names the place of every field below `value`; the items of a list, and members named by a number, share one.
fn walk(value: Value<'_>, place: &mut String, deep: usize, seen: &mut impl FnMut(&str)) {
    if deep > DEEPEST {
        return;
    }
    let length = place.len();
    for item in value.items() {
        if value.is_list() {
            place.push_str("[]");
        } else {
            let name = item.name();
            let is_number = name.bytes().all(|byte| byte.is_ascii_digit()) || name.len() > 40;
            if length > 0 {
                place.push('.');
            }
            place.push_str(if is_number { "*" } else { &name });
            seen(place);
        }
        walk(item, place, deep + 1, seen);
        place.truncate(length);
    }
}
