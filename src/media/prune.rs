//! Removes the parts of downloads that nobody will go on with: their job has ended, or there is none.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::domain::JobId;
use crate::store::jobs::State;
use crate::store::{Error, Pruned, Store, jobs};

/// Removes parts in `dir` whose job will not run again by itself. Files that are no part of a job stay.
pub async fn prune(store: &Store, dir: &Path) -> Result<Pruned, Error> {
    let dir = dir.to_owned();
    let parts = tokio::task::spawn_blocking(move || parts(&dir)).await.unwrap_or_default();
    let mut removed = 0;
    for (id, part) in parts {
        let found = store.read::<_, Error, _>(move |tx| Box::pin(async move { jobs::find(tx, id).await }));
        let goes_on = found.await?.is_some_and(|job| match job.state {
            State::Queued | State::Running | State::Snoozed | State::Failed => true,
            State::Done | State::Dead | State::Cancelled | State::Unknown => false,
        });
        if !goes_on
            && tokio::task::spawn_blocking(move || std::fs::remove_file(part)).await.is_ok_and(|done| done.is_ok())
        {
            removed += 1;
        }
    }
    Ok(vec![("parts", removed)])
}

/// The parts of jobs in `dir`.
fn parts(dir: &Path) -> Vec<(JobId, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let part = |path: PathBuf| {
        let name = path.file_name()?.to_str()?;
        let id = Uuid::parse_str(name.strip_suffix(".part")?).ok()?;
        Some((JobId(id), path))
    };
    entries.flatten().filter_map(|entry| part(entry.path())).collect()
}
