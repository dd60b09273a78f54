//! Looks at the whole house every few seconds: numbers, the disk, the clock, backups, tasks; opens and closes the alarms about them.
//!
//! Each condition is looked at again and again, so that an alarm closes by itself when its cause is gone, and a lost
//! write is made good by the next look.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::conditions::Conditions;
use super::house::House;
use super::systemd::Notifier;
use crate::ambient::Clock;
use crate::domain::amount::counted;
use crate::observe::{Metrics, metric};
use crate::pace::{Forecast, Pace};
use crate::queue::Queue;
use crate::store::alarms::Alarm;
use crate::store::conditions;
use crate::store::disk::{Disk, Level, Seen};
use crate::store::gates::Scope;
use crate::store::stops::{self, Stopped};
use crate::store::{ClockWatch, Error, Store, alarms, gates, jobs};
use crate::supervise::{Failure, Status, Stop};
use crate::target::Desk;

/// The pause between two looks, and the shorter one while the disk is not well.
const EVERY: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_secs(2);
/// Watches one house.
#[derive(Clone)]
pub(super) struct Watch {
    /// The store.
    pub(super) store: Store,
    /// The queue.
    pub(super) queue: Queue,
    /// The limits.
    pub(super) pace: Pace,
    /// The disk.
    pub(super) disk: Disk,
    /// Watches the wall clock.
    pub(super) wall: ClockWatch,
    /// What a wrong clock may have put off.
    pub(super) targets: Desk,
    /// What a person should know.
    pub(super) conditions: Conditions,
    /// The numbers.
    pub(super) metrics: Metrics,
    /// Time.
    pub(super) clock: Clock,
    /// What every task is doing.
    pub(super) tasks: Arc<dyn Fn() -> Vec<Status> + Send + Sync>,
    /// Speaks to systemd.
    pub(super) notifier: Notifier,
}

/// What one look read.
struct Rows {
    counts: Vec<jobs::Count>,
    open: Vec<Alarm>,
    gates: Vec<gates::Gate>,
    stopped: Vec<Stopped>,
    foretold: BTreeMap<String, Forecast>,
}

impl Watch {
    /// Watches `house`.
    pub(super) fn of(house: &House, notifier: Notifier) -> Self {
        Self {
            store: house.store.clone(),
            queue: house.queue.clone(),
            pace: house.pace.clone(),
            disk: house.disk.clone(),
            wall: house.clock.clone(),
            targets: house.targets.desk.clone(),
            conditions: Conditions {
                store: house.store.clone(),
                current: house.current.clone(),
                credentials: house.credentials.clone(),
                metrics: house.metrics.clone(),
            },
            metrics: house.metrics.clone(),
            clock: house.plan.ambient.clock.clone(),
            tasks: house.tasks(),
            notifier,
        }
    }

    /// Looks until the house stops.
    pub(super) async fn serve(self, stop: Stop) -> Result<(), Failure> {
        let began = self.clock.steady();
        let mut last = Totals::default();
        loop {
            let (disk, is_refused) = (self.disk.clone(), self.store.is_full());
            let seen = tokio::task::spawn_blocking(move || disk.look(is_refused)).await?;
            let level = seen.as_ref().map_or(Level::Plenty, |seen| seen.level);
            self.queue.close_door(level == Level::Full);
            self.metrics.set(metric::UP_SECONDS, [], self.clock.steady().saturating_sub(began));
            if let Err(error) = self.look(seen, &mut last).await {
                tracing::warn!("The house could not be looked at: {error}");
            }
            tokio::select! {
                biased;
                () = stop.asked() => return Ok(()),
                () = self.store.fullness_changed() => {}
                () = self.clock.sleep(if level == Level::Full { SOON } else { EVERY }) => {}
            }
        }
    }

    /// One look, for a story whose clock is not slow.
    #[cfg(test)]
    pub(super) async fn look_once(&self) -> Result<(), Error> {
        self.look(self.disk.look(self.store.is_full()), &mut Totals::default()).await
    }

