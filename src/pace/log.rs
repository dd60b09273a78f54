//! What a sliding log has room for.
//!
//! The server forgets a request when its span has passed since it arrived; we forget it later, by a margin for the
//! ways there: two requests may come closer together than they left. What was granted for a while counts as sent at
//! its end.

use std::time::Duration;

use super::limit::Line;
use crate::domain::Millis;
use crate::domain::time::span_millis;
use crate::store::pace::Entry;

/// The least margin.
const MARGIN: Duration = Duration::from_secs(1);
/// The widest spread that is believed; a server that is slower than that is a matter for time limits.
pub(super) const WIDEST: Duration = Duration::from_mins(1);
/// Of how many grants a limit is made up at least, when it is large.
const PARTS: u32 = 64;
/// How long what was granted ahead may be used.
pub(super) const AHEAD: Duration = Duration::from_secs(1);
/// How long a single one may be used: from the grant to the first byte.
const AT_ONCE: Duration = Duration::from_millis(250);
/// The part of its span that a grant may last.
const SHARE: u32 = 32;

/// How long an entry counts, when the ways there differ by `spread`.
pub(super) fn window(line: &Line, spread: Duration) -> Duration {
    line.per + spread.clamp(MARGIN, WIDEST)
}

/// How many are granted at a time.
pub(super) const fn block(line: &Line) -> u32 {
    let part = line.at_most / PARTS;
    if part == 0 { 1 } else { part }
}

/// How long a grant may be used.
pub(super) fn lasting(line: &Line) -> Duration {
    let most = if block(line) == 1 { AT_ONCE } else { AHEAD };
    most.min(line.per / SHARE).max(Duration::from_millis(1))
}

/// How many more may be sent now, or when the next one may.
pub(super) fn room(line: &Line, entries: &[Entry], now: Millis, window: Duration) -> Result<u32, Millis> {
    // What seems to lie ahead, after a clock was set back, counts from now on and not for ever.
    let ahead = now + lasting(line);
    let counts = |entry: &&Entry| Millis(entry.last_at) + window > now;
    let counted: Vec<Entry> = entries.iter().filter(counts).copied().collect();
    let sent: i64 = counted.iter().map(|entry| entry.n).sum();
    let at_most = i64::from(line.at_most);
    if sent < at_most {
        return Ok(u32::try_from(at_most - sent).unwrap_or(line.at_most));
    }
    let mut to_leave = sent - at_most + 1;
    for entry in &counted {
        to_leave -= entry.n;
        if to_leave <= 0 {
            return Err(Millis(entry.last_at).min(ahead) + window);
        }
    }
    Err(now + Duration::from_millis(u64::try_from(span_millis(window)).unwrap_or(u64::MAX)))
}

/// When the `n`-th further request may be sent, if each goes as soon as it may.
pub(super) fn nth(line: &Line, entries: &[Entry], now: Millis, window: Duration, n: u64) -> Millis {
    let counts = |entry: &&Entry| Millis(entry.last_at) + window > now;
    let counted: Vec<Entry> = entries.iter().filter(counts).copied().collect();
    let sent: u64 = counted.iter().map(|entry| u64::try_from(entry.n).unwrap_or(0)).sum();
    let at_most = u64::from(line.at_most.max(1));
    // Each waits for the one that is as many places before it as the limit allows at once.
    let place = sent.saturating_add(n);
    let rounds = place.saturating_sub(sent.max(at_most)).div_ceil(at_most);
    let place = place - rounds * at_most;
    let mut passed = 0;
    let known = counted.iter().find(|entry| {
        passed += u64::try_from(entry.n).unwrap_or(0);
        passed >= place
    });
    let from = known.map_or(now, |entry| Millis(entry.last_at).min(now));
    let windows = window.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
    (from + windows).max(now)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(at_most: u32, per: Duration) -> Line {
        Line { name: "l".into(), rule: "r".into(), at_most, per }
    }

    #[test]
    fn a_full_log_says_when_its_oldest_leaves() {
        let (line, window) = (line(3, Duration::from_mins(1)), Duration::from_secs(61));
        let entries = [Entry { last_at: 1000, n: 1 }, Entry { last_at: 2000, n: 2 }];
        assert_eq!(room(&line, &entries, Millis(3000), window), Err(Millis(62_000)));
        assert_eq!(room(&line, &entries, Millis(61_999), window), Err(Millis(62_000)));
        assert_eq!(room(&line, &entries, Millis(62_000), window), Ok(1));
        assert_eq!(room(&line, &entries, Millis(63_000), window), Ok(3));
    }

    #[test]
    fn a_limit_that_was_lowered_waits_until_enough_have_left() {
        let (line, window) = (line(1, Duration::from_mins(1)), Duration::from_secs(61));
        let entries: Vec<_> = (1..=5).map(|n| Entry { last_at: n * 1000, n: 1 }).collect();
        assert_eq!(room(&line, &entries, Millis(6000), window), Err(Millis(66_000)));
    }

    #[test]
    fn what_lies_ahead_counts_one_window_from_now() {
        let (line, window) = (line(1, Duration::from_mins(1)), Duration::from_secs(61));
        let year = 365 * 86_400_000;
        let Err(when) = room(&line, &[Entry { last_at: year, n: 1 }], Millis(0), window) else { panic!() };
        assert_eq!(when, Millis(250) + window);
    }

    proptest! {
        #[test]
        fn whoever_obeys_a_log_never_has_more_within_its_window(
            at_most in 1u32..9, waits in prop::collection::vec(0i64..30_000, 1..60), span in 1u64..90,
        ) {
            let line = line(at_most, Duration::from_secs(span));
            let window = window(&line, Duration::ZERO);
            let (mut entries, mut now) = (Vec::<Entry>::new(), Millis(0));
            for wait in waits {
                now = Millis(now.0 + wait);
                if let Err(when) = room(&line, &entries, now, window) {
                    prop_assert!(when > now);
                    now = when;
                }
                prop_assert!(room(&line, &entries, now, window).is_ok());
                entries.push(Entry { last_at: now.0, n: 1 });
            }
            for first in &entries {
                let within = entries.iter().filter(|e| (0..span_millis(window)).contains(&(e.last_at - first.last_at)));
                prop_assert!(within.count() <= usize::try_from(at_most).unwrap());
            }
        }
    }
}
