//! The workers: take what is due in batches, run it, hand each end over.
//!
//! A few jobs are taken ahead of the workers, so that a commit is shared by many; all of them are under lease and the
//! heartbeat renews them. What was taken ahead goes back when its lane or its kind is shut. When the house stops
//! nothing more is taken, what was taken ahead goes back at once, and what still runs when the drain is over goes
//! back too.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use tracing::{Instrument as _, Span};

use super::hands::{Hands, Held};
use super::kinds::Kinds;
use super::lease::Lease;
use super::outcome::Settled;
use super::rules::Live;
use super::run;
use super::settle::{Also, Ended};
use crate::ambient::Ambient;
use crate::domain::{Binds, Millis, Miss};
use crate::store::gates::Scope;
use crate::store::jobs::{self, Claimed, Slot, Whom};
use crate::store::{self, Store};
use crate::supervise::{Failure, Stop};

/// Jobs that one claim takes at most.
const BATCH: usize = 32;
/// Claims that are under way at once, and may share a commit.
const AT_ONCE: usize = 3;
/// How often a line that was the only one, and filled a claim, is taken from again without another look at all lines.
const REPEATS: usize = 3;
/// The pause after a claim that the store refused.
const AGAIN: Duration = Duration::from_secs(1);
/// How long a lane is held back by our own limits before one job of it tries again.
const HELD_AT_MOST: Duration = Duration::from_mins(1);
/// Why a job goes back when the house stops.
const STOPPED: &str = "given back unfinished when the service stopped";

/// Everything a worker needs.
pub(super) struct Workers {
    pub(super) rules: Arc<Live>,
    pub(super) kinds: Kinds,
    pub(super) store: Store,
    pub(super) hands: Arc<Hands>,
    pub(super) ends: mpsc::Sender<Ended>,
    pub(super) ambient: Ambient,
}

/// What a worker's loop has in its hands.
#[derive(Default)]
struct Shift {
    running: JoinSet<()>,
    ahead: VecDeque<Claimed>,
    /// The claims that are under way, and how many jobs they may bring.
    claims: JoinSet<(usize, Result<Taken, store::Error>)>,
    hoped: usize,
    /// The line that filled the last claim, and how often it may be taken from unseen.
    line: Option<(Slot, usize)>,
    /// Claims so far.
    turn: usize,
    /// Runs that ended since the last claim was answered, and how many had before that.
    ended: usize,
    pace: usize,
    /// Lanes and kinds that were shut and may still be in a claim that is under way.
    shut: Vec<(Scope, String)>,
}

/// What a claim brought, and the line if it was the only one.
#[derive(Default)]
struct Taken {
    jobs: Vec<Claimed>,
    only: Option<Slot>,
}

/// Which lines a claim may take from.
enum Among {
    /// All that stand open, whose suspects may be taken too when nobody else is in hand.
    All { alone: bool },
    /// One that was just seen.
    Line(Slot),
}

impl Shift {
    /// How many jobs to take now: enough to fill the workers and have half a batch ahead, or twice what ends while a
    /// claim is under way, so that short jobs do not wait for the disk; but not for the sake of a few.
    fn wanted(&self, workers: usize) -> usize {
        let in_hand = self.running.len() + self.ahead.len() + self.hoped;
        let room = (workers + (2 * self.pace).clamp(BATCH / 2, AT_ONCE * BATCH)).saturating_sub(in_hand);
        let provided = !self.ahead.is_empty() || self.hoped > 0;
        if provided && room < self.pace.clamp(BATCH / 2, BATCH) { 0 } else { room.min(BATCH) }
    }

    /// Keeps what a claim brought.
    fn take(&mut self, hoped: usize, taken: Result<Taken, store::Error>) -> Result<usize, store::Error> {
        self.hoped -= hoped;
        self.pace = std::mem::take(&mut self.ended);
        let Taken { jobs, only } = taken?;
        let brought = jobs.len();
        if brought < hoped || !self.shut.is_empty() {
            self.line = None;
        } else if let Some(slot) = only {
            self.line = Some((slot, REPEATS));
        }
        self.ahead.extend(jobs);
        Ok(brought)
    }

