//! Gaps between the requests of one account: a limit may be used up evenly, not in one go.
//!
//! Kept in memory only: a gap is a matter of seconds, and no promise to the server.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter, clock};

use crate::ambient::{Clock, Entropy};

/// The limiter's clock is ours.
#[derive(Debug, Clone)]
struct Steady(Clock);

impl clock::Clock for Steady {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.steady())
    }
}

/// One gap for all accounts, counted for each.
pub(super) struct Spacing {
    gap: Duration,
    clock: Steady,
    limiter: RateLimiter<String, HashMapStateStore<String>, Steady, NoOpMiddleware<Nanos>>,
}

impl Spacing {
    /// Gaps of at least `gap`.
    pub(super) fn new(gap: Duration, clock: Clock) -> Self {
        let clock = Steady(clock);
        let quota = Quota::with_period(gap).unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN));
        Self { gap, limiter: RateLimiter::hashmap_with_clock(quota, clock.clone()), clock }
    }

    /// How long a gap is on average.
    pub(super) fn mean(&self) -> Duration {
        self.gap + self.gap / 4
    }

    /// Begins a gap of `account`, or says how long the one before still lasts; chance makes it up to half as long
    /// again, because nobody is at work like a clock.
    pub(super) fn begin(&self, account: &str, entropy: &Entropy) -> Result<(), Duration> {
        let now = clock::Clock::now(&self.clock);
        self.limiter.check_key(&account.to_owned()).map(drop).map_err(|early| {
            let jitter = u64::try_from(self.gap.as_millis()).unwrap_or(0) / 2;
            early.wait_time_from(now) + Duration::from_millis(entropy.below(jitter + 1))
        })
    }
}

impl fmt::Debug for Spacing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spacing({} ms)", self.gap.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Millis;

    #[test]
    fn an_account_leaves_gaps_of_uneven_length_and_others_do_not_wait_for_it() {
        let (clock, entropy) = (Clock::simulated(Millis(0)), Entropy::pinned(3));
        let spacing = Spacing::new(Duration::from_secs(4), clock.clone());
        let mut gaps = Vec::new();
        for _ in 0..50 {
            assert_eq!(spacing.begin("a", &entropy), Ok(()));
            let wait = spacing.begin("a", &entropy).unwrap_err();
            gaps.push(wait.as_millis());
            clock.jump(wait);
        }
        let (least, most) = (gaps.iter().min().unwrap(), gaps.iter().max().unwrap());
        assert!(*least >= 4000 && *most <= 6000 && most - least > 1000, "{least} to {most} ms");
        assert_eq!((spacing.begin("b", &entropy), spacing.begin("a", &entropy)), (Ok(()), Ok(())));
    }
}
