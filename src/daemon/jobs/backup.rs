//! Copies the database into the backups folder and thins the old copies out.
//!
//! Old copies stay while the clock is not trusted: their age shows in their names alone.
//!
//! A second run makes a second copy, which harms nobody. On PostgreSQL the server's owner makes copies; the job says
//! so and is done.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::config::Current;
use crate::domain::{AlarmName, Class, Miss};
use crate::queue::{Job, Lease, Settled};
use crate::store::backup::{self, BackupError};
use crate::store::copies::Copies;
use crate::store::{ClockWatch, Error, Store, alarms};

/// Copy the database.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::daemon) struct Backup {}

/// What a copy needs.
#[derive(Clone)]
pub(in crate::daemon) struct Tools {
    /// What is copied.
    pub(in crate::daemon) store: Store,
    /// How long copies stay.
    pub(in crate::daemon) current: Current,
    /// Whether the clock is trusted.
    pub(in crate::daemon) clock: ClockWatch,
    /// Where they are.
    pub(in crate::daemon) copies: Copies,
}

impl Job for Backup {
    const KIND: &'static str = "backup";
    type Tools = Tools;

    async fn run(self, tools: &Tools, _lease: &Lease) -> Result<Settled, Miss> {
        let made = match backup::create(&tools.store, &tools.copies.backups).await {
            Ok(made) => made,
            Err(BackupError::Server) => return Ok(Settled::Done(json!({"skipped": BackupError::Server.to_string()}))),
            Err(error) => return Err(failed(tools, &error).await),
        };
        let healed =
            tools.store.write::<_, Error, _>(|tx| Box::pin(alarms::close(tx, AlarmName::BackupFailed, "database")));
        healed.await?;
        let is_trusted = tools.clock.look().await?.is_none();
        let (copies, keep, now) = (tools.copies.clone(), tools.current.now().backup.keep, tools.store.now());
        let newest = made.file.clone();
        let thin_out = move || if is_trusted { copies.thin_out(keep, now, Some(&newest)) } else { 0 };
        let thinned = tokio::task::spawn_blocking(thin_out).await.unwrap_or(0);
        tracing::info!("Database copied to `{}`", made.file.display());
        Ok(Settled::Done(json!({"file": made.file, "bytes": made.bytes, "jobs": made.jobs, "thinned": thinned})))
    }
}

async fn failed(tools: &Tools, error: &BackupError) -> Miss {
    let detail = error.to_string();
    let raise = alarms::Raise {
        name: AlarmName::BackupFailed,
        subject: "database".to_owned(),
        severity: alarms::Severity::Critical,
        class: Class::Local,
        detail: detail.clone(),
    };
    let raised = tools.store.write::<_, Error, _>(move |tx| Box::pin(async move { alarms::raise(tx, &raise).await }));
    if let Err(error) = raised.await {
        tracing::error!("The alarm about a failed backup could not be written: {error}");
    }
    match error {
        BackupError::Store(error) => error.clone().into(),
        _ => Miss::new(Class::Local, detail),
    }
}
