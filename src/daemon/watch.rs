//! Looks at the whole house every few seconds: numbers, the disk, the clock, backups, tasks; opens and closes the alarms about them.
//!
//! Each condition is looked at again and again, so that an alarm closes by itself when its cause is gone, and a lost
//! write is made good by the next look.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::house::House;
use super::systemd::Notifier;
use crate::ambient::Clock;
use crate::config::{Current, parse_cron, parse_zone};
use crate::domain::amount::{counted, roughly_size};
use crate::domain::time::roughly;
use crate::domain::{Class, Millis};
use crate::observe::{Metrics, metric};
use crate::pace::Pace;
use crate::queue::{Queue, slot_before_last};
use crate::store::alarms::{Alarm, Raise, Severity};
use crate::store::disk::{Disk, Level, Seen};
use crate::store::stops::{self, Stopped};
use crate::store::{ClockWatch, Doubt, Error, Store, alarms, clocks, gates, jobs, vault};
use crate::supervise::{Failure, State, Status, Stop};
use crate::target::Desk;
use crate::vault::{Credentials, can_be_sealed};

/// The pause between two looks, and the shorter one while the disk is not well.
const EVERY: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_secs(2);
/// A database clock that is further away than this is worth an alarm.
const SKEW_MS: u64 = 2000;
/// How long a backup may take.
const BACKING_UP: Duration = Duration::from_hours(1);

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
    /// The settings.
    pub(super) current: Current,
    /// The credentials, which other machines may set as well.
    pub(super) credentials: Credentials,
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
type Rows<'a> = (&'a [jobs::Count], &'a [Alarm], &'a [gates::Gate], &'a [Stopped]);
/// A condition: an alarm when it holds, its end when it does not.
type Condition = (&'static str, String, Option<(Severity, String)>);

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
            current: house.current.clone(),
            credentials: house.credentials.clone(),
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
        let (counts, open, gates, stopped, foretold) = self
            .store
            .read::<_, Error, _>(|tx| {
                Box::pin(async move {
                    let (counts, open) = (jobs::counts(tx).await?, alarms::open(tx).await?);
                    let (gates, stopped) = (gates::list(tx).await?, stops::list_by_the_wall(tx).await?);
                    let lanes = jobs::lanes(tx).await?;
                    Ok((counts, open, gates, stopped, pace.forecast(tx, &lanes).await?))
                })
            })
            .await?;
        let now = self.store.now();
        let left = foretold.iter().map(|(lane, told)| ([lane.as_str()], told.drained_at.since(now)));
        self.metrics.replace(metric::LANE_DRAIN, left);
        self.count((&counts, &open, &gates, &stopped), last);
        let of = |state| counts.iter().filter(|c| c.state == state).map(|c| c.n).sum::<i64>();
        let (waiting, running) = (of(jobs::State::Queued), of(jobs::State::Running));
        self.notifier.status(&format!("{waiting} queued, {running} running, {}", counted(open.len(), "alarm")));
        let mut conditions = vec![self.wal(), self.skew(), jumped(doubt)];
        conditions.extend(self.backup(doubt).await?);
        conditions.extend(self.secrets().await?);
        conditions.extend(self.disk_conditions(seen));
        conditions.extend((self.tasks)().iter().map(task));
        self.settle(conditions, &open).await
    }

    /// Puts the numbers in place.
    fn count(&self, (counts, open, gates, stopped): Rows<'_>, last: &mut Totals) {
        let rows = counts.iter().map(|c| ([c.kind.as_str(), c.state.as_str()], u64::try_from(c.n).unwrap_or(0)));
        self.metrics.replace(metric::JOBS, rows);
        let mut by_severity = BTreeMap::from([("notice", 0), ("warning", 0), ("critical", 0)]);
        for alarm in open {
            *by_severity.entry(alarm.severity.as_str()).or_default() += 1;
        }
        self.metrics.replace(metric::ALARMS_OPEN, by_severity.into_iter().map(|(severity, n)| ([severity], n)));
        let closed = gates.iter().filter(|gate| gate.scope == "lane").map(|gate| ([gate.name.as_str()], 1));
        self.metrics.replace(metric::LANE_CLOSED, closed);
        let now = self.store.now().0;
        let stopped = stopped.iter().filter(|stop| stop.is_breaker || stop.until > now);
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

    /// Counts what is sealed, takes what other machines set, and names what does not open.
    async fn secrets(&self) -> Result<Vec<Condition>, Error> {
        let sealed = self.store.read::<_, Error, _>(|tx| Box::pin(vault::counts(tx))).await?;
        let sorts = [("current", sealed.current), ("leaving", sealed.leaving)];
        self.metrics.replace(metric::SEALED, sorts.map(|(sort, n)| ([sort], u64::try_from(n).unwrap_or(0))));
        if self.store.is_shared()
            && let Err(error) = self.credentials.refresh().await
        {
            tracing::warn!("What other machines sealed could not be read: {error}");
        }
        let shut = self.credentials.shut();
        let condition = |name: &'static str| {
            let why = shut.iter().find(|(known, _)| *known == name).map(|(_, why)| (Severity::Critical, why.clone()));
            ("secret_shut", name.to_owned(), why)
        };
        Ok(can_be_sealed().map(condition).collect())
    }

    /// Whether two backups in a row are missing. By a clock that is not trusted nobody can tell.
    async fn backup(&self, doubt: Option<Doubt>) -> Result<Option<Condition>, Error> {
        if self.store.is_shared() || doubt.is_some() {
            return Ok(None);
        }
        let Some(made) = self.store.read::<_, Error, _>(|tx| Box::pin(clocks::backup_at(tx))).await? else {
            // Nothing is known of the time before.
            self.store.write::<_, Error, _>(|tx| Box::pin(clocks::backed_up(tx))).await?;
            return Ok(None);
        };
        let settings = self.current.now().backup.clone();
        let due = |now: Millis| {
            slot_before_last(&parse_cron(&settings.at).ok()?, &parse_zone(&settings.timezone)?, now - BACKING_UP)
        };
        let late = due(self.store.now()).is_some_and(|slot| slot > made);
        let said = format!("no backup was made since {made}, though `backup.at` is \"{}\"", settings.at);
        Ok(Some(("backup_overdue", "database".to_owned(), late.then_some((Severity::Critical, said)))))
    }

    fn wal(&self) -> Condition {
        let limit = self.current.now().store.wal_limit_mib << 20;
        let bytes = self.store.wal_bytes();
        let said = format!(
            "the write-ahead log has {}; `store.wal_limit_mib` allows {}",
            roughly_size(bytes),
            roughly_size(limit)
        );
        ("wal_large", "database".to_owned(), (bytes > limit).then_some((Severity::Warning, said)))
    }

    fn skew(&self) -> Condition {
        let ms = self.store.skew_ms();
        let (off, side) = (Duration::from_millis(ms.unsigned_abs()), if ms < 0 { "behind" } else { "ahead of" });
        let said = format!("the database's clock is {} {side} this machine's", roughly(off));
        ("clock_skew", "database".to_owned(), (ms.unsigned_abs() > SKEW_MS).then_some((Severity::Warning, said)))
    }

    fn disk_conditions(&self, seen: std::io::Result<Seen>) -> Vec<Condition> {
        let seen = match seen {
            Ok(seen) => seen,
            Err(error) => {
                return vec![("disk_unknown", "data".to_owned(), Some((Severity::Warning, error.to_string())))];
            }
        };
        self.metrics.set(metric::DISK_FREE, [], seen.free);
        let (low, full) = (seen.level != Level::Plenty, seen.level == Level::Full);
        let said = seen.said();
        vec![
            ("disk_unknown", "data".to_owned(), None),
            ("disk_low", "data".to_owned(), low.then(|| (Severity::Warning, said.clone()))),
            ("disk_full", "data".to_owned(), full.then_some((Severity::Critical, said))),
        ]
    }

    /// Opens what holds and is not open, closes what is open and no longer holds.
    async fn settle(&self, conditions: Vec<Condition>, open: &[Alarm]) -> Result<(), Error> {
        let is_open = |name: &str, subject: &str| open.iter().any(|a| a.name == name && a.subject == subject);
        let changed: Vec<_> =
            conditions.into_iter().filter(|(name, subject, holds)| holds.is_some() != is_open(name, subject)).collect();
        if changed.is_empty() {
            return Ok(());
        }
        self.store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    for (name, subject, holds) in changed {
                        match holds {
                            None => drop(alarms::close(tx, name, &subject).await?),
                            Some((severity, detail)) => {
                                tracing::warn!(alarm.class = "local", "Alarm `{name}` about `{subject}`: {detail}");
                                let raise = Raise { name, subject, severity, class: Class::Local, detail };
                                alarms::raise(tx, &raise).await?;
                            }
                        }
                    }
                    Ok(())
                })
            })
            .await
    }
}

fn jumped(doubt: Option<Doubt>) -> Condition {
    ("clock_jumped", "clock".to_owned(), doubt.map(|doubt| (Severity::Warning, doubt.said())))
}

fn task(status: &Status) -> Condition {
    let bad = matches!(status.state, State::Waiting | State::Failed);
    let said = status.last_error.clone().unwrap_or_else(|| "it ended".to_owned());
    ("task_restarting", status.name.to_owned(), bad.then_some((Severity::Warning, said)))
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
