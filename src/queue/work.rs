//! The workers: take what is due in batches, run it, hand each end over.
//!
//! A few jobs are taken ahead of the workers, so that a commit is shared by many; all of them are under lease and the
//! heartbeat renews them. What was taken ahead goes back when its lane or its kind is shut. When the house stops
//! nothing more is taken, what was taken ahead goes back at once, and what still runs when the drain is over goes
//! back too.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::hands::{Hands, Held};
use super::kinds::Kinds;
use super::lease::Lease;
use super::rules::Live;
use super::run;
use super::settle::{Also, Ended};
use crate::ambient::Ambient;
use crate::store::gates::Scope;
use crate::store::jobs::{self, Claimed, Slot, Whom};
use crate::store::{self, Store};
use crate::supervise::{Failure, Stop};

/// Jobs that one claim takes at most.
const BATCH: usize = 32;
/// The pause after a claim that the store refused.
const AGAIN: Duration = Duration::from_secs(1);
/// Why a job goes back when the house stops.
const STOPPED: &str = "given back unfinished when the service stopped";

/// Everything a worker needs.
#[derive(Clone)]
pub(super) struct Workers {
    pub(super) rules: Arc<Live>,
    pub(super) kinds: Kinds,
    pub(super) store: Store,
    pub(super) hands: Arc<Hands>,
    pub(super) ends: mpsc::Sender<Ended>,
    pub(super) ambient: Ambient,
}

impl Workers {
    /// Works until the house stops.
    pub(super) async fn serve(self, stop: Stop) -> Result<(), Failure> {
        let mut running = JoinSet::new();
        let mut ahead: VecDeque<Claimed> = VecDeque::new();
        let mut turn = 0usize;
        self.hands.working.store(true, Ordering::Relaxed);
        while !stop.is_asked() {
            self.hands.turned.notify_waiters();
            let wanted = self.wanted(running.len(), ahead.len());
            let mut idle = wanted == 0;
            if wanted > 0 {
                match self.claim(wanted, turn).await {
                    Ok(taken) => {
                        turn = turn.wrapping_add(1);
                        idle = taken.is_empty();
                        ahead.extend(taken);
                    }
                    Err(error) if error.is_fatal() => return Err(error.into()),
                    Err(error) => {
                        tracing::warn!("No job could be taken: {error}");
                        self.pause(&stop).await;
                    }
                }
            }
            self.let_go_of_shut(&mut ahead).await;
            while running.len() < self.rules.now().workers
                && let Some(job) = ahead.pop_front()
            {
                let this = self.clone();
                running.spawn(async move { this.run(job).await });
            }
            if idle {
                self.rest(&mut running, &stop).await;
            }
            while running.try_join_next().is_some() {}
        }
        self.drain(running, ahead, &stop).await
    }

    /// How many jobs to take now: enough to fill the workers and one batch ahead, but not for the sake of a few.
    fn wanted(&self, running: usize, ahead: usize) -> usize {
        let room = (self.rules.now().workers + BATCH / 2).saturating_sub(running + ahead);
        if ahead > 0 && room < BATCH / 2 { 0 } else { room.min(BATCH) }
    }

    /// Takes jobs. Whoever holds a job when the process dies is charged with it, the innocent too; so of those that one
    /// more crash makes poison only one is held at a time, and the innocent among them live to end.
    async fn claim(&self, wanted: usize, turn: usize) -> Result<Vec<Claimed>, store::Error> {
        let (rules, kinds) = (self.rules.now(), self.kinds.clone());
        let last_chance = i64::from(rules.poison_crashes).saturating_sub(1).max(1);
        let (alone, closing) = (!self.hands.has_last_chance(), self.hands.all_closing());
        let taken = self.store.write::<_, store::Error, _>(move |tx| {
            Box::pin(async move {
                let ours = |slot: &Slot| kinds.get(&slot.kind).is_some() && !closing.contains(&slot.lane);
                let until = tx.now() + rules.lease;
                let mut taken = Vec::with_capacity(wanted);
                if alone && let Some(slot) = jobs::suspects(tx, last_chance).await?.into_iter().find(ours) {
                    taken.extend(jobs::take(tx, &slot, 1, (&rules.owner, until)).await?);
                }
                let slots = jobs::slots(tx).await?.into_iter().filter(ours);
                let slots: Vec<_> = slots.map(|slot| Slot { whom: Whom::Below(last_chance), ..slot }).collect();
                for (slot, share) in shares(slots, wanted, turn) {
                    let room = wanted.saturating_sub(taken.len()).min(share);
                    if room > 0 {
                        taken.extend(jobs::take(tx, &slot, room, (&rules.owner, until)).await?);
                    }
                }
                Ok(taken)
            })
        });
        let taken = taken.await?;
        for job in &taken {
            self.hands.hold(job, job.crashes >= last_chance);
        }
        Ok(taken)
    }

