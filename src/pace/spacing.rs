//! Gaps between the requests of one account: a limit may be used up evenly, not in one go.
//!
//! Kept in memory only: a gap is a matter of seconds, and no promise to the server.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
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

type Limiter = RateLimiter<NotKeyed, InMemoryState, Steady, NoOpMiddleware<Nanos>>;

/// One gap for all accounts, counted for each.
pub(super) struct Spacing {
    gap: Duration,
    /// Nothing where there is no gap.
    quota: Option<Quota>,
    clock: Steady,
    accounts: Mutex<Accounts>,
}

/// The limiter of each account with the number of its last gap, and how many gaps have begun.
#[derive(Default)]
struct Accounts {
    limiters: HashMap<String, (Limiter, u64)>,
    begun: u64,
}

/// A gap that began, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Begun(u64);

impl Spacing {
    /// Gaps of at least `gap`.
    pub(super) fn new(gap: Duration, clock: Clock) -> Self {
        Self { gap, quota: Quota::with_period(gap), clock: Steady(clock), accounts: Mutex::default() }
    }

    /// How long a gap is on average.
    pub(super) fn mean(&self) -> Duration {
        self.gap + self.gap / 4
    }

    /// Begins a gap of `account`, or says how long the one before still lasts; chance makes it up to half as long
    /// again, because nobody is at work like a clock.
    pub(super) fn begin(&self, account: &str, entropy: &Entropy) -> Result<Begun, Duration> {
        self.try_begin(account).map_err(|left| {
            let jitter = u64::try_from(self.gap.as_millis()).unwrap_or(0) / 2;
            left + Duration::from_millis(entropy.below(jitter + 1))
        })
    }

    /// Takes a gap back after which nothing was sent. The one before it had ended, so the account begins anew.
    pub(super) fn take_back(&self, account: &str, gap: Begun) {
        let mut accounts = self.locked();
        if accounts.limiters.get(account).is_some_and(|(_, last)| Begun(*last) == gap) {
            accounts.limiters.remove(account);
        }
    }

    /// How long the last gap of `account` still lasts.
    pub(super) fn left(&self, account: &str) -> Option<Duration> {
        match self.try_begin(account) {
            Ok(begun) => {
                self.take_back(account, begun);
                None
            }
            Err(left) => Some(left),
        }
    }

    fn try_begin(&self, account: &str) -> Result<Begun, Duration> {
        let Some(quota) = self.quota else { return Ok(Begun(0)) };
        let now = clock::Clock::now(&self.clock);
        let mut accounts = self.locked();
        let Accounts { limiters, begun } = &mut *accounts;
        let (limiter, last) = limiters
            .entry(account.to_owned())
            .or_insert_with(|| (RateLimiter::direct_with_clock(quota, self.clock.clone()), 0));
        limiter.check().map_err(|early| early.wait_time_from(now))?;
        *begun += 1;
        *last = *begun;
        Ok(Begun(*begun))
    }

    fn locked(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
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
            assert!(spacing.begin("a", &entropy).is_ok());
            let wait = spacing.begin("a", &entropy).unwrap_err();
            gaps.push(wait.as_millis());
            clock.jump(wait);
        }
        let (least, most) = (gaps.iter().min().unwrap(), gaps.iter().max().unwrap());
        assert!(*least >= 4000 && *most <= 6000 && most - least > 1000, "{least} to {most} ms");
        assert!(spacing.begin("b", &entropy).is_ok() && spacing.begin("a", &entropy).is_ok());
    }

    #[test]
    fn a_gap_after_which_nothing_was_sent_is_taken_back() {
        let (clock, entropy) = (Clock::simulated(Millis(0)), Entropy::pinned(3));
        let spacing = Spacing::new(Duration::from_secs(4), clock.clone());
        let first = spacing.begin("a", &entropy).unwrap();
        assert_eq!(spacing.left("a"), Some(Duration::from_secs(4)));
        spacing.take_back("a", first);
        assert_eq!(spacing.left("a"), None);
        clock.jump(Duration::from_secs(1));
        let sent = spacing.begin("a", &entropy).unwrap();
        clock.jump(Duration::from_secs(4));
        let unsent = spacing.begin("a", &entropy).unwrap();
        spacing.take_back("a", sent);
        assert!(spacing.left("a").is_some(), "one that was followed by another stays");
        spacing.take_back("a", unsent);
        assert_eq!(spacing.left("a"), None);
    }
}