    /// What the next claim may take from.
    fn among(&mut self, alone: bool) -> Among {
        match self.line.take() {
            Some((slot, left)) => {
                self.line = if left > 1 { Some((slot.clone(), left - 1)) } else { None };
                Among::Line(slot)
            }
            None => Among::All { alone },
        }
    }
}

impl Workers {
    /// Works until the house stops.
    pub(super) async fn serve(self, stop: Stop) -> Result<(), Failure> {
        let this = Arc::new(self);
        let mut shift = Shift::default();
        let mut idle = false;
        this.hands.working.store(true, Ordering::Relaxed);
        while !stop.is_asked() {
            this.hands.turned.notify_waiters();
            this.let_go_of_shut(&mut shift).await;
            if shift.claims.len() < AT_ONCE && !idle {
                this.send_claim(&mut shift);
            }
            while shift.running.len() < this.rules.now().workers
                && let Some(job) = shift.ahead.pop_front()
            {
                let this = this.clone();
                let span = span_of(&job);
                shift.running.spawn(async move { this.run(job).await }.instrument(span));
            }
            idle = this.wait(&mut shift, &stop).await?;
            while shift.running.try_join_next().is_some() {
                shift.ended += 1;
            }
        }
        while let Some(Ok((wanted, taken))) = shift.claims.join_next().await {
            // What a failed claim may have taken comes back when its lease ends.
            let _brought = shift.take(wanted, taken);
        }
        this.drain(shift.running, shift.ahead, &stop).await
    }

    /// Lets a claim go out if there is room for it. It is under way while the workers go on.
    fn send_claim(self: &Arc<Self>, shift: &mut Shift) {
        let wanted = shift.wanted(self.rules.now().workers);
        if wanted > 0 {
            let (this, turn) = (self.clone(), shift.turn);
            let among = shift.among(shift.claims.is_empty() && !self.hands.has_last_chance());
            shift.claims.spawn(async move { (wanted, this.claim(wanted, turn, among).await) });
            shift.hoped += wanted;
            shift.turn = turn.wrapping_add(1);
        }
    }

    /// Waits until a claim is answered, a worker is free, something may be due, or the house stops; true when there is
    /// nothing to take. A bell that rings while a claim is under way is heard after it.
    async fn wait(&self, shift: &mut Shift, stop: &Stop) -> Result<bool, Failure> {
        let Shift { running, claims, ended, .. } = shift;
        let under_way = !claims.is_empty();
        let (wanted, taken) = tokio::select! {
            biased;
            () = stop.asked() => return Ok(false),
            Some(Ok(answer)) = claims.join_next(), if under_way => answer,
            () = self.hands.due.notified(), if !under_way => return Ok(false),
            Some(_) = running.join_next(), if !running.is_empty() => {
                *ended += 1;
                return Ok(false);
            }
        };
        match shift.take(wanted, taken) {
            Ok(brought) => Ok(brought == 0),
            Err(error) if error.is_fatal() => Err(error.into()),
            Err(error) => {
                tracing::warn!("No job could be taken: {error}");
                self.pause(stop).await;
                Ok(false)
            }
        }
    }