    async fn look(&self, seen: std::io::Result<Seen>, last: &mut Totals) -> Result<(), Error> {
        let doubt = self.wall.tend(|| self.targets.set_back()).await?;
        let pace = self.pace.clone();
        let read = self.store.read::<_, Error, _>(|tx| {
            Box::pin(async move {
                let lanes = jobs::lanes(tx).await?;
                Ok(Rows {
                    counts: jobs::counts(tx).await?,
                    open: alarms::open(tx).await?,
                    gates: gates::list(tx).await?,
                    stopped: stops::list_by_the_wall(tx).await?,
                    foretold: pace.forecast(tx, &lanes).await?,
                })
            })
        });
        let rows = read.await?;
        self.count(&rows, last);
        let Rows { counts, open, .. } = rows;
        let of = |state| counts.iter().filter(|c| c.state == state).map(|c| c.n).sum::<i64>();
        let (waiting, running) = (of(jobs::State::Queued), of(jobs::State::Running));
        self.notifier.status(&format!("{waiting} queued, {running} running, {}", counted(open.len(), "alarm")));
        if let Ok(seen) = &seen {
            self.metrics.set(metric::DISK_FREE, [], seen.free);
        }
        let conditions = self.conditions.all(&seen, doubt, &(self.tasks)()).await?;
        conditions::settle(&self.store, conditions, &open).await
    }

    /// Puts the numbers in place.
    fn count(&self, rows: &Rows, last: &mut Totals) {
        let Rows { counts, open, gates, stopped, foretold } = rows;
        let now = self.store.now();
        let left = foretold.iter().map(|(lane, told)| ([lane.as_str()], told.drained_at.since(now)));
        self.metrics.replace(metric::LANE_DRAIN, left);
        let rows = counts.iter().map(|c| ([c.kind.as_str(), c.state.as_str()], u64::try_from(c.n).unwrap_or(0)));
        self.metrics.replace(metric::JOBS, rows);
        let mut by_severity = BTreeMap::from([("notice", 0), ("warning", 0), ("critical", 0)]);
        for alarm in open {
            *by_severity.entry(alarm.severity.as_str()).or_default() += 1;
        }
        self.metrics.replace(metric::ALARMS_OPEN, by_severity.into_iter().map(|(severity, n)| ([severity], n)));
        let closed = gates.iter().filter(|gate| gate.scope == Scope::Lane).map(|gate| ([gate.name.as_str()], 1));
        self.metrics.replace(metric::LANE_CLOSED, closed);
        let stopped = stopped.iter().filter(|stop| stop.is_breaker || stop.until > now.0);
        let stopped = stopped.map(|stop| ([stop.subject.as_str(), stop.class.as_str()], 1));
        self.metrics.replace(metric::STOPPED, stopped);
        self.metrics.set(metric::WAL_BYTES, [], self.store.wal_bytes());
        let now = Totals::read(&self.store, &self.queue, &(self.tasks)());
        self.metrics.add(metric::COMMITS, [], now.commits.saturating_sub(last.commits));
        self.metrics.add(metric::COMMIT_OPS, [], now.errands.saturating_sub(last.errands));
        self.metrics.add(metric::COMMIT_SECONDS, [], now.busy.saturating_sub(last.busy));
        self.metrics.add(metric::LEASE_LOST, [], now.lost.saturating_sub(last.lost));
        for (task, restarts) in &now.restarts {
            let before = last.restarts.get(task).copied().unwrap_or(0);
            self.metrics.add(metric::TASK_RESTARTS, [task], u64::from(restarts.saturating_sub(before)));
        }
        *last = now;
    }
}

/// Totals since the start, to tell what came since the last look.
#[derive(Default)]
struct Totals {
    commits: u64,
    errands: u64,
    busy: Duration,
    lost: u64,
    restarts: BTreeMap<&'static str, u32>,
}

impl Totals {
    fn read(store: &Store, queue: &Queue, tasks: &[Status]) -> Self {
        let counts = store.counts();
        Self {
            commits: counts.commits.load(Ordering::Relaxed),
            errands: counts.errands.load(Ordering::Relaxed),
            busy: Duration::from_micros(counts.busy_us.load(Ordering::Relaxed)),
            lost: queue.tallies().1,
            restarts: tasks.iter().map(|task| (task.name, task.restarts)).collect(),
        }
    }
}
