//! The durable queue: asked for once, run at least once, never lost, never silently stuck.
//!
//! It knows no platform. `daemon` registers kinds ([`Kinds`]) and starts the parts ([`Queue::start`]); whoever holds a
//! [`Queue`] may ask for work. The parts meet in the store and wake each other with bells that carry no data, so a
//! lost bell loses nothing:
//!
//! - `ask` answers after the commit; those who ask together share it.
//! - `work` takes what is due in batches, under lease and fence, and runs it.
//! - `settle` writes how runs ended, again in batches.
//! - `tend` renews leases, takes orphans back, lines up what falls due, throws away what is old.
//! - `schedule` queues recurring work, one job per slot.

mod ask;
mod hands;
mod job;
mod kinds;
mod lease;
mod rules;
mod run;
mod schedule;
mod settle;
mod tend;
#[cfg(test)]
mod tests;
mod work;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};

use crate::ambient::Ambient;
use crate::domain::JobId;
use crate::store::jobs::{Inserted, State};
use crate::store::{self, Store, Tx, gates, jobs};
use crate::supervise::{Restart, Supervisor};

pub use ask::{Ask, AskError, Asked};
pub use job::{Job, Miss, Settled};
pub use kinds::Kinds;
pub use lease::{Lease, Lost};
pub use rules::Rules;
pub use schedule::{Late, Schedule, slots_between};

/// A cheap handle on the queue; clones share it.
#[derive(Clone)]
pub struct Queue {
    rules: Arc<Rules>,
    kinds: Kinds,
    store: Store,
    hands: Arc<hands::Hands>,
    asking: mpsc::Sender<ask::Asking>,
    ambient: Ambient,
}

/// The receiving ends of the queue's parts: whoever starts the queue gives them to its tasks.
pub struct Inlets {
    asking: Arc<Mutex<mpsc::Receiver<ask::Asking>>>,
}

impl Queue {
    /// A queue whose parts do not run yet.
    pub fn new(rules: Rules, kinds: Kinds, store: Store, ambient: Ambient) -> (Self, Inlets) {
        let (asking, inlet) = mpsc::channel(ask::WAITING);
        let queue = Self { rules: Arc::new(rules), kinds, store, hands: Arc::default(), asking, ambient };
        (queue, Inlets { asking: Arc::new(Mutex::new(inlet)) })
    }

    /// Starts what answers those who ask. `people` should leave after those who ask.
    pub fn start_asking(&self, house: &Supervisor, inlets: &Inlets) {
        let (store, inlet) = (self.store.clone(), inlets.asking.clone());
        house.spawn("queue.ask", Restart::OnFailure, move |stop| {
            let (store, inlet) = (store.clone(), inlet.clone());
            async move { ask::serve(store, &mut *inlet.lock().await, stop).await }
        });
    }

    /// Starts the workers and what tends them, with `schedules`.
    pub fn start_working(&self, house: &Supervisor, schedules: Vec<Schedule>) {
        let (ends, inlet) = mpsc::channel(settle::WAITING);
        let inlet = Arc::new(Mutex::new(inlet));
        let (store, clock, hands) = (self.store.clone(), self.ambient.clock.clone(), self.hands.clone());
        house.spawn("queue.settle", Restart::OnFailure, move |_| {
            let (store, clock, hands, inlet) = (store.clone(), clock.clone(), hands.clone(), inlet.clone());
            async move { settle::serve(&store, &clock, &hands, &mut *inlet.lock().await).await }
        });
        let workers = work::Workers {
            rules: self.rules.clone(),
            kinds: self.kinds.clone(),
            store: self.store.clone(),
            hands: self.hands.clone(),
            ends,
            ambient: self.ambient.clone(),
        };
        let workers = std::sync::Mutex::new(Some(workers));
        house.spawn("queue.work", Restart::Never, move |stop| {
            // Taken out, so that the settling part ends when the workers have.
            let workers = workers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            async move {
                match workers {
                    Some(workers) => workers.serve(stop).await,
                    None => Ok(()),
                }
            }
        });
        self.start_tending(house);
        schedule::start(house, self, schedules);
    }

