//! Watches the wall clock. After a jump nothing is deleted by age until the clock was stable for an hour, and what a
//! wrong clock wrote into the future is set back.
//!
//! A jump is a difference of minutes between how far the wall clock went and how far the machine's uptime did. Across a
//! reboot the uptime says nothing: then a clock is wrong that is behind what was seen last, or ahead of it by more than
//! a machine is likely to have been off. On PostgreSQL the wall clock is the database's, because its time is stored.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::ahead;
use super::clocks::{self, Seen, TOLERANCE};
use crate::ambient::Clock;
use crate::domain::amount::counted;
use crate::domain::time::{roughly, span_millis};
use crate::domain::{Class, Millis, Miss};
use crate::store::engine::error::Error;
use crate::store::engine::pool::Store;

/// A clock is trusted again after it was stable for this long.
const STABLE: Duration = Duration::from_hours(1);
/// What lies in the future is set back after a clock was stable for this long: a machine that boots in the wrong year
/// usually gets the time from the network before that.
const SETTLED: Duration = Duration::from_mins(5);
/// A machine that was off for longer than this has a clock that is looked at with distrust.
const ABSENT: Duration = Duration::from_hours(31 * 24);
/// No clock of this program is right that shows an earlier time: 2024-01-01.
const EARLIEST: Millis = Millis(1_704_067_200_000);
/// The time is noted this often, and more often while the clock is not trusted.
const NOTED: Duration = Duration::from_mins(5);
const NOTED_IN_DOUBT: Duration = Duration::from_mins(1);

/// A clock that jumped and is not trusted yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// By how much it jumped.
    pub jump_ms: i64,
    /// How long it has to be stable from now on.
    pub left: Duration,
}

impl Doubt {
    /// What `seen` says.
    pub fn of(seen: &Seen) -> Option<Self> {
        let stable = Duration::from_millis(u64::try_from(seen.stable_ms).unwrap_or(0));
        Some(Self { jump_ms: seen.jump_ms?, left: STABLE.saturating_sub(stable) })
    }

    /// The same in a sentence without its end.
    pub fn said(self) -> String {
        let by = roughly(Duration::from_millis(self.jump_ms.unsigned_abs()));
        let side = if self.jump_ms < 0 { "back" } else { "ahead" };
        format!(
            "the clock jumped {by} {side}; nothing is deleted until it is stable for another {}",
            roughly(self.left)
        )
    }
}

/// A cheap handle on the watch of one clock.
#[derive(Debug, Clone)]
pub struct ClockWatch {
    store: Store,
    clock: Clock,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    last: Option<Reading>,
    doubt: Option<Doubt>,
    to_set_back: SetBack,
}

/// What is to be set back once the clock has settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SetBack {
    /// Nothing.
    Nothing,
    /// What somebody waits for.
    Waits,
    /// That, and when things were seen.
    All,
}

/// Both clocks at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reading {
    wall: Millis,
    boot: String,
    up: Duration,
}

impl Reading {
    fn since(&self, seen: &Self) -> i64 {
        let (wall, up) =
            (self.wall.0.saturating_sub(seen.wall.0), span_millis(self.up).saturating_sub(span_millis(seen.up)));
        wall.saturating_sub(up)
    }

    /// Whether the uptimes of both compare.
    fn is_boot_of(&self, seen: &Self) -> bool {
        !self.boot.is_empty() && self.boot == seen.boot && self.up >= seen.up
    }
}

impl From<&Seen> for Reading {
    fn from(seen: &Seen) -> Self {
        let up = Duration::from_millis(u64::try_from(seen.up_ms).unwrap_or(0));
        Self { wall: Millis(seen.wall_at), boot: seen.boot.clone(), up }
    }
}

impl ClockWatch {
    /// Of the clock that `store` counts by.
    pub fn new(store: Store, clock: Clock) -> Self {
        let state = State { last: None, doubt: None, to_set_back: SetBack::Waits };
        Self { store, clock, state: Arc::new(Mutex::new(state)) }
    }

    /// Looks at the clock now; gives why it is not trusted, if it is not.
    pub async fn look(&self) -> Result<Option<Doubt>, Error> {
        let mut state = self.state.lock().await;
        self.look_with(&mut state).await
    }

    /// A job that deletes by age waits as long as the clock is not trusted.
    pub async fn trust(&self) -> Result<(), Miss> {
        match self.look().await? {
            None => Ok(()),
            Some(doubt) => {
                let wait = doubt.left.clamp(NOTED_IN_DOUBT, STABLE);
                Err(Miss::waiting(Class::Local, wait, doubt.said()))
            }
        }
    }

