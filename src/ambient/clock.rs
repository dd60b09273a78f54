//! Time and sleeping, real or simulated, behind one handle.
//!
//! Two times are told apart. *Wall* time is what calendars and stored rows use; it can step. *Steady* time only grows
//! and is what spans inside the process use. The simulated clock jumps to its next timer when the house is quiet:
//! nothing is runnable (the test runtime reports that before it parks) and nobody keeps a [`Hold`]. Time limits on
//! input and output stay on the machine's clock in both worlds: a socket that hangs, hangs for real.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

use super::simulated::Simulated;
use crate::domain::Millis;
use crate::domain::time::roughly;
use crate::domain::time::span_millis;

/// How long a real sleep towards a wall moment trusts the wall clock before it looks again.
const LOOK_AGAIN: Duration = Duration::from_secs(20);
/// A wall clock that moves against the uptime by more than this was stepped.
const STEP_MS: u64 = 2000;

/// A cheap handle on time; clones share it.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Real(Arc<Real>),
    Simulated(Arc<Simulated>),
}

#[derive(Debug)]
struct Real {
    origin: Instant,
    jumped_ms: AtomicU64,
    jumped: Notify,
}

/// Keeps a simulated clock from jumping while it lives; nothing on a real one.
#[derive(Debug)]
#[must_use = "a hold that is dropped at once holds nothing"]
pub struct Hold(Option<Arc<Simulated>>);

/// A time limit that ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("took longer than {}", roughly(*.0))]
pub struct Timeout(pub Duration);

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    pub fn real() -> Self {
        let real = Real { origin: Instant::now(), jumped_ms: AtomicU64::new(0), jumped: Notify::new() };
        Self(Kind::Real(Arc::new(real)))
    }

    /// A clock that starts at `at` and moves only by [`Clock::jump_if_quiet`], [`Clock::jump`] and [`Clock::step`].
    pub fn simulated(at: Millis) -> Self {
        Self(Kind::Simulated(Arc::new(Simulated::new(at))))
    }

    /// Wall time now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    pub fn now(&self) -> Millis {
        match &self.0 {
            Kind::Real(real) => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Millis(span_millis(since)) + Duration::from_millis(real.jumped_ms.load(Ordering::Relaxed))
            }
            Kind::Simulated(sim) => sim.wall(),
        }
    }

    /// Time since this clock was made; it never runs backwards.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    pub fn steady(&self) -> Duration {
        match &self.0 {
            Kind::Real(real) => {
                Instant::now().duration_since(real.origin)
                    + Duration::from_millis(real.jumped_ms.load(Ordering::Relaxed))
            }
            Kind::Simulated(sim) => sim.steady(),
        }
    }

    /// How long the machine has been up, sleep included: the one time that goes on across lives of this process and
    /// that nobody can set.
    pub fn uptime(&self) -> Duration {
        match &self.0 {
            Kind::Real(real) => {
                let up = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
                let (whole, part) = (u64::try_from(up.tv_sec).unwrap_or(0), u32::try_from(up.tv_nsec).unwrap_or(0));
                Duration::new(whole, part) + Duration::from_millis(real.jumped_ms.load(Ordering::Relaxed))
            }
            Kind::Simulated(sim) => sim.steady(),
        }
    }

    /// Sleeps for `span` of steady time. Safe to drop.
    pub async fn sleep(&self, span: Duration) {
        match &self.0 {
            Kind::Real(real) => {
                let until = self.steady().saturating_add(span);
                self.real_sleep(real, || until.saturating_sub(self.steady()), Duration::MAX).await;
            }
            Kind::Simulated(sim) => sim.clone().sleep(span).await,
        }
    }

    /// Sleeps until wall time is `at`, also when the wall clock is stepped meanwhile. Safe to drop.
    pub async fn sleep_until(&self, at: Millis) {
        match &self.0 {
            Kind::Real(real) => self.real_sleep(real, || at.since(self.now()), LOOK_AGAIN).await,
            Kind::Simulated(sim) => sim.clone().sleep_until(at).await,
        }
    }

    /// Sleeps until wall time is `at` or the wall clock was stepped, whichever comes first. Safe to drop.
    pub async fn sleep_until_or_step(&self, at: Millis) {
        match &self.0 {
            Kind::Real(real) => {
                let ahead = || self.now().0.saturating_sub(span_millis(self.uptime()));
                let before = ahead();
                let is_stepped = || ahead().abs_diff(before) > STEP_MS;
                let left = || if is_stepped() { Duration::ZERO } else { at.since(self.now()) };
                self.real_sleep(real, left, LOOK_AGAIN).await;
            }
            Kind::Simulated(sim) => sim.clone().sleep_until_or_step(at).await,
        }
    }

    /// Names this boot of the machine: two uptimes compare only under the same name. Empty when the machine gives none.
    pub fn boot(&self) -> String {
        match &self.0 {
            Kind::Real(_) => {
                std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
            }
            Kind::Simulated(_) => "simulated".to_owned(),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
    async fn real_sleep(&self, real: &Real, left: impl Fn() -> Duration, at_most: Duration) {
        loop {
            let mut jumped = std::pin::pin!(real.jumped.notified());
            jumped.as_mut().enable();
            let left = left();
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left.min(at_most)) => {}
                () = jumped => {}
            }
        }
    }

    /// Runs `work` for at most `limit` of the machine's time, in both worlds.
    pub async fn limit<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Result<T, Timeout> {
        tokio::time::timeout(limit, work).await.map_err(|_| Timeout(limit))
    }

    /// Keeps a simulated clock where it is until the returned value is dropped.
    pub fn hold(&self) -> Hold {
        Hold(match &self.0 {
            Kind::Real(_) => None,
            Kind::Simulated(sim) => {
                sim.hold();
                Some(sim.clone())
            }
        })
    }

    /// Lets a simulated clock jump although the caller's handler is held, until the returned value is dropped.
    ///
    /// For a story whose handler takes time: it is held while it runs, and would wait for a clock that waits for it.
    #[cfg(test)]
    pub(crate) fn lend(&self) -> Lent {
        if let Kind::Simulated(sim) = &self.0 {
            sim.release();
        }
        Lent(self.clone())
    }

    /// Moves wall and steady time forward at once and wakes whoever that makes due.
    ///
    /// For demonstrations and stories: a step that waits a week for real shows nothing.
    pub fn jump(&self, by: Duration) {
        match &self.0 {
            Kind::Real(real) => {
                real.jumped_ms.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
                real.jumped.notify_waiters();
            }
            Kind::Simulated(sim) => sim.jump(by),
        }
    }

    /// Steps the wall clock of a simulated world by `by_ms`, forward or back, as an operator or NTP does.
    ///
    /// On a real clock it does nothing: the machine's clock is not ours to set.
    pub fn step(&self, by_ms: i64) {
        if let Kind::Simulated(sim) = &self.0 {
            sim.step(by_ms);
        }
    }

    /// Jumps a simulated clock to its next timer unless somebody holds it; true when it jumped.
    ///
    /// The test runtime calls this before it parks, that is when no task can run.
    pub fn jump_if_quiet(&self) -> bool {
        matches!(&self.0, Kind::Simulated(sim) if sim.jump_if_quiet())
    }

    /// Runs `story` on a runtime of its own, in which this clock jumps whenever nothing else can run.
    pub fn run<T>(&self, story: impl Future<Output = T>) -> std::io::Result<T> {
        let jumping = self.clone();
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().on_thread_park(move || {
            jumping.jump_if_quiet();
        });
        Ok(runtime.build()?.block_on(story))
    }

    /// Whether time here is simulated.
    pub const fn is_simulated(&self) -> bool {
        matches!(self.0, Kind::Simulated(_))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(sim) = &self.0 {
            sim.release();
        }
    }
}

