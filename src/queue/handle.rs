//! What the rest of the house holds of the queue: ask, take back, retry, pause.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};

use super::ask::{self, Ask, AskError, Asked};
use super::hands::Hands;
use super::job::{Job, OpenTo};
use super::kinds::Kinds;
use super::rules::{Live, Rules};
use crate::ambient::Ambient;
use crate::domain::{JobId, Millis};
use crate::observe::Metrics;
use crate::observe::metric::JOBS_ENQUEUED;
use crate::store::jobs::{Inserted, State};
use crate::store::{self, Store, Tx, gates, jobs, stops};

/// A cheap handle on the queue; clones share it.
#[derive(Clone)]
pub struct Queue {
    pub(super) rules: Arc<Live>,
    pub(super) kinds: Kinds,
    pub(super) store: Store,
    pub(super) hands: Arc<Hands>,
    asking: mpsc::Sender<ask::Asking>,
    pub(super) ambient: Ambient,
}

/// The receiving ends of the queue's parts: whoever starts the queue gives them to its tasks.
pub struct Inlets {
    pub(super) asking: Arc<Mutex<mpsc::Receiver<ask::Asking>>>,
}

/// Somebody who waits for what they asked for, beside so many others.
struct Asks<'a> {
    all: &'a AtomicUsize,
    others: usize,
}