    async fn run(&self, job: Claimed) {
        let Some(kind) = self.kinds.get(&job.kind) else { return };
        let Some(lost) = self.hands.watch((job.id, job.fence)) else { return };
        let lease = Lease {
            id: job.id,
            fence: job.fence,
            key: job.key.clone(),
            attempt: job.attempts + 1,
            remembered: job.progress.clone(),
            lost,
            store: self.store.clone(),
        };
        if let Some(outcome) = run::run(kind, &job, lease, &self.ambient).await {
            let rules = self.rules.now();
            let desk = run::Desk { rules: &rules, now: self.store.now(), ambient: &self.ambient };
            let ended = run::end(&desk, &job, outcome);
            tracing::debug!(job.id = %job.id, job.kind = job.kind, class = %ended.end.class, "Job ended");
            if let Some(Also::CloseLane { lane, .. }) = &ended.also {
                self.hands.closing(lane);
            }
            // Full means that the store is slow; waiting here is what slows the workers down. A run that is cut off
            // while it waits has no end on its way, and is given back.
            if let Ok(place) = self.ends.reserve().await {
                self.hands.ending((job.id, job.fence));
                place.send(ended);
            }
        } else {
            self.hands.lost.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(job.id = %job.id, job.kind = job.kind,
                "Job `{}` was taken over or taken back while it ran (lease_lost)", job.id);
        }
    }

    /// Waits until something may be due, a worker is free, or the house stops.
    async fn rest(&self, running: &mut JoinSet<()>, stop: &Stop) {
        tokio::select! {
            biased;
            () = stop.asked() => {}
            Some(_) = running.join_next(), if !running.is_empty() => {}
            () = self.hands.due.notified() => {}
        }
    }

    async fn pause(&self, stop: &Stop) {
        tokio::select! {
            biased;
            () = stop.asked() => {}
            () = self.ambient.clock.sleep(AGAIN) => {}
        }
    }

    /// Gives back what was taken ahead of a lane or a kind that has been shut since.
    async fn let_go_of_shut(&self, ahead: &mut VecDeque<Claimed>) {
        let shut = self.hands.newly_shut();
        if shut.is_empty() {
            return;
        }
        let stays = |job: &Claimed| {
            !shut.iter().any(|(scope, name)| match scope {
                Scope::Lane => *name == job.lane,
                Scope::Kind => *name == job.kind,
            })
        };
        let gone: Vec<_> = ahead.iter().filter(|job| !stays(job)).map(|job| job.id).collect();
        ahead.retain(stays);
        self.give_back("given back when its lane or kind was shut", |held| gone.contains(&held.id)).await;
    }

    /// Waits for what runs; what was taken ahead and what still runs when the drain is over is given back.
    async fn drain(self, mut running: JoinSet<()>, ahead: VecDeque<Claimed>, stop: &Stop) -> Result<(), Failure> {
        let ahead: Vec<_> = ahead.into_iter().map(|job| job.id).collect();
        self.give_back(STOPPED, |held| ahead.contains(&held.id)).await;
        tokio::select! {
            () = async { while running.join_next().await.is_some() {} } => return Ok(()),
            () = self.ambient.clock.sleep(self.rules.now().drain) => {}
            () = stop.halted() => {}
        }
        running.abort_all();
        while running.join_next().await.is_some() {}
        self.give_back(STOPPED, |_| true).await;
        Ok(())
    }

    async fn give_back(&self, why: &str, which: impl Fn(&Held) -> bool) {
        for held in self.hands.unfinished().into_iter().filter(which) {
            self.hands.ending((held.id, held.fence));
            let end = run::given_back(held, self.store.now(), why);
            let _house_is_gone = self.ends.send(Ended { end, also: None }).await;
        }
    }
}

/// How much each line may give: lines of the highest priority share evenly, and who comes first changes each time.
fn shares(mut slots: Vec<Slot>, wanted: usize, turn: usize) -> Vec<(Slot, usize)> {
    let Some(top) = slots.iter().map(|slot| slot.priority).max() else { return Vec::new() };
    let first = slots.len();
    slots.rotate_left(turn.checked_rem(first).unwrap_or(0));
    slots.sort_by_key(|slot| std::cmp::Reverse(slot.priority));
    let tops = slots.iter().filter(|slot| slot.priority == top).count();
    let even = wanted.div_ceil(tops.max(1));
    slots.into_iter().map(|slot| (slot, even)).collect()
}
