//! What this process holds: the jobs in its hands and the bells that wake its parts.
//!
//! A job can come back into the same hands before its last end was looked at, so a hold is known by its fence.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::calendar::Schedule;
use crate::domain::Millis;
use crate::observe::Metrics;
use crate::store::gates::Scope;
use crate::store::jobs::Claimed;

/// A job in these hands.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: Uuid,
    pub(super) fence: i64,
    pub(super) kind: String,
    lane: String,
    /// One more crash makes it poison; it runs while no other such job does.
    last_chance: bool,
    lost: CancellationToken,
    /// Its end is on the way to the table.
    ended: bool,
}

/// A lane from which not everything may be taken at once.
#[derive(Debug, Clone, Copy)]
enum HeldBack {
    /// Our own limits let nothing of it go now.
    ByLimits {
        /// Nothing is taken from it before then.
        until: Millis,
        /// Few are taken from it at a time before then: who waits for a turn holds a worker that others could use.
        narrow_until: Millis,
    },
    /// It was closed in the table: one job goes first when it opens, until one of the lane ends well.
    ByClosing {
        /// Everything may be taken from then on, also when nothing ended well.
        narrow_until: Millis,
    },
}

impl HeldBack {
    const fn narrow_until(&self) -> Millis {
        match self {
            Self::ByLimits { narrow_until, .. } | Self::ByClosing { narrow_until } => *narrow_until,
        }
    }
}

/// How many jobs of a lane that our limits hold back are in hand at most.
const NARROW: usize = 2;
/// How long a lane stays narrow after it was held back.
const NARROW_FOR: Duration = Duration::from_mins(1);

/// Shared by the parts of the queue.
#[derive(Debug, Default)]
pub(super) struct Hands {
    held: Mutex<HashMap<Uuid, Held>>,
    /// Something may be due now.
    pub(super) due: Notify,
    /// The workers went round.
    pub(super) turned: Notify,
    /// Something will be due later than it was thought.
    pub(super) later: Notify,
    /// Where ends and requests are counted, once the house says so.
    pub(super) metrics: OnceLock<Metrics>,
    /// Recurring work, once it is started.
    pub(super) schedules: OnceLock<Arc<Vec<Schedule>>>,
    /// Ends and leases that came too late.
    pub(super) lost: AtomicU64,
    /// Workers were started.
    pub(super) working: AtomicBool,
    /// Lanes and kinds that were shut since the workers last looked: they may have taken jobs of theirs ahead.
    shut: Mutex<Vec<(Scope, String)>>,
    /// Lanes that are held back in this process, or were a moment ago.
    held_back: Mutex<HashMap<String, HeldBack>>,
    /// Lanes whose closing is on its way to the table, one entry for each end that brings it.
    closing: Mutex<Vec<String>>,
    /// No new work is taken: the disk is full.
    pub(super) door_closed: AtomicBool,
    /// Those who wait for what they asked for.
    pub(super) asking: AtomicUsize,
    /// Jobs that were asked for and are new.
    pub(super) asked: AtomicU64,
}

impl Hands {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<Uuid, Held>) -> T) -> T {
        act(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes a job into the hands.
    pub(super) fn hold(&self, job: &Claimed, last_chance: bool) {
        let (kind, lane, lost) = (job.kind.clone(), job.lane.clone(), CancellationToken::new());
        let held = Held { id: job.id, fence: job.fence, kind, lane, last_chance, lost, ended: false };
        self.with(|all| all.insert(job.id, held));
    }

    /// Whether a job that may crash no more is in the hands.
    pub(super) fn has_last_chance(&self) -> bool {
        self.with(|all| all.values().any(|held| held.last_chance))
    }

    /// What is cancelled when the job is lost; `None` when it was lost already.
    pub(super) fn watch(&self, id: Uuid, fence: i64) -> Option<CancellationToken> {
        self.with(|all| all.get(&id).filter(|held| held.fence == fence).map(|held| held.lost.clone()))
    }

    /// The end of a job is on its way.
    pub(super) fn ending(&self, id: Uuid, fence: i64) {
        self.with(|all| {
            if let Some(held) = all.get_mut(&id).filter(|held| held.fence == fence) {
                held.ended = true;
            }
        });
    }

    pub(super) fn let_go(&self, id: Uuid, fence: i64) {
        self.take(id, |held| held.fence == fence);
    }

    /// Takes a job out of the hands; `which` tells this hold from a newer one of the same job.
    fn take(&self, id: Uuid, which: impl Fn(&Held) -> bool) -> Option<Held> {
        let gone = self.with(|all| if all.get(&id).is_some_and(which) { all.remove(&id) } else { None });
        if gone.as_ref().is_some_and(|held| held.last_chance) {
            // The next of its sort was passed over.
            self.due.notify_one();
        }
        gone
    }

    /// Jobs and their fences.
    pub(super) fn all(&self) -> Vec<(Uuid, i64)> {
        self.with(|all| all.values().map(|held| (held.id, held.fence)).collect())
    }

    /// What was cut off: in the hands, with no end on its way.
    pub(super) fn unfinished(&self) -> Vec<Held> {
        self.with(|all| all.values().filter(|held| !held.ended).cloned().collect())
    }

    /// A run was refused: its lane is to be closed until `open_at`, and until the table says so we know it.
    pub(super) fn closing(&self, lane: &str, open_at: Millis) {
        let narrow = HeldBack::ByClosing { narrow_until: open_at + NARROW_FOR };
        self.held_back.lock().unwrap_or_else(PoisonError::into_inner).insert(lane.to_owned(), narrow);
        self.closing.lock().unwrap_or_else(PoisonError::into_inner).push(lane.to_owned());
        self.shut(Scope::Lane, lane);
    }

    /// The closing of a lane is in the table, or cannot be written.
    pub(super) fn closed(&self, lane: &str) {
        let mut closing = self.closing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = closing.iter().position(|known| known == lane) {
            closing.swap_remove(at);
        }
        drop(closing);
        self.shut(Scope::Lane, lane);
    }

    /// A job of the lane ended well: if it went first after a closing, the others follow.
    pub(super) fn went_well(&self, lane: &str) {
        let mut held = self.held_back.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(held.get(lane), Some(HeldBack::ByClosing { .. })) {
            held.remove(lane);
            drop(held);
            self.due.notify_one();
        }
    }

    /// Holds a lane back until then: what a job of it met, every other would meet as well.
    pub(super) fn hold_back(&self, lane: &str, until: Millis) {
        let held = HeldBack::ByLimits { until, narrow_until: until + NARROW_FOR };
        self.held_back.lock().unwrap_or_else(PoisonError::into_inner).insert(lane.to_owned(), held);
        self.shut(Scope::Lane, lane);
        self.later.notify_one();
    }

    /// Lets lanes go that were held back: this one, or all of them.
    pub(super) fn let_lanes_go(&self, lane: Option<&str>) {
        let mut held = self.held_back.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|name, _| lane.is_some_and(|lane| lane != name));
    }