impl<'a> Asks<'a> {
    fn enter(all: &'a AtomicUsize) -> Self {
        Self { all, others: all.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Asks<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Queue {
    /// A queue whose parts do not run yet.
    pub fn new(rules: Rules, kinds: Kinds, store: Store, ambient: Ambient) -> (Self, Inlets) {
        let (asking, inlet) = mpsc::channel(ask::WAITING);
        let queue = Self { rules: Arc::new(Live::new(rules)), kinds, store, hands: Arc::default(), asking, ambient };
        (queue, Inlets { asking: Arc::new(Mutex::new(inlet)) })
    }

    /// Counts what is asked for and how it ends in `metrics` from now on.
    pub fn count_in(&self, metrics: &Metrics) {
        let _once = self.hands.metrics.set(metrics.clone());
    }

    /// Closes or opens the door for new work: with a full disk, what is running must still be able to end.
    pub fn close_door(&self, closed: bool) {
        self.hands.door_closed.store(closed, Ordering::Relaxed);
    }

    /// Who may add jobs of this kind over the API; nothing for a kind that there is not.
    pub fn open_to(&self, kind: &str) -> Option<OpenTo> {
        self.kinds.get(kind).map(|kind| kind.open_to)
    }

    /// Asks for work; answers after it is on the disk.
    pub async fn ask(&self, ask: Ask) -> Result<Asked, AskError> {
        self.refuse_at_closed_door()?;
        let new = ask::check(&self.kinds, self.rules.now().payload_limit, &ask)?;
        let me = Asks::enter(&self.hands.asking);
        let outcome = if me.others == 0 && !self.store.is_shared() {
            ask::write_one(&self.store, new).await
        } else {
            let outcomes = ask::submit(&self.asking, vec![new]).await?;
            outcomes.first().copied().ok_or(store::Error::Closed { act: "queue jobs" })
        };
        self.answer(outcome?, ask)
    }

    /// Asks for a job of a kind that the caller knows by its type.
    pub async fn ask_for<J: Job>(&self, job: &J, key: String) -> Result<Asked, AskError> {
        let unfit = |error: serde_json::Error| AskError::Payload { kind: J::KIND.to_owned(), why: error.to_string() };
        let payload = serde_json::to_value(job).map_err(unfit)?;
        self.ask(Ask { kind: J::KIND.to_owned(), key, payload, priority: 0, run_at: None }).await
    }

    /// Asks for many at once; answers after they are on the disk, each with what became of it, in order. After an error
    /// of the store some may stand: who asks again is given the same jobs.
    pub async fn ask_all(&self, asks: Vec<Ask>) -> Result<Vec<Asked>, AskError> {
        self.refuse_at_closed_door()?;
        let limit = self.rules.now().payload_limit;
        let news = asks.iter().map(|ask| ask::check(&self.kinds, limit, ask)).collect::<Result<Vec<_>, _>>()?;
        let outcomes = ask::submit(&self.asking, news).await?;
        outcomes.into_iter().zip(asks).map(|(outcome, ask)| self.answer(outcome, ask)).collect()
    }

    /// Asks for work inside a transaction of the caller: it stands or falls with it. Call [`Queue::wake`] afterwards.
    pub async fn ask_within(&self, tx: &mut Tx, ask: Ask) -> Result<Asked, AskError> {
        let all = self.ask_all_within(tx, vec![ask]).await?;
        all.first().copied().ok_or_else(|| store::Error::Closed { act: "queue jobs" }.into())
    }

    /// The same for many, in one statement; gives what became of each in order. The first refusal refuses them all.
    pub async fn ask_all_within(&self, tx: &mut Tx, asks: Vec<Ask>) -> Result<Vec<Asked>, AskError> {
        let limit = self.rules.now().payload_limit;
        let news = asks.iter().map(|ask| ask::check(&self.kinds, limit, ask)).collect::<Result<Vec<_>, _>>()?;
        let outcomes = jobs::insert(tx, &news).await?;
        outcomes.into_iter().zip(asks).map(|(outcome, ask)| self.answer(outcome, ask)).collect()
    }

    fn refuse_at_closed_door(&self) -> Result<(), store::Error> {
        let closed = self.hands.door_closed.load(Ordering::Relaxed);
        if closed { Err(store::Error::Full { act: "queue jobs" }) } else { Ok(()) }
    }

    fn answer(&self, outcome: Inserted, ask: Ask) -> Result<Asked, AskError> {
        match outcome {
            Inserted::New(id) => {
                self.hands.asked.fetch_add(1, Ordering::Relaxed);
                if let Some(metrics) = self.hands.metrics.get() {
                    metrics.add(JOBS_ENQUEUED, [&ask.kind], 1_u64);
                }
                // With a moment of its own it may be due already, or the next to fall due: ring for both.
                if ask.run_at.is_some() {
                    self.hands.later.notify_one();
                }
                self.hands.due.notify_one();
                Ok(Asked::New(id))
            }
            Inserted::Same(id) => Ok(Asked::Same(id)),
            Inserted::Dead(id) => Ok(Asked::Dead(id)),
            Inserted::Clash(id) => Err(AskError::Clash { id, kind: ask.kind, key: ask.key }),
        }
    }

    /// Wakes the workers and whoever waits for what falls due.
    pub fn wake(&self) {
        self.hands.due.notify_one();
        self.hands.later.notify_one();
    }

    /// Something that wakes the workers as [`Queue::wake`] does and holds nothing else of the queue.
    pub fn waker(&self) -> impl Fn() + Send + Sync + 'static {
        let hands = self.hands.clone();
        move || {
            hands.due.notify_one();
            hands.later.notify_one();
        }
    }

    /// Lets jobs of `kind` that wait for a login of `who` go on: it was proved at `then`.
    pub async fn call_back(&self, kind: &'static str, who: &str, then: Millis) -> Result<usize, store::Error> {
        let who = who.to_owned();
        let called = self.store.write::<_, store::Error, _>(move |tx| {
            Box::pin(async move { jobs::call_back(tx, kind, &who, then).await })
        });
        let called = called.await?;
        if called > 0 {
            self.wake();
        }
        Ok(called)
    }

    /// Takes a job back; gives the state it had, and whether that allowed it.
    pub async fn cancel(&self, id: JobId) -> Result<Option<(State, bool)>, store::Error> {
        let had = self.store.write::<_, store::Error, _>(move |tx| Box::pin(jobs::cancel(tx, id))).await?;
        if matches!(had, Some((_, true))) {
            self.hands.drop_run(id.0);
        }
        Ok(had)
    }

    /// Stops the runs of jobs that the caller has cancelled in a transaction of its own.
    pub fn stop_runs(&self, cancelled: &[JobId]) {
        for id in cancelled {
            self.hands.drop_run(id.0);
        }
    }

    /// Gives a job another life; gives the state it had, and whether that allowed it.
    pub async fn retry(&self, id: JobId) -> Result<Option<(State, bool)>, store::Error> {
        let had = self.store.write::<_, store::Error, _>(move |tx| Box::pin(jobs::retry(tx, id))).await?;
        self.wake();
        Ok(had)
    }

    /// Gives every dead job of `kind` another life; gives how many.
    pub async fn retry_kind(&self, kind: &str) -> Result<usize, store::Error> {
        let mut revived = 0;
        loop {
            let kind = kind.to_owned();
            let page = self
                .store
                .write::<_, store::Error, _>(move |tx| Box::pin(async move { jobs::retry_kind(tx, &kind).await }));
            match page.await?.len() {
                0 => break,
                n => revived += n,
            }
        }
        self.wake();
        Ok(revived)
    }

    /// Pauses or resumes a lane or a kind. Resuming a lane also opens it when a refusal or an outage had
    /// closed it, with every lane that was closed for the same reason.
    pub async fn pause(&self, scope: gates::Scope, name: &str, paused: bool) -> Result<(), store::Error> {
        let gate = name.to_owned();
        self.store
            .write::<_, store::Error, _>(move |tx| {
                Box::pin(async move {
                    if !paused && scope == gates::Scope::Lane {
                        jobs::resume_lane(tx, &gate).await?;
                        stops::lift_lane(tx, &gate).await?;
                        gates::open(tx, &gate).await?;
                    }
                    gates::pause(tx, scope, &gate, paused).await
                })
            })
            .await?;
        if paused {
            self.hands.shut(scope, name);
        } else if scope == gates::Scope::Lane {
            self.hands.let_lanes_go(Some(name));
        }
        self.wake();
        Ok(())
    }

    /// Proves that a job could be queued and taken now: a write can begin, and the workers go round when they are woken.
    pub async fn prove(&self, limit: Duration) -> Result<(), String> {
        let mut turned = std::pin::pin!(self.hands.turned.notified());
        turned.as_mut().enable();
        self.hands.due.notify_one();
        let proof = async {
            self.store.prove_writable().await.map_err(|error| error.to_string())?;
            if self.hands.working.load(Ordering::Relaxed) {
                turned.await;
            }
            Ok(())
        };
        self.ambient.clock.limit(limit, proof).await.map_err(|out| format!("the workers {out}"))?
    }

    /// The lanes of jobs that come due within `span`.
    pub async fn soon(&self, span: Duration) -> Result<Vec<String>, store::Error> {
        let until = self.ambient.clock.now() + span;
        self.store.read::<_, store::Error, _>(move |tx| Box::pin(jobs::soon(tx, until))).await
    }

    /// The kinds of this process.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.kinds.names()
    }

    /// The numbers it keeps to now.
    pub fn rules(&self) -> Arc<Rules> {
        self.rules.now()
    }

    /// Keeps to other numbers from now on. The node, the owner and the number of workers stay until the next start.
    pub fn set_rules(&self, rules: Rules) {
        self.rules.replace(rules);
    }

    /// Lets go of the lanes that were held back: what held them may no longer hold.
    pub fn let_lanes_go(&self) {
        self.hands.let_lanes_go(None);
        self.wake();
    }

    /// Jobs in the hands of this process.
    pub fn in_hand(&self) -> usize {
        self.hands.all().len()
    }

    /// New jobs since the start, and ends or leases that came too late.
    pub fn tallies(&self) -> (u64, u64) {
        (self.hands.asked.load(Ordering::Relaxed), self.hands.lost.load(Ordering::Relaxed))
    }
}
