//! The targets of a running house: taken over, sent out when they are due, shown, held back, run at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::ahead;
use super::changes::Changes;
use super::cost::{Costs, costs};
use super::phase::{Outlook, Phase, WaitsFor};
use super::plan::{Plan, apply, look};
use super::send::{Sent, To, send};
use super::serving::Served;
use super::spec::Spec;
use super::standing::{Standing, State, Taken, standing};
use super::times::{NEVER, next, within_hours};
use crate::ambient::Clock;
use crate::config::Target;
use crate::domain::{AlarmName, Class, Millis, Take};
use crate::observe::Metrics;
use crate::observe::metric::TARGETS;
use crate::pace::Pace;
use crate::queue::{AskError, Queue};
use crate::store::alarms::{self, Raise, Severity};
use crate::store::crawl::targets::{self, Course};
use crate::store::{self, Store, jobs};
use crate::supervise::{Failure, Stop};

/// What is sent out in one transaction.
const PAGE: i64 = 64;
/// How long nothing happens at most: what is silent is looked for this often.
const LOOK: Duration = Duration::from_mins(5);
/// After so many times of its interval without anything found a target is silent.
const SILENT_AFTER: u32 = 3;

/// What became of the order to run a target now.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The keys of the jobs that begin.
    pub jobs: Vec<String>,
    /// The keys of jobs that waited and are tried again now.
    pub hastened: Vec<String>,
    /// How the target stands behind the order.
    pub standing: Standing,
}

impl Ran {
    /// Why nothing of it runs or will run by itself, as the class of the act that is missing; nothing when something does.
    pub fn stuck(&self) -> Option<Class> {
        let is_stuck = |outlook: &Outlook| match (outlook.phase, outlook.waits_for) {
            (Phase::Paused, _) | (Phase::Waiting, Some(WaitsFor::Lane)) => Some(Class::Local),
            (Phase::Waiting, Some(WaitsFor::Login)) => Some(Class::Auth),
            (Phase::Waiting, Some(WaitsFor::Person)) => Some(Class::Risk),
            (Phase::Resting | Phase::Queued | Phase::Running | Phase::Waiting, _) => None,
        };
        let classes: Option<Vec<Class>> = self.standing.takes.iter().map(|taken| is_stuck(&taken.outlook)).collect();
        let classes = classes?;
        let first = [Class::Auth, Class::Risk].into_iter().find(|class| classes.contains(class));
        first.or_else(|| classes.first().copied())
    }

    /// What becomes of `taken`, which is one of its takes, in a sentence.
    pub fn told(&self, taken: &Taken, now: Millis) -> String {
        let is_in = |keys: &[String]| taken.course.job.as_ref().is_some_and(|key| keys.contains(key));
        if is_in(&self.jobs) && taken.outlook.phase == Phase::Queued {
            "a round begins".to_owned()
        } else if is_in(&self.hastened) && taken.outlook.next_request_at.is_none() {
            "its round is tried again now".to_owned()
        } else {
            taken.outlook.say(now)
        }
    }
}

/// What a desk works with.
#[derive(Clone)]
pub struct Around {
    /// Where targets stand.
    pub store: Store,
    /// Where rounds go.
    pub queue: Queue,
    /// What rounds cost.
    pub pace: Pace,
    /// The clock.
    pub clock: Clock,
    /// The numbers.
    pub metrics: Metrics,
    /// Who does the rounds.
    pub served: Served,
    /// Tells running rounds that targets have changed.
    pub changes: Changes,
}

/// A cheap handle; clones share what wakes it.
#[derive(Clone)]
pub struct Desk {
    around: Around,
    changed: Arc<Notify>,
}

impl Desk {
    /// Over the targets in the store of `around`.
    pub fn new(around: Around) -> Self {
        Self { around, changed: Arc::default() }
    }

    /// What taking `wanted` over would change, and what that costs.
    pub async fn look(&self, wanted: Vec<Target>) -> Result<(Plan, Costs), store::Error> {
        let (pace, served) = (self.around.pace.clone(), self.around.served.clone());
        let looked = self.around.store.read::<_, store::Error, _>(move |tx| {
            Box::pin(async move {
                let plan = look(tx, &wanted).await?;
                let costs = costs(tx, &served, &plan, &pace).await?;
                Ok((plan, costs))
            })
        });
        looked.await
    }