    /// Takes jobs. Whoever holds a job when the process dies is charged with it, the innocent too; so of those that one
    /// more crash makes poison only one is held at a time, and the innocent among them live to end.
    async fn claim(&self, wanted: usize, turn: usize, among: Among) -> Result<Taken, store::Error> {
        let (rules, kinds) = (self.rules.now(), self.kinds.clone());
        let last_chance = i64::from(rules.poison_crashes).saturating_sub(1).max(1);
        let rooms = self.hands.rooms(self.store.now());
        let taken = self.store.write_alone::<_, store::Error, _>(move |tx| {
            Box::pin(async move {
                let mut rooms = rooms;
                let ours = |slot: &Slot| kinds.get(&slot.kind).is_some() && rooms.get(&slot.lane) != Some(&0);
                let (slots, alone, is_look) = match among {
                    Among::Line(slot) => (vec![slot], false, false),
                    Among::All { alone } => (jobs::slots(tx, Some(last_chance)).await?, alone, true),
                };
                let slots = slots.into_iter().filter(ours);
                let (suspects, slots): (Vec<_>, Vec<_>) = slots.partition(|slot| matches!(slot.whom, Whom::From(_)));
                let only = slots.first().filter(|_| is_look && suspects.is_empty() && slots.len() == 1).cloned();
                let until = tx.now() + rules.lease;
                let mut taken = Vec::with_capacity(wanted);
                if alone && let Some(slot) = suspects.into_iter().max_by_key(|slot| slot.priority) {
                    taken.extend(jobs::take(tx, &slot, 1, &rules.owner, until).await?);
                }
                for (slot, share) in shares(slots, wanted, turn) {
                    let narrow = rooms.get(&slot.lane).copied().unwrap_or(usize::MAX);
                    let room = wanted.saturating_sub(taken.len()).min(share).min(narrow);
                    if room == 0 {
                        continue;
                    }
                    match jobs::take(tx, &slot, room, &rules.owner, until).await {
                        Ok(more) => {
                            rooms.entry(slot.lane).and_modify(|left| *left = left.saturating_sub(more.len()));
                            taken.extend(more);
                        }
                        // What was taken before may stand already, and is ours to do.
                        Err(_) if !taken.is_empty() => break,
                        Err(error) => return Err(error),
                    }
                }
                Ok(Taken { jobs: taken, only })
            })
        });
        let taken = taken.await?;
        for job in &taken.jobs {
            self.hands.hold(job, job.crashes >= last_chance);
        }
        Ok(taken)
    }

    async fn run(&self, mut job: Claimed) {
        let Some(kind) = self.kinds.get(&job.kind) else { return };
        let Some(lost) = self.hands.watch(job.id, job.fence) else { return };
        let has_progressed = Arc::new(AtomicBool::new(false));
        let lease = Lease::new(self.store.clone(), &job, has_progressed.clone(), lost);
        if let Some(outcome) = run::run(kind, &job, lease, &self.ambient).await {
            let rules = self.rules.now();
            let desk = run::Desk { rules: &rules, now: self.store.now(), ambient: &self.ambient };
            let held_until = held_until(&outcome, desk.now);
            // Who has come further since failed for the first time.
            let forgiven = if outcome.is_err() && has_progressed.load(Ordering::Relaxed) { job.attempts } else { 0 };
            job.attempts -= forgiven;
            let has_progressed = has_progressed.load(Ordering::Relaxed);
            if has_progressed {
                job.failing_since = None;
            }
            if has_progressed || outcome.is_ok() {
                self.hands.went_well(&job.lane);
            }
            let mut ended = run::end(&desk, &job, outcome);
            ended.end.attempts -= forgiven;
            tracing::debug!(class = %ended.end.class, "Job ended");
            if let Some(Also::CloseLane { lane, open_at, .. }) = &ended.also {
                self.hands.closing(lane, *open_at);
            } else if let Some(until) = held_until {
                self.hands.hold_back(&job.lane, until);
            }
            // Full means that the store is slow; waiting here is what slows the workers down. A run that is cut off
            // while it waits has no end on its way, and is given back.
            if let Ok(place) = self.ends.reserve().await {
                self.hands.ending(job.id, job.fence);
                place.send(ended);
            }
        } else {
            self.hands.lost.fetch_add(1, Ordering::Relaxed);
            tracing::warn!("Job `{}` was taken over or taken back while it ran (lease_lost)", job.id);
        }
    }