    fn start_tending(&self, house: &Supervisor) {
        let tender = tend::Tender {
            rules: self.rules.clone(),
            store: self.store.clone(),
            hands: self.hands.clone(),
            ambient: self.ambient.clone(),
        };
        let beat = tender.clone();
        house.spawn("queue.beat", Restart::OnFailure, move |stop| beat.clone().beat(stop));
        house.spawn("queue.line", Restart::OnFailure, move |stop| tender.clone().line_up(stop));
    }

    /// Asks for work; answers after it is on the disk.
    pub async fn ask(&self, ask: Ask) -> Result<Asked, AskError> {
        let new = ask::check(&self.kinds, self.rules.payload_limit, &ask, self.store.now())?;
        let later = new.run_at > self.store.now();
        let outcome = ask::submit(&self.asking, new).await?;
        self.answer(outcome, ask, later)
    }

    /// Asks for work inside a transaction of the caller: it stands or falls with it. Call [`Queue::wake`] afterwards.
    pub async fn ask_within(&self, tx: &mut Tx, ask: Ask) -> Result<Asked, AskError> {
        let new = ask::check(&self.kinds, self.rules.payload_limit, &ask, tx.now())?;
        let outcome = jobs::insert(tx, std::slice::from_ref(&new)).await?;
        let outcome = outcome.first().copied().ok_or(store::Error::Closed { act: "queue jobs" })?;
        self.answer(outcome, ask, false)
    }

    fn answer(&self, outcome: Inserted, ask: Ask, later: bool) -> Result<Asked, AskError> {
        match outcome {
            Inserted::New(id) => {
                self.hands.asked.fetch_add(1, Ordering::Relaxed);
                if later {
                    self.hands.later.notify_one();
                } else {
                    self.hands.due.notify_one();
                }
                Ok(Asked::New(id))
            }
            Inserted::Same(id) => Ok(Asked::Same(id)),
            Inserted::Clash(id) => Err(AskError::Clash { id, kind: ask.kind, key: ask.key }),
        }
    }

    /// Wakes the workers and whoever waits for what falls due.
    pub fn wake(&self) {
        self.hands.due.notify_one();
        self.hands.later.notify_one();
    }

    /// Takes a job back; gives the state it had, and whether that allowed it.
    pub async fn cancel(&self, id: JobId) -> Result<Option<(State, bool)>, store::Error> {
        let had = self.store.write::<_, store::Error, _>(move |tx| Box::pin(jobs::cancel(tx, id))).await?;
        if matches!(had, Some((_, true))) {
            self.hands.lose(id.0);
        }
        Ok(had)
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

    /// Pauses or resumes a lane or a kind.
    pub async fn pause(&self, scope: gates::Scope, name: &str, paused: bool) -> Result<(), store::Error> {
        let name = name.to_owned();
        self.store
            .write::<_, store::Error, _>(move |tx| {
                Box::pin(async move { gates::pause(tx, scope, &name, paused).await })
            })
            .await?;
        self.wake();
        Ok(())
    }

    /// One page of housekeeping; gives how many rows it touched, so that the caller knows whether to go on.
    pub async fn housekeep(&self) -> Result<usize, store::Error> {
        tend::housekeep(&self.store, &self.rules).await
    }

    /// Proves that a job could be queued and taken now.
    pub async fn prove(&self, limit: Duration) -> Result<(), String> {
        let proof = self.ambient.clock.limit(limit, self.store.prove_writable()).await;
        proof.map_err(|out| out.to_string())?.map_err(|error| error.to_string())
    }

    /// The kinds of this process.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.kinds.names()
    }

    /// The numbers it keeps to.
    pub fn rules(&self) -> &Rules {
        &self.rules
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