    /// Sets next rounds back that lie further in the future than their schedule gives; gives how many.
    pub async fn set_back(&self) -> Result<usize, store::Error> {
        let count = ahead::set_back(&self.around.store).await?;
        self.around.changes.add();
        self.changed.notify_one();
        Ok(count)
    }

    /// The moment that all of this counts from.
    pub fn now(&self) -> Millis {
        self.around.store.now()
    }

    /// Takes `wanted` over.
    pub async fn apply(&self, wanted: Vec<Target>) -> Result<Plan, store::Error> {
        let served = self.around.served.clone();
        let applied = self
            .around
            .store
            .write::<_, store::Error, _>(move |tx| Box::pin(async move { apply(tx, &served, &wanted).await }));
        let plan = applied.await?;
        self.around.queue.stop_runs(&plan.stopped);
        self.around.changes.add();
        self.changed.notify_one();
        self.around.queue.wake();
        Ok(plan)
    }

    /// Sends out what is due until it is asked to stop.
    pub async fn serve(&self, stop: Stop) -> Result<(), Failure> {
        let mut looked_at = Duration::ZERO;
        loop {
            while self.send_due().await? {}
            if looked_at.is_zero() || self.around.clock.steady().saturating_sub(looked_at) >= LOOK {
                looked_at = self.around.clock.steady().max(Duration::from_millis(1));
                let served = self.around.served.clone();
                let all = self.around.store.read::<_, store::Error, _>(move |tx| {
                    Box::pin(async move { standing(tx, &served, None, None).await })
                });
                let all = all.await?;
                self.show_numbers(&all);
                self.look_for_silence(all).await?;
            }
            let due =
                self.around.store.read::<_, store::Error, _>(|tx| Box::pin(async move { targets::next_due(tx).await }));
            let wait = due.await?.map_or(LOOK, |at| at.since(self.around.store.now()).min(LOOK));
            tokio::select! {
                biased;
                () = stop.asked() => return Ok(()),
                () = self.changed.notified() => {}
                () = self.around.clock.sleep(wait) => {}
            }
        }
    }

    /// Sends out a page of what is due; true when there may be more.
    async fn send_due(&self) -> Result<bool, AskError> {
        let (queue, served) = (self.around.queue.clone(), self.around.served.clone());
        let sent = self.around.store.write::<_, AskError, _>(move |tx| {
            Box::pin(async move {
                let due = targets::due(tx, PAGE).await?;
                for course in &due {
                    send(tx, To { queue: &queue, served: &served }, course, None).await?;
                }
                Ok(due.len())
            })
        });
        let sent = sent.await?;
        if sent > 0 {
            self.around.queue.wake();
        }
        Ok(i64::try_from(sent).is_ok_and(|sent| sent == PAGE))
    }

    /// Raises an alarm about each part of a target that used to find something and finds nothing any more.
    async fn look_for_silence(&self, all: Vec<Standing>) -> Result<(), store::Error> {
        let now = self.around.store.now();
        let mut silent = Vec::new();
        for Standing { target, takes, .. } in all {
            let Some(spec) = Spec::read(&target.said) else { continue };
            // A round that is under way may yet find something, however long it waits.
            let is_new = |taken: &Taken| taken.course.silent_at.is_none() && taken.outlook.phase == Phase::Resting;
            let takes = takes.into_iter().filter(|taken| is_new(taken) && is_silent(&spec, &taken.course, now));
            silent.extend(takes.map(|taken| taken.course));
        }
        if silent.is_empty() {
            return Ok(());
        }
        let raised = self.around.store.write::<_, store::Error, _>(move |tx| {
            Box::pin(async move {
                for course in &silent {
                    targets::silent(tx, &course.target, &course.take).await?;
                    alarms::raise(tx, &silence(course)).await?;
                }
                Ok(())
            })
        });
        raised.await
    }

    /// How each target stands, or one of them alone.
    pub async fn list(&self, name: Option<String>) -> Result<Vec<Standing>, store::Error> {
        let (pace, served) = (self.around.pace.clone(), self.around.served.clone());
        let read = self.around.store.read::<_, store::Error, _>(move |tx| {
            Box::pin(async move { standing(tx, &served, Some(&pace), name.as_deref()).await })
        });
        read.await
    }

