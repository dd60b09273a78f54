//! The supervisor: spawns, watches, restarts, and brings everyone home.
//!
//! A task is given as a closure that makes its future, so that it can be made again. The inner future runs as a task
//! of its own; its join handle is how a panic is caught without unwinding through us.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::backoff::Backoff;
use crate::ambient::Ambient;
use crate::domain::Millis;
use crate::domain::time::roughly;

/// Why a task ended badly; its text is shown to people.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A task that kept going this long has healed: its next failure waits like a first one.
const HEALED: Duration = Duration::from_mins(2);

/// What a halted task still has to let go of what it holds.
const BREATH: Duration = Duration::from_millis(800);

/// What happens when a task ends while nobody asked it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// Start it again after a pause, however it ended.
    Always,
    /// It may end in peace; start it again after a failure.
    OnFailure,
    /// The house cannot stand without it: a failure stops the house.
    Never,
}

/// The two tokens that every task is given.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    stop: CancellationToken,
    halt: CancellationToken,
}

impl Stop {
    /// Resolves when no new work may be taken.
    pub async fn asked(&self) {
        self.stop.cancelled().await;
    }

    /// Resolves when even work in hand must be dropped.
    pub async fn halted(&self) {
        self.halt.cancelled().await;
    }

    /// Whether no new work may be taken.
    pub fn is_asked(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Asks everyone to finish.
    pub fn ask(&self) {
        self.stop.cancel();
    }

    /// Drops everything; implies [`Stop::ask`].
    pub fn halt(&self) {
        self.stop.cancel();
        self.halt.cancel();
    }
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// At work.
    Running,
    /// Ended badly, waiting to be started again.
    Waiting,
    /// Ended, as it should.
    Done,
    /// Ended badly, for good.
    Failed,
}

/// What anyone may know about a task.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Status {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: Millis,
    /// How often it was started again.
    pub restarts: u32,
    /// What ended it last.
    pub last_error: Option<String>,
}

/// How the tasks left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// Everyone finished what was in hand.
    Drained,
    /// Time ran out; the rest was dropped.
    Cut,
}

/// Owns every background task of the process.
#[derive(Debug, Clone)]
pub struct Supervisor {
    ambient: Ambient,
    stop: Stop,
    tasks: TaskTracker,
    board: Arc<Mutex<BTreeMap<&'static str, Status>>>,
    backoff: Backoff,
}

impl Supervisor {
    /// A supervisor without tasks.
    pub fn new(ambient: Ambient) -> Self {
        Self {
            ambient,
            stop: Stop::default(),
            tasks: TaskTracker::new(),
            board: Arc::default(),
            backoff: Backoff::new(Duration::from_millis(500), Duration::from_mins(1)),
        }
    }

    /// The tokens that its tasks obey.
    pub const fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Starts the task `name` and keeps it as `restart` says.
    pub fn spawn<F, R>(&self, name: &'static str, restart: Restart, make: F)
    where
        F: Fn(Stop) -> R + Send + 'static,
        R: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        self.note(name, State::Running, None);
        let house = self.clone();
        #[expect(clippy::disallowed_methods, reason = "this is the one door")]
        let _owner = tokio::spawn(self.tasks.track_future(async move { house.keep(name, restart, make).await }));
    }

    /// Starts the task `name`, which gives away what it needs and so cannot be started again: the house cannot stand
    /// without it.
    pub fn spawn_once<F, R>(&self, name: &'static str, work: F)
    where
        F: FnOnce(Stop) -> R + Send + 'static,
        R: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let work = Mutex::new(Some(work));
        self.spawn(name, Restart::Never, move |stop| {
            let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
            async move {
                match work {
                    Some(work) => work(stop).await,
                    None => Ok(()),
                }
            }
        });
    }

    async fn keep<F, R>(self, name: &'static str, restart: Restart, make: F)
    where
        F: Fn(Stop) -> R + Send + 'static,
        R: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let mut failures = 0;
        loop {
            let begun = self.ambient.clock.steady();
            let ended = self.run_once(make(self.stop.clone())).await;
            if self.ambient.clock.steady().saturating_sub(begun) > HEALED {
                failures = 0;
            }
            let Some(ended) = ended else { return self.note(name, State::Done, None) };
            let error = ended.err();
            if self.stop.is_asked() || (error.is_none() && restart != Restart::Always) {
                return self.note(name, State::Done, error);
            }
            if restart == Restart::Never {
                tracing::error!(task.name = name, "Task `{name}` failed and the house cannot stand without it");
                self.note(name, State::Failed, error);
                return self.stop.ask();
            }
            failures += 1;
            let pause = self.backoff.delay(failures, &self.ambient.entropy);
            let why = error.clone().unwrap_or_else(|| "it ended".to_owned());
            tracing::warn!(task.name = name, "Task `{name}` starts again in {}: {why}", roughly(pause));
            self.note(name, State::Waiting, error);
            tokio::select! {
                biased;
                () = self.stop.asked() => return self.note(name, State::Done, None),
                () = self.ambient.clock.sleep(pause) => {}
            }
            self.restarted(name);
        }
    }

    /// Runs one life of a task. `None` means that the house was halted meanwhile.
    async fn run_once<R>(&self, life: R) -> Option<Result<(), String>>
    where
        R: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        #[expect(clippy::disallowed_methods, reason = "this is the one door; the owner waits for it right here")]
        let mut inner = tokio::spawn(life);
        tokio::select! {
            ended = &mut inner => Some(match ended {
                Ok(ended) => ended.map_err(|e| chain(e.as_ref())),
                Err(panicked) => Err(panic_text(panicked)),
            }),
            () = self.last_breath() => {
                inner.abort();
                let _aborted = inner.await;
                None
            }
        }
    }

    /// Resolves a moment after the halt: a task that watches for it can still let go of what it holds.
    async fn last_breath(&self) {
        self.stop.halted().await;
        self.ambient.clock.sleep(BREATH).await;
    }

    /// What every task is doing, by name.
    pub fn statuses(&self) -> Vec<Status> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Asks everyone to stop, waits for `grace` of the machine's time, then drops the rest.
    pub async fn leave(&self, grace: Duration) -> Leave {
        self.stop.ask();
        self.tasks.close();
        let drained = tokio::select! {
            drained = self.ambient.clock.limit(grace, self.tasks.wait()) => drained.is_ok(),
            () = self.stop.halted() => false,
        };
        if drained {
            return Leave::Drained;
        }
        self.stop.halt();
        self.tasks.wait().await;
        Leave::Cut
    }

    fn note(&self, name: &'static str, state: State, error: Option<String>) {
        let since = self.ambient.clock.now();
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        let row = board.entry(name).or_insert(Status { name, state, since, restarts: 0, last_error: None });
        row.state = state;
        row.since = since;
        if error.is_some() {
            row.last_error = error;
        }
    }

    fn restarted(&self, name: &'static str) {
        self.note(name, State::Running, None);
        if let Some(row) = self.board.lock().unwrap_or_else(PoisonError::into_inner).get_mut(name) {
            row.restarts += 1;
        }
    }
}

/// An error and its causes on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

fn panic_text(panicked: tokio::task::JoinError) -> String {
    let Ok(payload) = panicked.try_into_panic() else { return "it was cancelled".to_owned() };
    let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    format!("it panicked: {}", text.unwrap_or_else(|| "without a word".to_owned()))
}

#[cfg(test)]
mod tests;
