//! What was granted ahead and not used yet, in the hands of this process.

use std::collections::HashMap;

use crate::domain::Millis;
use crate::store::pace::Entry;

/// Part of an entry that may still be used.
#[derive(Debug, Clone, Copy)]
struct Grant {
    entry: Entry,
    left: i64,
}

/// The grants of each line.
#[derive(Debug, Default)]
pub(super) struct Grants {
    in_hand: HashMap<String, Grant>,
    /// Of which line what was not used in time.
    unused: Vec<(String, Entry)>,
}

impl Grants {
    /// Keeps what was granted; what was left of an earlier grant goes back.
    pub(super) fn keep(&mut self, line: &str, entry: Entry) {
        let old = self.in_hand.insert(line.to_owned(), Grant { entry, left: entry.n });
        self.return_unused(line, old);
    }

    /// Whether one of `line` may be used now.
    pub(super) fn has(&self, line: &str, now: Millis) -> bool {
        self.in_hand.get(line).is_some_and(|grant| grant.left > 0 && now.0 <= grant.entry.last_at)
    }

    /// Uses one of each of `lines`; gives the moment by which it must be on its way. `None`, and nothing is used, when
    /// one of them has none.
    pub(super) fn use_one<'l>(&mut self, lines: impl Iterator<Item = &'l str> + Clone, now: Millis) -> Option<Millis> {
        if !lines.clone().all(|line| self.has(line, now)) {
            return None;
        }
        let mut until = i64::MAX;
        for line in lines {
            if let Some(grant) = self.in_hand.get_mut(line) {
                grant.left -= 1;
                until = until.min(grant.entry.last_at);
            }
        }
        Some(Millis(until))
    }

    /// What was granted and not used in time, to be given back.
    pub(super) fn take_unused(&mut self, now: Millis) -> Vec<(String, Entry)> {
        let late: Vec<String> =
            self.in_hand.iter().filter(|(_, g)| g.entry.last_at < now.0).map(|(line, _)| line.clone()).collect();
        for line in late {
            let old = self.in_hand.remove(&line);
            self.return_unused(&line, old);
        }
        std::mem::take(&mut self.unused)
    }

    fn return_unused(&mut self, line: &str, grant: Option<Grant>) {
        if let Some(Grant { entry, left }) = grant.filter(|grant| grant.left > 0) {
            self.unused.push((line.to_owned(), Entry { n: left, ..entry }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_used_in_time_goes_back_and_what_is_used_does_not() {
        let mut grants = Grants::default();
        grants.keep("a", Entry { last_at: 100, n: 3 });
        grants.keep("b", Entry { last_at: 50, n: 1 });
        let both = ["a", "b"];
        assert_eq!(grants.use_one(both.into_iter(), Millis(10)), Some(Millis(50)));
        assert_eq!(grants.use_one(both.into_iter(), Millis(10)), None, "b has none left, and a keeps its own");
        assert!(grants.take_unused(Millis(100)).is_empty());
        assert!(!grants.has("a", Millis(101)));
        assert_eq!(grants.take_unused(Millis(101)), [("a".to_owned(), Entry { last_at: 100, n: 2 })]);
        assert!(grants.take_unused(Millis(101)).is_empty());
    }
}