    /// When the first of the lanes that are held back is let go.
    pub(super) fn next_let_go(&self, now: Millis) -> Option<Millis> {
        let held = self.held_back.lock().unwrap_or_else(PoisonError::into_inner);
        let until = |lane: &HeldBack| match lane {
            HeldBack::ByLimits { until, .. } => Some(*until),
            HeldBack::ByClosing { .. } => None,
        };
        held.values().filter_map(until).filter(|until| *until > now).min()
    }

    /// How many jobs may be taken now from the lanes that not everything may be taken from: none where it is held back
    /// or to be closed, few where it was held back a moment ago.
    pub(super) fn rooms(&self, now: Millis) -> HashMap<String, usize> {
        let mut held = self.held_back.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, lane| lane.narrow_until() > now);
        let in_hand = |lane: &str| self.with(|all| all.values().filter(|job| job.lane == lane).count());
        let room = |(name, lane): (&String, &HeldBack)| {
            let at_once = match lane {
                HeldBack::ByLimits { until, .. } if *until > now => 0,
                HeldBack::ByLimits { .. } => NARROW,
                HeldBack::ByClosing { .. } => 1,
            };
            (name.clone(), at_once.saturating_sub(in_hand(name)))
        };
        let closing = self.closing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        held.iter().map(room).chain(closing.into_iter().map(|lane| (lane, 0))).collect()
    }

    /// Tells the workers that a lane or a kind is shut; a later claim sees that for itself.
    pub(super) fn shut(&self, scope: Scope, name: &str) {
        self.shut.lock().unwrap_or_else(PoisonError::into_inner).push((scope, name.to_owned()));
        self.due.notify_one();
    }

    /// What was shut since this was last asked.
    pub(super) fn newly_shut(&self) -> Vec<(Scope, String)> {
        std::mem::take(&mut self.shut.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells the run of a job that it is no longer ours.
    pub(super) fn lose(&self, id: Uuid, fence: i64) {
        if let Some(held) = self.take(id, |held| held.fence == fence) {
            held.lost.cancel();
        }
    }

    /// The same for a job that was taken back, whichever hold this is.
    pub(super) fn drop_run(&self, id: Uuid) {
        if let Some(held) = self.take(id, |_| true) {
            held.lost.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_that_was_told_to_wait_is_shut_then_narrow_then_like_any_other() {
        let hands = Hands::default();
        let at = |seconds: u64| Millis(0) + Duration::from_secs(seconds);
        let room = |seconds| hands.rooms(at(seconds)).get("l").copied();
        assert_eq!(room(0), None);
        hands.hold_back("l", at(10));
        assert_eq!((room(0), hands.next_let_go(at(0))), (Some(0), Some(at(10))));
        assert_eq!((room(10), hands.next_let_go(at(10))), (Some(NARROW), None));
        let text = String::new;
        let job = Claimed {
            id: Uuid::from_u128(1),
            kind: text(),
            key: text(),
            target: String::new(),
            lane: "l".into(),
            payload: text(),
            priority: 0,
            attempts: 0,
            attempts_max: 1,
            crashes: 0,
            snoozes: 0,
            failing_since: None,
            fence: 1,
            progress: None,
        };
        hands.hold(&job, false);
        assert_eq!(room(11), Some(NARROW - 1), "what is in hand counts");
        hands.let_go(job.id, 1);
        assert_eq!((room(69), room(70)), (Some(NARROW), None));
        hands.hold_back("l", at(100));
        hands.let_lanes_go(Some("l"));
        assert_eq!(room(71), None, "a person let it go");
        hands.closing("l", at(200));
        assert_eq!(room(72), Some(0), "a closing that is on its way");
        hands.closed("l");
        assert_eq!((room(199), hands.next_let_go(at(72))), (Some(1), None), "one goes first when it opens");
        hands.went_well("l");
        assert_eq!(room(201), None, "one went well, and all follow");
        hands.closing("l", at(300));
        hands.closed("l");
        assert_eq!((room(359), room(360)), (Some(1), None));
    }
}