    async fn pause(&self, stop: &Stop) {
        tokio::select! {
            biased;
            () = stop.asked() => {}
            () = self.ambient.clock.sleep(AGAIN) => {}
        }
    }

    /// Gives back what was taken ahead of a lane or a kind that has been shut since, also by a claim that is under way.
    async fn let_go_of_shut(&self, shift: &mut Shift) {
        let Shift { shut, ahead, claims, line, .. } = shift;
        shut.extend(self.hands.newly_shut());
        if shut.is_empty() {
            return;
        }
        *line = None;
        let stays = |job: &Claimed| {
            !shut.iter().any(|(scope, name)| match scope {
                Scope::Lane => *name == job.lane,
                Scope::Kind => *name == job.kind,
            })
        };
        let gone: Vec<_> = ahead.iter().filter(|job| !stays(job)).map(|job| job.id).collect();
        ahead.retain(stays);
        self.give_back("given back when its lane or kind was shut", |held| gone.contains(&held.id)).await;
        if claims.is_empty() {
            shut.clear();
        }
    }

    /// Waits for what runs; what was taken ahead and what still runs when the drain is over is given back.
    async fn drain(&self, mut running: JoinSet<()>, ahead: VecDeque<Claimed>, stop: &Stop) -> Result<(), Failure> {
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
            self.hands.ending(held.id, held.fence);
            let end = run::given_back(held, self.store.now(), why);
            let _house_is_gone = self.ends.send(Ended { end, also: None }).await;
        }
    }
}

/// Until when our own limits hold the lane of a run back in this process: for as long as they said, and a minute at the
/// most, since the limits may be other ones by then.
fn held_until(outcome: &Result<Settled, Miss>, now: Millis) -> Option<Millis> {
    let wait = outcome.as_ref().err().filter(|miss| miss.binds == Binds::Lane)?.after?;
    Some(now + wait.min(HELD_AT_MOST))
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

/// What each line says that is logged while `job` runs.
fn span_of(job: &Claimed) -> Span {
    tracing::info_span!(
        "queue.job",
        job.id = %job.id,
        job.kind = job.kind,
        target.name = job.target,
        job.attempt = job.attempts + 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lone_line() -> Slot {
        Slot { lane: "l".into(), kind: "k".into(), priority: 0, whom: Whom::Everyone }
    }

    fn claimed() -> Claimed {
        let (id, text) = (uuid::Uuid::nil(), String::new);
        let counts = [0; 6];
        let [priority, attempts, attempts_max, crashes, snoozes, fence] = counts;
        let failing_since = None;
        let (kind, key, lane, payload, progress) = (text(), text(), text(), text(), None);
        Claimed {
            id,
            kind,
            key,
            target: String::new(),
            lane,
            payload,
            priority,
            attempts,
            attempts_max,
            crashes,
            snoozes,
            failing_since,
            fence,
            progress,
        }
    }

    /// The shift after a claim of one job that was answered with `jobs`, and `shut` lanes.
    fn shift(jobs: usize, shut: usize) -> Shift {
        let mut shift = Shift { hoped: 1, shut: vec![(Scope::Lane, "l".into()); shut], ..Shift::default() };
        let taken = Taken { jobs: vec![claimed(); jobs], only: Some(lone_line()) };
        assert_eq!(shift.take(1, Ok(taken)).ok(), Some(jobs));
        shift
    }

    #[test]
    fn a_lone_line_that_filled_a_claim_is_taken_from_a_few_times_before_the_next_look() {
        let mut shift = shift(1, 0);
        let unseen = (0..9).take_while(|_| matches!(shift.among(true), Among::Line(line) if line == lone_line()));
        assert_eq!(unseen.count(), REPEATS);
    }

    #[test]
    fn a_line_that_ran_out_or_may_be_shut_is_looked_at_again() {
        assert!(matches!(shift(0, 0).among(true), Among::All { alone: true }));
        assert!(matches!(shift(1, 1).among(false), Among::All { alone: false }));
    }
}
