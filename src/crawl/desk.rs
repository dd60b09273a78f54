//! The targets of a running house: taken over, sent out when they are due, shown, held back, run at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::ahead;
use super::alarm::SILENT;
use super::cost::{Costs, costs};
use super::forget::{Forgotten, forget};
use super::plan::{Plan, apply, look};
use super::spec::Spec;
use super::standing::{Standing, State, standing};
use super::times::{NEVER, next, open};
use crate::ambient::Clock;
use crate::config::Target;
use crate::domain::{Class, Millis};
use crate::observe::Metrics;
use crate::observe::metric::TARGETS;
use crate::pace::Pace;
use crate::queue::{Ask, AskError, Queue};
use crate::store::alarms::{self, Raise, Severity};
use crate::store::crawl::targets::{self, Course};
use crate::store::{self, Store, Tx, jobs};
use crate::supervise::{Failure, Stop};

/// What is sent out in one transaction.
const PAGE: i64 = 64;
/// How long nothing happens at most: what is silent is looked for this often.
const LOOK: Duration = Duration::from_mins(5);
/// After so many times of its interval without anything found a target is silent.
const SILENT_AFTER: u32 = 3;

/// A cheap handle; clones share what wakes it.
#[derive(Clone)]
pub struct Desk {
    store: Store,
    queue: Queue,
    pace: Pace,
    clock: Clock,
    metrics: Metrics,
    changed: Arc<Notify>,
}

impl Desk {
    /// Over the targets in `store`, whose rounds go to `queue` and cost what `pace` says.
    pub fn new((store, queue, pace): (Store, Queue, Pace), clock: Clock, metrics: Metrics) -> Self {
        Self { store, queue, pace, clock, metrics, changed: Arc::default() }
    }

    /// What taking `wanted` over would change, and what that costs.
    pub async fn look(&self, wanted: Vec<Target>) -> Result<(Plan, Costs), store::Error> {
        let pace = self.pace.clone();
        let looked = self.store.read::<_, store::Error, _>(move |tx| {
            Box::pin(async move {
                let plan = look(tx, &wanted).await?;
                let costs = costs(tx, &plan, &pace).await?;
                Ok((plan, costs))
            })
        });
        looked.await
    }

    /// Forgets all that is known of `creator`; gives the name of the target instead that follows them.
    pub async fn forget(&self, creator: &str) -> Result<Result<Forgotten, String>, store::Error> {
        forget(&self.store, creator).await
    }

    /// Sets next rounds back that lie further in the future than their schedule gives; gives how many.
    pub async fn set_back(&self) -> Result<usize, store::Error> {
        let count = ahead::set_back(&self.store).await?;
        self.changed.notify_one();
        Ok(count)
    }

    /// The moment that all of this counts from.
    pub fn now(&self) -> Millis {
        self.store.now()
    }

    /// Takes `wanted` over.
    pub async fn apply(&self, wanted: Vec<Target>) -> Result<Plan, store::Error> {
        let applied =
            self.store.write::<_, store::Error, _>(move |tx| Box::pin(async move { apply(tx, &wanted).await }));
        let plan = applied.await?;
        self.changed.notify_one();
        Ok(plan)
    }

    /// Sends out what is due until it is asked to stop.
    pub async fn serve(&self, stop: Stop) -> Result<(), Failure> {
        let mut looked_at = Duration::ZERO;
        loop {
            while self.send_due().await? {}
            if looked_at.is_zero() || self.clock.steady().saturating_sub(looked_at) >= LOOK {
                looked_at = self.clock.steady().max(Duration::from_millis(1));
                self.look_for_silence().await?;
                self.show_numbers().await?;
            }
            let due = self.store.read::<_, store::Error, _>(|tx| Box::pin(async move { targets::next_due(tx).await }));
            let wait = due.await?.map_or(LOOK, |at| at.since(self.store.now()).min(LOOK));
            tokio::select! {
                biased;
                () = stop.asked() => return Ok(()),
                () = self.changed.notified() => {}
                () = self.clock.sleep(wait) => {}
            }
        }
    }

    /// Sends out a page of what is due; true when there may be more.
    async fn send_due(&self) -> Result<bool, AskError> {
        let queue = self.queue.clone();
        let sent = self.store.write::<_, AskError, _>(move |tx| {
            Box::pin(async move {
                let due = targets::due(tx, PAGE).await?;
                for course in &due {
                    send(tx, &queue, course, None).await?;
                }
                Ok(due.len())
            })
        });
        let sent = sent.await?;
        if sent > 0 {
            self.queue.wake();
        }
        Ok(i64::try_from(sent).is_ok_and(|sent| sent == PAGE))
    }

