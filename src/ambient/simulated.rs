//! The clock of a story: it stands still until it is told to move, or until nobody has anything to do.
//!
//! Timers are kept by their steady deadline. A step of the wall wakes every sleeper once, so that those who wait for
//! a wall moment count anew; the others find their deadline unchanged and lie down again.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::domain::Millis;
use crate::domain::time::span_millis;

#[derive(Debug)]
pub(super) struct Simulated(Mutex<State>);

#[derive(Debug)]
struct State {
    steady: Duration,
    /// Wall time minus steady time.
    offset_ms: i64,
    holds: usize,
    next_id: u64,
    timers: BTreeMap<(Duration, u64), Waker>,
}

impl Simulated {
    pub(super) fn new(at: Millis) -> Self {
        let state = State { steady: Duration::ZERO, offset_ms: at.0, holds: 0, next_id: 0, timers: BTreeMap::new() };
        Self(Mutex::new(state))
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn wall(&self) -> Millis {
        self.with(|s| s.wall())
    }

    pub(super) fn steady(&self) -> Duration {
        self.with(|s| s.steady)
    }

    pub(super) fn hold(&self) {
        self.with(|s| s.holds += 1);
    }

    pub(super) fn release(&self) {
        self.with(|s| s.holds = s.holds.saturating_sub(1));
    }

    pub(super) fn jump(&self, by: Duration) {
        let due = self.with(|s| {
            s.steady += by;
            s.take_due()
        });
        due.into_iter().for_each(Waker::wake);
    }

    pub(super) fn step(&self, by_ms: i64) {
        let all = self.with(|s| {
            s.offset_ms = s.offset_ms.saturating_add(by_ms);
            std::mem::take(&mut s.timers)
        });
        all.into_values().for_each(Waker::wake);
    }

    pub(super) fn jump_if_quiet(&self) -> bool {
        let due = self.with(|s| {
            if s.holds > 0 {
                return Vec::new();
            }
            if let Some(((next, _), _)) = s.timers.first_key_value() {
                s.steady = s.steady.max(*next);
            }
            s.take_due()
        });
        let jumped = !due.is_empty();
        due.into_iter().for_each(Waker::wake);
        jumped
    }

    pub(super) fn sleep(self: Arc<Self>, span: Duration) -> Sleep {
        let until = self.steady().saturating_add(span);
        Sleep { clock: self, until: Until::Steady(until), entry: None }
    }

    pub(super) fn sleep_until(self: Arc<Self>, at: Millis) -> Sleep {
        Sleep { clock: self, until: Until::Wall(at), entry: None }
    }

    /// Like [`Self::sleep_until`], and a step of the wall ends it.
    pub(super) fn sleep_until_or_step(self: Arc<Self>, at: Millis) -> Sleep {
        let offset_ms = self.with(|s| s.offset_ms);
        Sleep { clock: self, until: Until::WallOrStep(at, offset_ms), entry: None }
    }
}

impl State {
    fn wall(&self) -> Millis {
        Millis(self.offset_ms.saturating_add(span_millis(self.steady)))
    }

    fn take_due(&mut self) -> Vec<Waker> {
        let later = self.timers.split_off(&(self.steady + Duration::from_nanos(1), 0));
        std::mem::replace(&mut self.timers, later).into_values().collect()
    }
}

#[derive(Debug, Clone, Copy)]
enum Until {
    Steady(Duration),
    Wall(Millis),
    /// A moment, or any offset of the wall but this one.
    WallOrStep(Millis, i64),
}

/// A sleep on the simulated clock; dropping it takes its timer away.
#[derive(Debug)]
pub(super) struct Sleep {
    clock: Arc<Simulated>,
    until: Until,
    entry: Option<(Duration, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let (until, entry) = (this.until, this.entry.take());
        let entry = this.clock.with(|s| {
            if let Some(old) = entry {
                s.timers.remove(&old);
            }
            let deadline = match until {
                Until::Steady(at) => at,
                Until::WallOrStep(_, offset_ms) if s.offset_ms != offset_ms => s.steady,
                Until::Wall(at) | Until::WallOrStep(at, _) => s.steady + at.since(s.wall()),
            };
            if deadline <= s.steady {
                return None;
            }
            s.next_id += 1;
            s.timers.insert((deadline, s.next_id), cx.waker().clone());
            Some((deadline, s.next_id))
        });
        this.entry = entry;
        if entry.is_some() { Poll::Pending } else { Poll::Ready(()) }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(entry) = self.entry {
            self.clock.with(|s| s.timers.remove(&entry));
        }
    }
}
