//! How unevenly long requests have been on their way, as far as this process has seen.
//!
//! The time until the head of an answer is an upper bound of the way there. The widest difference of the last ten
//! minutes counts; a request that fails says nothing.

use std::collections::VecDeque;
use std::time::Duration;

/// How long a time is remembered.
pub(super) const MEMORY: Duration = Duration::from_mins(10);
/// How many are remembered at most.
const MOST: usize = 256;

/// The times of one line.
#[derive(Debug, Default)]
pub(super) struct Spread {
    seen: VecDeque<(Duration, Duration)>,
}

impl Spread {
    /// Notes that a request took `took` until `at`.
    pub(super) fn note(&mut self, at: Duration, took: Duration) {
        if self.seen.len() == MOST {
            self.seen.pop_front();
        }
        self.seen.push_back((at, took));
    }

    /// The widest difference.
    pub(super) fn widest(&mut self, now: Duration) -> Duration {
        while self.seen.front().is_some_and(|(at, _)| now.saturating_sub(*at) > MEMORY) {
            self.seen.pop_front();
        }
        let times = || self.seen.iter().map(|(_, took)| *took);
        times().max().unwrap_or_default().saturating_sub(times().min().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_difference_is_forgotten_after_a_while() {
        let ms = Duration::from_millis;
        let mut spread = Spread::default();
        assert_eq!(spread.widest(ms(0)), ms(0));
        for (at, took) in [(0, 30), (1000, 2430), (2000, 130)] {
            spread.note(ms(at), ms(took));
        }
        assert_eq!(spread.widest(ms(3000)), ms(2400));
        assert_eq!(spread.widest(MEMORY + ms(1500)), ms(0));
    }
}
