//! What a person should know of the house, looked at again and again: what is wrong opens an alarm, its end closes it.

use std::time::Duration;

use crate::config::{Current, parse_cron, parse_zone};
use crate::domain::{AlarmName, Millis};
use crate::observe::Metrics;
use crate::queue::slot_before_last;
use crate::store::alarms::Severity;
use crate::store::conditions::{self, Condition};
use crate::store::disk::Seen;
use crate::store::{Doubt, Error, Store, clocks};
use crate::supervise::{State, Status};
use crate::vault::Credentials;

/// How long a backup may take.
const BACKING_UP: Duration = Duration::from_hours(1);

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
        seen: &std::io::Result<Seen>,
        doubt: Option<Doubt>,
        tasks: &[Status],
    ) -> Result<Vec<Condition>, Error> {
        let limit = self.current.now().store.wal_limit_mib << 20;
        let mut all =
            vec![conditions::wal(&self.store, limit), conditions::skew(&self.store), conditions::jumped(doubt)];
        all.extend(self.backup(doubt).await?);
        all.extend(self.credentials.conditions(&self.metrics).await?);
        all.extend(conditions::disk(seen));
        all.extend(tasks.iter().map(task));
        Ok(all)
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
        let said = || format!("no backup was made since {made}, though `backup.at` is \"{}\"", settings.at);
        Ok(Some(Condition::new(AlarmName::BackupOverdue, "database", Severity::Critical, late.then(said))))
    }
}

fn task(status: &Status) -> Condition {
    let bad = matches!(status.state, State::Waiting | State::Failed);
    let said = || status.last_error.clone().unwrap_or_else(|| "it ended".to_owned());
    Condition::new(AlarmName::TaskRestarting, status.name, Severity::Warning, bad.then(said))
}
