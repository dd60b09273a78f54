//! Recurring work: one job per slot, whatever happens to the process, the node or the clock.
//!
//! A slot is a moment that a cron line names in a time zone. Its text stands in the job's key, and the schedule's row
//! only moves forward, by compare-and-swap in the transaction that queues the job: two nodes, a restart and a clock
//! that runs back all meet one of the two. When slots were missed, the latest of them is run once and the others are
//! counted in the log; with [`Late::Skip`] even that one waits for its next turn. A row further in the future than
//! clocks may differ was written by a wrong clock: it is set back to the present. A slot that ran already does not run
//! again, because its key is taken.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::ask::{Ask, AskError, Asked};
use super::calendar::{Late, Schedule, key, next, slots_between};
use super::handle::Queue;
use crate::domain::Millis;
use crate::domain::amount::counted;
use crate::store::{self, Store, ahead, schedules};
use crate::supervise::{Failure, Restart, Stop, Supervisor};

/// A slot this young is on time, not late.
const ON_TIME: Duration = Duration::from_mins(1);
/// How often it is looked whether the clock of a shared database was set.
const LOOK: Duration = Duration::from_mins(5);

/// A schedule as people see it.
#[derive(Debug, Serialize)]
pub struct Coming {
    /// Its name.
    pub name: String,
    /// The kind of job that it queues.
    pub kind: String,
    /// Its cron line.
    pub at: String,
    /// The time zone of that line.
    pub timezone: Option<String>,
    /// When it queues its next job.
    pub next_at: Option<Millis>,
}

impl Queue {
    /// Every schedule, and when its next job is due.
    pub fn schedules(&self) -> Vec<Coming> {
        let now = self.store.now();
        let coming = |schedule: &Schedule| Coming {
            name: schedule.name.clone(),
            kind: schedule.kind.clone(),
            at: schedule.cron.pattern.to_string(),
            timezone: schedule.zone.iana_name().map(str::to_owned),
            next_at: next(&schedule.cron, &schedule.zone, now),
        };
        self.hands.schedules.get().map_or_else(Vec::new, |all| all.iter().map(coming).collect())
    }

    /// Queues a job of the schedule `name` beside those of its slots; nothing when there is no such schedule.
    pub async fn run_schedule(&self, name: &str) -> Result<Option<Asked>, AskError> {
        let all = self.hands.schedules.get();
        let Some(schedule) = all.and_then(|all| all.iter().find(|schedule| schedule.name == name)) else {
            return Ok(None);
        };
        let (kind, payload) = (schedule.kind.clone(), schedule.payload.clone());
        let key = format!("{name}@{} by hand", self.store.now());
        self.ask(Ask { kind, key, payload, priority: 0, run_at: None }).await.map(Some)
    }
}

/// Starts the task that keeps `schedules`.
pub(super) fn start(house: &Supervisor, queue: &Queue, schedules: Vec<Schedule>) {
    let (queue, schedules) = (queue.clone(), Arc::new(schedules));
    let _once = queue.hands.schedules.set(schedules.clone());
    house.spawn("queue.schedule", Restart::OnFailure, move |stop| {
        let (queue, schedules) = (queue.clone(), schedules.clone());
        async move { keep(queue, &schedules, stop).await }
    });
}

async fn keep(queue: Queue, schedules: &[Schedule], stop: Stop) -> Result<(), Failure> {
    // How far each has come, as far as this task knows; another node may be further.
    let mut reached = vec![None; schedules.len()];
    loop {
        let mut wake = None;
        for (schedule, reached) in schedules.iter().zip(&mut reached) {
            let coming = look_at(&queue, schedule, reached).await?;
            wake = wake.into_iter().chain(coming).min();
        }
        let wait = async {
            match wake {
                // On the wall clock: a step of it, either way, has everything looked at again.
                Some(at) => {
                    let left = at.since(queue.store.now());
                    let left = if queue.store.is_shared() { left.min(LOOK) } else { left };
                    queue.ambient.clock.sleep_until_or_step(queue.ambient.clock.now() + left).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = stop.asked() => return Ok(()),
            () = wait => {}
        }
    }
}

/// Queues what `schedule` owes, if anything; gives the moment of its next slot.
async fn look_at(
    queue: &Queue,
    schedule: &Schedule,
    reached: &mut Option<Millis>,
) -> Result<Option<Millis>, store::Error> {
    let now = queue.store.now();
    let coming = |from| next(&schedule.cron, &schedule.zone, from);
    let is_due = |last| ahead::is_ahead(last, now) || coming(last).is_some_and(|slot| slot <= now);
    if reached.is_none_or(is_due) {
        match catch_up(queue, &queue.store, schedule).await {
            Ok(last) => *reached = Some(last),
            Err(AskError::Store(error)) => return Err(error),
            Err(refused) => {
                // The row has not moved: the next slot is tried, and this one counts as missed.
                tracing::error!("Schedule `{}` cannot queue its job: {refused}", schedule.name);
                *reached = Some(now);
            }
        }
    }
    Ok(coming(reached.unwrap_or(now).max(now)))
}

/// Queues what `schedule` owes; gives the last slot that is dealt with.
async fn catch_up(queue: &Queue, store: &Store, schedule: &Schedule) -> Result<Millis, AskError> {
    let (this, queue_in) = (schedule.clone(), queue.clone());
    let last = store
        .write::<_, AskError, _>(move |tx| {
            Box::pin(async move {
                let now = tx.now();
                let mut last = schedules::last_slot(tx, &this.name, now).await?;
                if ahead::is_ahead(last, now) {
                    tracing::warn!(
                        "Schedule `{}` had come to {last}, which is in the future: it is set back",
                        this.name
                    );
                    schedules::reset(tx, &this.name, last, now).await?;
                    last = now;
                }
                let slots = slots_between(&this.cron, &this.zone, last, now);
                let Some(slot) = slots.last().copied() else { return Ok(last) };
                if !schedules::advance(tx, &this.name, last, slot).await? {
                    return Ok(slot);
                }
                let late = now.since(slot) > ON_TIME;
                if slots.len() > 1 || late {
                    tracing::warn!(
                        "Schedule `{}` missed {}; the catch-up rule is {:?}",
                        this.name,
                        counted(slots.len() - usize::from(!late), "slot"),
                        this.late
                    );
                }
                if late && this.late == Late::Skip {
                    return Ok(slot);
                }
                let ask = Ask {
                    kind: this.kind.clone(),
                    key: key(&this.name, &this.zone, slot),
                    payload: this.payload.clone(),
                    priority: 0,
                    run_at: None,
                };
                queue_in.ask_within(tx, ask).await?;
                Ok(slot)
            })
        })
        .await?;
    queue.wake();
    Ok(last)
}
