//! What a person should know of the house, looked at again and again: what is wrong opens an alarm, its end closes it.

use std::time::Duration;

use crate::config::{Current, parse_cron, parse_zone};
use crate::domain::Millis;
use crate::domain::amount::roughly_size;
use crate::domain::time::roughly;
use crate::observe::{Metrics, metric};
use crate::queue::slot_before_last;
use crate::store::alarms::Severity;
use crate::store::disk::{Level, Seen};
use crate::store::{Doubt, Error, Store, clocks, vault};
use crate::supervise::{State, Status};
use crate::vault::{Credentials, can_be_sealed};

/// A database clock that is further away than this is worth an alarm.
const SKEW_MS: u64 = 2000;
/// How long a backup may take.
const BACKING_UP: Duration = Duration::from_hours(1);

/// A condition: an alarm when it holds, its end when it does not.
pub(super) type Condition = (&'static str, String, Option<(Severity, String)>);

/// Looks at what a person should know. A cheap handle.
#[derive(Clone)]
pub(super) struct Conditions {
    /// The store.
    pub(super) store: Store,
    /// The settings.
    pub(super) current: Current,
    /// The credentials, which other machines may set as well.
    pub(super) credentials: Credentials,
    /// The numbers.
    pub(super) metrics: Metrics,
}

impl Conditions {
    /// All conditions now: `seen` is what was seen of the disk, `doubt` why the clock is not trusted.
    pub(super) async fn all(
        &self,
        seen: std::io::Result<Seen>,
        doubt: Option<Doubt>,
        tasks: &[Status],
    ) -> Result<Vec<Condition>, Error> {
        let mut all = vec![self.wal(), self.skew(), jumped(doubt)];
        all.extend(self.backup(doubt).await?);
        all.extend(self.secrets().await?);
        all.extend(self.disk(seen));
        all.extend(tasks.iter().map(task));
        Ok(all)
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

    fn disk(&self, seen: std::io::Result<Seen>) -> Vec<Condition> {
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
}

fn jumped(doubt: Option<Doubt>) -> Condition {
    ("clock_jumped", "clock".to_owned(), doubt.map(|doubt| (Severity::Warning, doubt.said())))
}

fn task(status: &Status) -> Condition {
    let bad = matches!(status.state, State::Waiting | State::Failed);
    let said = status.last_error.clone().unwrap_or_else(|| "it ended".to_owned());
    ("task_restarting", status.name.to_owned(), bad.then_some((Severity::Warning, said)))
}