    /// Raises an alarm about each part of a target that used to find something and finds nothing any more.
    async fn look_for_silence(&self) -> Result<(), store::Error> {
        let now = self.store.now();
        let (all, courses) = self.read().await?;
        let specs: HashMap<&str, Spec> =
            all.iter().filter_map(|target| Some((target.name.as_str(), Spec::read(&target.said)?))).collect();
        let is_new = |course: &Course| course.silent_at.is_none() && course.next_at != NEVER.0;
        let is_silent =
            |course: &Course| specs.get(course.target.as_str()).is_some_and(|spec| is_silent(spec, course, now));
        let silent: Vec<Course> = courses.into_iter().filter(|course| is_new(course) && is_silent(course)).collect();
        if silent.is_empty() {
            return Ok(());
        }
        let raised = self.store.write::<_, store::Error, _>(move |tx| {
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

    async fn read(&self) -> Result<(Vec<targets::Target>, Vec<Course>), store::Error> {
        let read = self.store.read::<_, store::Error, _>(|tx| {
            Box::pin(async move { Ok((targets::targets(tx).await?, targets::courses(tx).await?)) })
        });
        read.await
    }

    async fn show_numbers(&self) -> Result<(), store::Error> {
        let all =
            self.store.read::<_, store::Error, _>(|tx| Box::pin(async move { targets::courses(tx).await })).await?;
        for state in State::ALL {
            let count = all.iter().filter(|course| State::of(course) == state).count();
            self.metrics.set(TARGETS, [state.as_str()], u64::try_from(count).unwrap_or(u64::MAX));
        }
        Ok(())
    }

    /// Every target with what is taken of it, or the one of this name.
    pub async fn list(&self, name: Option<String>) -> Result<Vec<Value>, store::Error> {
        let read = self
            .store
            .read::<_, store::Error, _>(move |tx| Box::pin(async move { standing(tx, name.as_deref()).await }));
        Ok(read.await?.iter().map(Standing::to_json).collect())
    }

    /// Sends everything that is taken of `name` out now; nothing when there is no such target.
    pub async fn run(&self, name: String) -> Result<Option<Vec<String>>, AskError> {
        let queue = self.queue.clone();
        let sent = self.store.write::<_, AskError, _>(move |tx| {
            Box::pin(async move {
                let known = targets::target(tx, &name).await?.filter(|target| target.removed_at.is_none());
                if known.is_none() {
                    return Ok(None);
                }
                let mut keys = Vec::new();
                for course in targets::courses(tx).await?.iter().filter(|course| course.target == name) {
                    keys.extend(send(tx, &queue, course, Some(course.next_at)).await?);
                }
                Ok(Some(keys))
            })
        });
        let sent = sent.await?;
        self.queue.wake();
        Ok(sent)
    }

    /// Holds `name` back, or lets it go on at once; false when there is no such target.
    pub async fn hold(&self, name: String, is_held: bool) -> Result<bool, store::Error> {
        let held = self.store.write::<_, store::Error, _>(move |tx| {
            Box::pin(async move {
                if !targets::pause(tx, &name, is_held).await? {
                    return Ok(false);
                }
                let target = targets::target(tx, &name).await?;
                let spec = target.and_then(|target| Spec::read(&target.said)).filter(|spec| !spec.paused && !is_held);
                let at = spec.map_or(NEVER, |spec| open(&spec, tx.now()));
                targets::hold(tx, &name, at).await?;
                Ok(true)
            })
        });
        let held = held.await?;
        self.changed.notify_one();
        Ok(held)
    }
}

/// Sends one round out, unless the one before is still under way, and notes when the next is. With `next_at` that stays
/// as it was. Gives the key of the job.
async fn send(tx: &mut Tx, queue: &Queue, course: &Course, next_at: Option<i64>) -> Result<Option<String>, AskError> {
    let target = targets::target(tx, &course.target).await?;
    let Some(spec) = target.and_then(|target| Spec::read(&target.said)) else {
        targets::sent(tx, (&course.target, &course.take), (NEVER, None)).await?;
        return Ok(None);
    };
    let now = tx.now();
    // What stood still for long is made up for once.
    let coming = next_at.map_or_else(|| next(&spec, now), Millis);
    let before = match &course.job {
        Some(key) => jobs::find_key(tx, "crawl", key).await?,
        None => None,
    };
    if before.is_some_and(|job| !job.state().is_over()) {
        tracing::debug!("`{}/{}` is still under way, so its next round waits", course.target, course.take);
        targets::sent(tx, (&course.target, &course.take), (coming, None)).await?;
        return Ok(None);
    }
    let slot = Timestamp::from_millisecond(now.0).map(|at| at.strftime("%Y-%m-%dT%H:%M:%S").to_string());
    let key = format!("{}/{}@{}", course.target, course.take, slot.unwrap_or_default());
    let ask = Ask {
        kind: "crawl".to_owned(),
        key: key.clone(),
        payload: json!({
            "target": course.target, "take": course.take,
            "profile": course.reread_as.as_ref().unwrap_or(&course.profile), "about": spec.about(),
        }),
        priority: i32::try_from(spec.priority).unwrap_or(0),
        run_at: None,
    };
    queue.ask_within(tx, ask).await?;
    targets::sent(tx, (&course.target, &course.take), (coming, Some(&key))).await?;
    Ok(Some(key))
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
        name: SILENT,
        subject: format!("{}/{}", course.target, course.take),
        severity: Severity::Warning,
        class: course.class.as_deref().and_then(|class| class.parse().ok()).unwrap_or(Class::Ok),
        detail: format!("it used to find something and finds nothing any more: {said}"),
    }
}
