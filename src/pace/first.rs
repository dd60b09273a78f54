//! Who goes first: a person who waits at a terminal or a page goes before work that runs by itself.
//!
//! No limit is exceeded for that. Where a limit is full, its next free slot is kept for the person: background requests
//! get no permit of this limit until the person used the slot, or did not come for it. The store holds this, so all
//! processes obey it. The gap between two requests of an account is kept in the same way, in memory like the gap itself.

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::Millis;

/// On whose behalf a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rank {
    /// Nobody waits for it.
    #[default]
    Background,
    /// A person waits for it.
    Person,
}

/// How far ahead a slot is kept. Whoever has to wait longer comes back later and asks again.
const FARTHEST: Duration = Duration::from_mins(2);
/// How long a free slot is kept: the person's command has to come back and ask.
const GRACE: Duration = Duration::from_secs(2);

/// Until when a slot is kept that is free after `wait`; nothing when that is too far away.
pub(super) fn kept_until(now: Millis, wait: Duration) -> Option<Millis> {
    (wait <= FARTHEST).then(|| now + wait + GRACE)
}

/// How long a slot is still kept. A moment too far away is a clock that was set back, and keeps nothing.
pub(super) fn kept_for(until: Millis, now: Millis) -> Option<Duration> {
    let left = until.since(now);
    (!left.is_zero() && left <= FARTHEST + GRACE).then_some(left)
}

/// The accounts whose next gap is kept for a person, each until a moment of steady time.
#[derive(Debug, Default)]
pub(super) struct First(HashMap<String, Duration>);

impl First {
    /// Keeps the next request of `account` for a person who has to wait so long.
    pub(super) fn keep(&mut self, account: &str, wait: Duration, now: Duration) {
        if wait <= FARTHEST {
            self.0.insert(account.to_owned(), now + wait + GRACE);
        }
    }

    /// How long a background request of `account` has to wait for a person.
    pub(super) fn left(&self, account: &str, now: Duration) -> Option<Duration> {
        self.0.get(account).map(|until| until.saturating_sub(now)).filter(|left| !left.is_zero())
    }

    /// The person has sent it.
    pub(super) fn done(&mut self, account: &str) {
        self.0.remove(account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_kept_for_a_while_and_never_for_long() {
        let (now, second) = (Millis(1_000_000), Duration::from_secs(1));
        let until = kept_until(now, second * 10).unwrap();
        assert_eq!(kept_for(until, now), Some(second * 12));
        assert_eq!(kept_for(until, now + second * 12), None);
        assert_eq!(kept_until(now, Duration::from_mins(3)), None);
        assert_eq!(kept_for(until + Duration::from_hours(2), now), None, "a clock that was set back");
        let mut first = First::default();
        first.keep("a", second, second);
        assert_eq!([first.left("a", second), first.left("b", second)], [Some(second * 3), None]);
        assert_eq!(first.left("a", second * 4), None);
        first.keep("a", second, second * 4);
        first.done("a");
        assert_eq!(first.left("a", second * 4), None);
    }
}