    /// Looks when it is time, or at once after a jump; sets back what lies in the future when the clock has settled, and
    /// lets `set_back` do so with what it alone knows.
    pub async fn tend<F>(&self, set_back: impl FnOnce() -> F + Send) -> Result<Option<Doubt>, Error>
    where
        F: Future<Output = Result<usize, Error>> + Send,
    {
        let mut state = self.state.lock().await;
        self.store.read_clock().await?;
        if self.is_time(&state) {
            self.look_with(&mut state).await?;
        }
        let has_settled = state.doubt.is_none_or(|doubt| doubt.left + SETTLED <= STABLE);
        if state.to_set_back != SetBack::Nothing && has_settled {
            let others = u64::try_from(set_back().await?).unwrap_or(0);
            self.set_back(state.to_set_back, others).await?;
            state.to_set_back = SetBack::Nothing;
        }
        Ok(state.doubt)
    }

    fn is_time(&self, state: &State) -> bool {
        let Some(last) = &state.last else { return true };
        let now = self.read();
        let every = if state.doubt.is_some() { NOTED_IN_DOUBT } else { NOTED };
        now.up.saturating_sub(last.up) >= every || is_jump(now.since(last))
    }

    fn read(&self) -> Reading {
        Reading { wall: self.store.now(), boot: self.clock.boot(), up: self.clock.uptime() }
    }

    async fn look_with(&self, state: &mut State) -> Result<Option<Doubt>, Error> {
        self.store.read_clock().await?;
        let (now, last) = (self.read(), state.last.clone());
        let this = now.clone();
        let judged = self.store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                let noted = clocks::seen_for_change(tx).await?;
                let (seen, jump) = judge(noted.as_ref(), last.as_ref(), &this);
                clocks::keep(tx, &seen).await?;
                Ok((seen, jump))
            })
        });
        let (seen, jump) = judged.await?;
        if let Some(ms) = jump {
            tracing::warn!("{}", Doubt { jump_ms: ms, left: STABLE }.said());
        }
        let before = state.doubt.is_some();
        state.doubt = Doubt::of(&seen);
        if before && state.doubt.is_none() {
            tracing::info!("The clock was stable for {}: deleting by age goes on", roughly(STABLE));
        }
        let is_back = seen.jump_ms.is_some_and(|ms| ms < 0);
        state.to_set_back = match (is_back && (jump.is_some() || state.last.is_none()), jump) {
            (true, _) => SetBack::All,
            (false, Some(_)) if state.to_set_back == SetBack::Nothing => SetBack::Waits,
            (false, _) => state.to_set_back,
        };
        state.last = Some(now);
        Ok(state.doubt)
    }

    async fn set_back(&self, what: SetBack, others: u64) -> Result<(), Error> {
        let mut rows = others + self.store.write::<_, Error, _>(|tx| Box::pin(ahead::set_back(tx))).await?;
        if what == SetBack::All {
            loop {
                match self.store.write::<_, Error, _>(|tx| Box::pin(ahead::set_sightings_back(tx))).await? {
                    0 => break,
                    more => rows += more,
                }
            }
        }
        if rows > 0 {
            tracing::warn!(
                count = rows,
                "A wrong clock had written {} into the future: set back now",
                counted(rows, "row")
            );
        }
        Ok(())
    }
}

fn is_jump(ms: i64) -> bool {
    ms.unsigned_abs() > u64::try_from(TOLERANCE.as_millis()).unwrap_or(u64::MAX)
}

/// What is to be noted now, and by how much the clock jumped since it was looked at: here at `last`, by anybody at
/// `noted`.
fn judge(noted: Option<&Seen>, last: Option<&Reading>, now: &Reading) -> (Seen, Option<i64>) {
    let before = noted.map(Reading::from);
    let since = match (last, &before) {
        (Some(last), _) => now.since(last),
        (None, Some(before)) if now.is_boot_of(before) => now.since(before),
        (None, Some(before)) => {
            let off = now.wall.0.saturating_sub(before.wall.0);
            if off < 0 || off > span_millis(ABSENT) { off } else { 0 }
        }
        (None, None) => 0,
    };
    let jump = is_jump(since).then_some(since);
    let (jump_ms, stable_ms) = match (jump, noted) {
        (Some(ms), _) => (Some(ms), 0),
        _ if now.wall < EARLIEST => (Some(now.wall.0.saturating_sub(EARLIEST.0)), 0),
        (None, Some(Seen { jump_ms: Some(ms), stable_ms, .. })) => {
            let here = last.or(before.as_ref().filter(|before| now.is_boot_of(before)));
            let up = here.map_or(0, |here| span_millis(now.up.saturating_sub(here.up)));
            // Others may have counted a part of that already.
            let wall = before.as_ref().map_or(0, |before| now.wall.0.saturating_sub(before.wall.0));
            let stable_ms = stable_ms.saturating_add(up.min(wall).max(0));
            if stable_ms < span_millis(STABLE) { (Some(*ms), stable_ms) } else { (None, 0) }
        }
        (None, _) => (None, 0),
    };
    let seen = Seen { wall_at: now.wall.0, boot: now.boot.clone(), up_ms: span_millis(now.up), jump_ms, stable_ms };
    (seen, jump)
}

#[cfg(test)]
mod tests;
