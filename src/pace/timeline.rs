//! The time that limits count in: it goes with the steady clock, whatever is done to the wall clock.
//!
//! If somebody sets the clock two hours ahead, a sliding log on wall time would forget two hours of requests at once,
//! and the server would not. So the time of the limits begins at the store's time and from then on only flows. Across a
//! restart it goes on by how long the machine has been up, which nobody can set and which is never more than what passed;
//! after a reboot, and where machines share the limits, by the wall and how far it was known to be stepped away. It never
//! begins before what was counted in it already: a machine that boots in 1970 goes on where it was.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::ambient::Clock;
use crate::domain::Millis;
use crate::domain::time::span_millis;
use crate::store::pace::LastSeen;

/// A difference up to this is a clock that drifts; more is a step.
const DRIFT: Duration = Duration::from_secs(1);

/// The time of the limits.
#[derive(Debug)]
pub(super) struct Timeline {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    /// The time of the limits at a moment of the steady clock.
    base: Millis,
    at: Duration,
    /// How far the wall is ahead of it.
    stepped_ms: i64,
    /// The latest moment that was given: nobody is told an earlier one.
    latest: Millis,
}

/// What is known of the time before this process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    /// The time of the limits as it was seen last.
    pub(super) seen: Option<LastSeen>,
    /// Whether no other machine shares it.
    pub(super) alone: bool,
    /// The latest moment at which a request was counted or an account stopped.
    pub(super) counted: Millis,
}

impl State {
    fn at(&self, steady: Duration) -> Millis {
        self.base + steady.saturating_sub(self.at)
    }
}

impl Timeline {
    /// A time that goes on from `before`, now that it is `wall` in the store.
    pub(super) fn new(clock: Clock, wall: Millis, before: Before) -> Self {
        let Before { seen, alone, counted } = before;
        let up = |seen: LastSeen| span_millis(clock.uptime()).saturating_sub(seen.up_ms);
        let base = match seen {
            Some(seen) if alone && up(seen) >= 0 => Millis(seen.seen_at.saturating_add(up(seen))),
            Some(seen) => Millis(wall.0.saturating_sub(seen.stepped_ms)),
            None => wall,
        };
        let base = base.max(counted).max(seen.map_or(Millis(0), |seen| Millis(seen.seen_at)));
        let stepped_ms = wall.0.saturating_sub(base.0);
        let state = State { base, at: clock.steady(), stepped_ms, latest: base };
        Self { clock, state: Mutex::new(state) }
    }

    /// The moment now.
    pub(super) fn now(&self) -> Millis {
        let mut state = self.locked();
        state.latest = state.latest.max(state.at(self.clock.steady()));
        state.latest
    }

    /// Compares with the wall: follows a drift, and never a step. Gives what is to be remembered.
    pub(super) fn compare(&self, wall: Millis) -> LastSeen {
        let (mut state, steady) = (self.locked(), self.clock.steady());
        let ahead = wall.0.saturating_sub(state.at(steady).0);
        let drift = ahead.saturating_sub(state.stepped_ms);
        if drift.unsigned_abs() <= u64::try_from(DRIFT.as_millis()).unwrap_or(u64::MAX) {
            (state.base, state.at) = (Millis(state.at(steady).0.saturating_add(drift)), steady);
        } else {
            state.stepped_ms = ahead;
        }
        let (seen_at, up_ms) = (state.at(steady).0, span_millis(self.clock.uptime()));
        LastSeen { stepped_ms: state.stepped_ms, seen_at, up_ms }
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(seen: Option<LastSeen>, alone: bool) -> Before {
        Before { seen, alone, counted: Millis(0) }
    }

    #[test]
    fn a_boot_in_the_past_goes_on_where_the_limits_were() {
        let clock = Clock::simulated(Millis(0));
        let seen = LastSeen { stepped_ms: 0, seen_at: 1_800_000_000_000, up_ms: 500_000 };
        let booted = Timeline::new(clock.clone(), clock.now(), before(Some(seen), true));
        assert_eq!(booted.now(), Millis(seen.seen_at));
        clock.step(seen.seen_at + 5000);
        assert_eq!((booted.compare(clock.now()).stepped_ms, booted.now()), (5000, Millis(seen.seen_at)));
        let counted = Millis(seen.seen_at + 60_000);
        let shared = Timeline::new(clock.clone(), clock.now(), Before { seen: None, alone: false, counted });
        assert_eq!(shared.now(), counted, "what another machine counted is not in the future");
    }

    #[test]
    fn a_step_of_the_wall_is_no_time_and_a_drift_is_followed() {
        let clock = Clock::simulated(Millis(1_000_000));
        let timeline = Timeline::new(clock.clone(), clock.now(), before(None, true));
        let stepped = || timeline.compare(clock.now()).stepped_ms;
        clock.jump(Duration::from_secs(5));
        assert_eq!((timeline.now(), stepped()), (Millis(1_005_000), 0));
        clock.step(7_200_000);
        assert_eq!([stepped(), stepped()], [7_200_000; 2]);
        clock.jump(Duration::from_secs(5));
        assert_eq!(timeline.now(), Millis(1_010_000));
        clock.step(-9_000_000);
        assert_eq!(stepped(), -1_800_000);
        for (drift, now) in [(400, 1_010_400), (-300, 1_010_400), (-100, 1_010_400), (500, 1_010_500)] {
            clock.step(drift);
            assert_eq!((stepped(), timeline.now()), (-1_800_000, Millis(now)), "it follows and never turns");
        }
    }

    #[test]
    fn a_restart_goes_on_by_how_long_the_machine_was_up_and_a_reboot_by_the_wall() {
        let clock = Clock::simulated(Millis(1_000_000));
        clock.jump(Duration::from_secs(100));
        let seen = Timeline::new(clock.clone(), clock.now(), before(None, true)).compare(clock.now());
        assert_eq!(seen, LastSeen { stepped_ms: 0, seen_at: 1_100_000, up_ms: 100_000 });
        clock.jump(Duration::from_secs(20));
        clock.step(3_600_000);
        let next = |seen, alone| Timeline::new(clock.clone(), clock.now(), before(Some(seen), alone)).now();
        assert_eq!(next(seen, true), Millis(1_120_000), "the step while nobody looked is no time");
        let rebooted = LastSeen { up_ms: 500_000, stepped_ms: 3_600_000, ..seen };
        assert_eq!(next(rebooted, true), Millis(1_120_000));
        assert_eq!(
            next(LastSeen { up_ms: 0, ..rebooted }, false),
            Millis(1_120_000),
            "another machine's uptime is no measure"
        );
    }
}
