//! Taking new settings over while running: whole or not at all.
//!
//! SIGHUP, a saved file and the API go one way. A refusal changes nothing and shows in the log, a metric, `/readyz`,
//! systemd's status and an alarm, until a good file is read.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::Watcher;
use tokio::sync::mpsc;

use crate::ambient::Clock;
use crate::config::{self, Current, Sources};
use crate::observe::Metrics;
use crate::observe::metric::CONFIG_RELOADS;
use crate::store::Refusals;
use crate::supervise::{Failure, Stop};
use crate::target::Targets;

/// An editor writes a file in several steps; this long after the last of them it is read.
const SETTLE: Duration = Duration::from_millis(300);

/// What settings are read from again.
#[derive(Clone)]
pub(super) struct Origin {
    /// The folder.
    pub dir: PathBuf,
    /// The environment at the start.
    pub env: BTreeMap<String, String>,
    /// The flags at the start.
    pub flags: Vec<(String, String)>,
}

/// Follows the settings.
#[derive(Clone)]
pub(super) struct Reloader {
    /// Where they come from.
    pub(super) origin: Origin,
    /// Where they go.
    pub(super) current: Current,
    /// Where it is counted.
    pub(super) metrics: Metrics,
    /// Time.
    pub(super) clock: Clock,
    /// What else follows a change.
    pub(super) apply: Arc<dyn Fn(&config::Config) + Send + Sync>,
    /// The queue file beside the settings.
    pub(super) targets: Targets,
    /// The refusal that stands.
    pub(super) refusals: Refusals,
    /// The files before they were read first.
    pub(super) seen: Stamps,
}

/// What tells whether a file in a folder was saved meanwhile: its name, which it is, when it was written, its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamps(BTreeSet<(OsString, u64, i64, i64, u64)>);

impl Stamps {
    /// Of the files in `dir` that settings stand in.
    pub(super) fn of(dir: &Path) -> Self {
        let files = std::fs::read_dir(dir).into_iter().flatten().flatten().filter(|entry| is_settings(&entry.path()));
        let stamp = |entry: std::fs::DirEntry| {
            let seen = std::fs::metadata(entry.path()).ok()?;
            Some((entry.file_name(), seen.ino(), seen.mtime(), seen.mtime_nsec(), seen.len()))
        };
        Self(files.filter_map(stamp).collect())
    }
}

impl Reloader {
    /// Reads the settings and the queue file again and takes each over, or refuses it whole; gives what a person should
    /// hear.
    pub(super) async fn reload(&self) -> Result<String, String> {
        let settings = self.reload_settings().await;
        // The targets name profiles, so they are looked at after the settings.
        let queue = self.targets.take_over().await;
        match (settings, queue) {
            (Ok(said), Ok(None)) => Ok(said),
            (Ok(said), Ok(Some(queue))) => Ok(format!("{said}; {queue}")),
            (Err(said), Ok(_)) | (Ok(_), Err(said)) => Err(said),
            (Err(said), Err(queue)) => Err(format!("{said}\n{queue}")),
        }
    }

    async fn reload_settings(&self) -> Result<String, String> {
        let origin = self.origin.clone();
        let read = move || config::check(&Sources::read(&origin.dir, origin.env, origin.flags));
        let checked = tokio::task::spawn_blocking(read).await.map_err(|e| e.to_string())?;
        match checked {
            Ok(checked) => {
                let reloaded = config::reload(&self.current.now(), checked.config);
                (self.apply)(&reloaded.config);
                self.current.replace(reloaded.config);
                self.metrics.add(CONFIG_RELOADS, ["applied"], 1);
                self.refusals.note(None).await;
                let mut said = "settings taken over".to_owned();
                if !reloaded.needs_restart.is_empty() {
                    said = format!("{said}; these wait for a restart: {}", reloaded.needs_restart.join(" "));
                }
                tracing::info!("{said}");
                Ok(said)
            }
            Err(problems) => {
                let said = problems.to_string();
                self.metrics.add(CONFIG_RELOADS, ["refused"], 1);
                tracing::error!("The saved settings are refused and the old ones stay: {said}");
                self.refusals.note(Some(&said)).await;
                Err(said)
            }
        }
    }

    /// Watches the folder and reads the settings again when a file in it is saved.
    pub(super) async fn watch(self, stop: Stop) -> Result<(), Failure> {
        let (bell, mut saved) = mpsc::channel(1);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let touches = |event: &notify::Event| !event.kind.is_access() && event.paths.iter().any(|p| is_settings(p));
            if event.as_ref().is_ok_and(touches) {
                // A full bell rings already.
                let _rings_already = bell.try_send(());
            }
        })?;
        watcher.watch(&self.origin.dir, notify::RecursiveMode::NonRecursive)?;
        // What was saved before anybody watched.
        if Stamps::of(&self.origin.dir) != self.seen {
            let _said_already = self.reload().await;
        }
        loop {
            tokio::select! {
                biased;
                () = stop.asked() => return Ok(()),
                rung = saved.recv() => if rung.is_none() { return Err("the watcher of the settings ended".into()) },
            }
            self.clock.sleep(SETTLE).await;
            while saved.try_recv().is_ok() {}
            let _said_already = self.reload().await;
        }
    }
}

fn is_settings(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml")
}