    fn show_numbers(&self, all: &[Standing]) {
        for state in State::ALL {
            let count = all.iter().flat_map(|of| &of.takes).filter(|taken| taken.state == state).count();
            self.around.metrics.set(TARGETS, [state.as_str()], u64::try_from(count).unwrap_or(u64::MAX));
        }
    }

    /// Takes everything of `name` now: begins rounds, and tries again what waits for its next attempt. What waits for a
    /// limit or a person goes on waiting. Gives nothing when there is no such target.
    pub async fn run(&self, name: String) -> Result<Option<Ran>, AskError> {
        let (queue, pace, served) = (self.around.queue.clone(), self.around.pace.clone(), self.around.served.clone());
        let ran = self.around.store.write::<_, AskError, _>(move |tx| {
            Box::pin(async move {
                let Some(mut before) = standing(tx, &served, None, Some(&name)).await?.pop() else { return Ok(None) };
                // Comments come last, so that they see whether posts begin.
                before.takes.sort_by_key(|taken| taken.course.take == Take::Comments.as_str());
                let (mut begun, mut hastened) = (Vec::new(), Vec::new());
                for Taken { course, outlook, kind, .. } in &before.takes {
                    match (outlook.phase, outlook.waits_for) {
                        (Phase::Resting, _) | (Phase::Waiting, Some(WaitsFor::Posts)) => {
                            let to = To { queue: &queue, served: &served };
                            if let Sent::Begun(key) = send(tx, to, course, Some(course.next_at)).await? {
                                begun.push(key);
                            }
                        }
                        (Phase::Waiting, Some(WaitsFor::Network | WaitsFor::Retry | WaitsFor::Local)) => {
                            if let Some(key) = &course.job
                                && jobs::hasten(tx, kind, key).await?
                            {
                                hastened.push(key.clone());
                            }
                        }
                        (Phase::Queued | Phase::Running | Phase::Paused | Phase::Waiting, _) => {}
                    }
                }
                let after = standing(tx, &served, Some(&pace), Some(&name)).await?.pop();
                Ok(after.map(|standing| Ran { jobs: begun, hastened, standing }))
            })
        });
        let ran = ran.await?;
        self.around.queue.wake();
        self.around.changes.add();
        self.changed.notify_one();
        Ok(ran)
    }

    /// Holds `name` back, or lets it go on at once; false when there is no such target.
    pub async fn hold(&self, name: String, is_held: bool) -> Result<bool, store::Error> {
        let served = self.around.served.clone();
        let held = self.around.store.write::<_, store::Error, _>(move |tx| {
            Box::pin(async move {
                if !targets::pause(tx, &name, is_held).await? {
                    return Ok(false);
                }
                let target = targets::target(tx, &name).await?;
                let spec = target.and_then(|target| Spec::read(&target.said)).filter(|spec| !spec.paused && !is_held);
                let at = spec.map_or(NEVER, |spec| within_hours(&spec, tx.now()));
                targets::hold(tx, &name, at).await?;
                if at != NEVER {
                    let courses = targets::courses(tx).await?;
                    for course in courses.iter().filter(|course| course.target == name) {
                        if let Some(key) = &course.job {
                            jobs::hasten(tx, served.kind_of(&course.take), key).await?;
                        }
                    }
                }
                Ok(true)
            })
        });
        let held = held.await?;
        self.around.changes.add();
        self.changed.notify_one();
        self.around.queue.wake();
        Ok(held)
    }
}

/// Whether nothing was found for a few times of the interval.
fn is_silent(spec: &Spec, course: &Course, now: Millis) -> bool {
    let Some(yielded) = course.yielded_at.map(Millis) else { return false };
    // Three rounds ahead of when it last found something; it is late with the third by one more.
    let overdue = (0..SILENT_AFTER).fold(yielded, |at, _| next(spec, at));
    now > next(spec, overdue)
}

fn silence(course: &Course) -> Raise {
    let said = course.said.as_deref().unwrap_or("its rounds end well and find nothing");
    Raise {
        name: AlarmName::TargetSilent,
        subject: course.name().to_string(),
        severity: Severity::Warning,
        class: course.class.unwrap_or(Class::Ok),
        detail: format!("it used to find something and finds nothing any more: {said}"),
    }
}
