//! How long to wait before trying again: exponential, with full jitter, never above a cap.
//!
//! Why no crate: `backon` 1.6 adds jitter to a delay. Here the whole delay is drawn, from the chance that is passed in,
//! so that clients that failed together do not come back together.

use std::time::Duration;

use crate::ambient::Entropy;

/// A growing wait. Pure: chance is passed in, nothing sleeps here.
///
/// ```
/// use std::time::Duration;
/// use radard::ambient::Entropy;
/// use radard::supervise::Backoff;
/// let wait = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
/// assert!(wait.delay(30, &Entropy::pinned(1)) <= Duration::from_secs(60));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
}

impl Backoff {
    /// Waits around `base` at first and never more than `cap`.
    pub const fn new(base: Duration, cap: Duration) -> Self {
        Self { base, cap }
    }

    /// The wait after failures that have lasted for `failing`: the longer they last, the longer it is.
    pub fn delay_after(self, failing: Duration, chance: &Entropy) -> Duration {
        let base = self.base.as_millis().max(1);
        let doubled = (failing.as_millis() / base).checked_ilog2().map_or(1, |doubled| doubled.saturating_add(2));
        self.delay(doubled, chance)
    }

    /// The wait after failure number `failures` (the first is 1): anything from 1 ms up to `base · 2^(failures-1)`.
    pub fn delay(self, failures: u32, chance: &Entropy) -> Duration {
        let doubled = 1u32.checked_shl(failures.saturating_sub(1).min(31)).unwrap_or(u32::MAX);
        let ceiling = self.base.saturating_mul(doubled).min(self.cap);
        let millis = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(chance.below(millis) + 1).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_wait_never_exceeds_its_cap(seed: u64, failures: u32, base in 1u64..100_000, cap in 1u64..10_000_000) {
            let wait = Backoff::new(Duration::from_millis(base), Duration::from_millis(cap));
            let delay = wait.delay(failures, &Entropy::pinned(seed));
            prop_assert!(delay <= Duration::from_millis(cap));
            prop_assert!(delay > Duration::ZERO);
        }
    }

    #[test]
    fn waits_grow() {
        let wait = Backoff::new(Duration::from_secs(1), Duration::from_hours(1));
        let mean = |n| {
            let chance = Entropy::pinned(3);
            (0..500).map(|_| wait.delay(n, &chance)).sum::<Duration>() / 500
        };
        assert!(mean(1) < mean(3) && mean(3) < mean(6));
    }
}