/// A hold that is lent out; see [`Clock::lend`].
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct Lent(Clock);

#[cfg(test)]
impl Drop for Lent {
    fn drop(&mut self) {
        if let Kind::Simulated(sim) = &self.0.0 {
            sim.hold();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn run<T>(clock: &Clock, story: impl Future<Output = T>) -> T {
        clock.run(story).unwrap()
    }

    #[test]
    fn three_weeks_pass_at_once_when_nobody_is_busy() {
        let clock = Clock::simulated(Millis(1000));
        run(&clock, async {
            for _ in 0..21 {
                clock.sleep(Duration::from_hours(24)).await;
            }
        });
        assert_eq!(clock.now(), Millis(1000 + 21 * 86_400_000));
    }

    #[test]
    fn a_held_clock_stands_still() {
        let clock = Clock::simulated(Millis(0));
        let hold = clock.hold();
        assert!(!clock.jump_if_quiet());
        let order = Mutex::new(Vec::new());
        run(&clock, async {
            let sleeper = async {
                clock.sleep(Duration::from_secs(5)).await;
                order.lock().unwrap().push(("slept", clock.now().0));
            };
            let worker = async {
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
                order.lock().unwrap().push(("worked", clock.now().0));
                drop(hold);
            };
            tokio::join!(sleeper, worker);
        });
        assert_eq!(*order.lock().unwrap(), [("worked", 0), ("slept", 5000)]);
    }

    #[test]
    fn a_step_moves_the_wall_and_leaves_spans_alone() {
        let clock = Clock::simulated(Millis(0));
        run(&clock, async {
            let span = clock.sleep(Duration::from_mins(1));
            let moment = async {
                clock.sleep_until(Millis(86_400_000)).await;
                clock.steady()
            };
            let step = async {
                clock.sleep(Duration::from_secs(10)).await;
                clock.step(86_400_000);
            };
            let ((), reached, ()) = tokio::join!(span, moment, step);
            assert_eq!(reached, Duration::from_secs(10), "the step itself made the moment due");
        });
        assert_eq!(clock.steady(), Duration::from_mins(1));
        assert_eq!(clock.now(), Millis(86_400_000 + 60_000));
    }

    #[test]
    fn a_step_back_ends_the_sleep_that_asks_for_it_and_no_other() {
        let clock = Clock::simulated(Millis(0));
        run(&clock, async {
            let watching = async {
                clock.sleep_until_or_step(Millis(60_000)).await;
                clock.steady()
            };
            let moment = async {
                clock.sleep_until(Millis(60_000)).await;
                clock.steady()
            };
            let step = async {
                clock.sleep(Duration::from_secs(10)).await;
                clock.step(-3_600_000);
            };
            let (watched, reached, ()) = tokio::join!(watching, moment, step);
            assert_eq!(watched, Duration::from_secs(10));
            assert_eq!(reached, Duration::from_mins(61));
            clock.sleep_until_or_step(clock.now() + Duration::from_secs(5)).await;
            assert_eq!(clock.steady(), Duration::from_secs(3665), "without a step it ends on time");
        });
    }

    #[test]
    fn a_jump_of_the_real_clock_wakes_a_sleeper() {
        let clock = Clock::real();
        let before = clock.now();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let week = clock.sleep(Duration::from_hours(168));
            let jump = async {
                tokio::task::yield_now().await;
                clock.jump(Duration::from_hours(192));
            };
            tokio::join!(week, jump);
        });
        assert!(clock.now().since(before) >= Duration::from_hours(192));
    }
}
