//! `radard backup`: copies of the database, made while it is in use, proved before they are trusted.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::desk::Desk;
use super::failure::Failure;
use super::house::{plan, refused};
use super::out::Answer;
use super::reach::{Need, Reach};
use crate::advice;
use crate::config::Places;
use crate::daemon::HouseError;
use crate::domain::amount::{counted, roughly_size};
use crate::store::backup::{BackupError, Verified, restore, verify};
use crate::store::{DirLock, Place, make_folders};

/// Commands of `radard backup`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum BackupCommand {
    /// Copy the database now, also while the daemon runs
    Create,
    /// Check that a copy is whole
    Verify {
        /// Which copy [default: the newest in DATA/backups]
        file: Option<PathBuf>,
    },
    /// Replace the database by a copy; the daemon must be stopped
    Restore {
        /// Which copy
        file: PathBuf,
    },
}

impl BackupCommand {
    /// Does it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        match self {
            Self::Create => Reach::with(desk, Need::Writing, create).await,
            Self::Verify { file } => {
                let file = match file {
                    Some(file) => file,
                    None => newest(&desk.places()?.backups())?,
                };
                let found = verify(&file).await.map_err(|error| failure(&error))?;
                Ok(Answer::done(json!(found), format!("{} is whole: {}", file.display(), describe(&found))))
            }
            Self::Restore { file } => put_back(desk, &file).await,
        }
    }
}

async fn create(reach: &Reach) -> Result<Answer, Failure> {
    let made = reach.ask("POST", "/api/v1/backups", Some(json!({}))).await?;
    let text = |key| made.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let bytes = made.get("bytes").and_then(serde_json::Value::as_u64).unwrap_or_default();
    let told = format!("made {} ({})", text("file"), roughly_size(bytes));
    Ok(Answer::done(made, told))
}

async fn put_back(desk: &Desk, file: &Path) -> Result<Answer, Failure> {
    let places = desk.places()?;
    let checked = desk.checked(&places)?;
    let Place::Sqlite(database) = plan(desk, &checked, &places).place() else {
        let failure = Failure::new("the database is on a PostgreSQL server");
        return Err(failure.advise(advice::cli::pg_restore()));
    };
    let found = verify(file).await.map_err(|error| failure(&error))?;
    let made = make_folders(&places).map_err(|source| HouseError::of_data(&places, source));
    let taken = made.and_then(|()| Ok(DirLock::take(&places.data)?));
    let _lock = taken.map_err(|error| refused(&error))?;
    let aside = restore(file, &database, &desk.ambient.clock).await.map_err(|error| failure(&error))?;
    Ok(tell_restored(&places, &found, aside.as_deref()))
}

fn tell_restored(places: &Places, found: &Verified, aside: Option<&Path>) -> Answer {
    let mut told = format!("restored {} ({})", found.file.display(), describe(found));
    if let Some(aside) = aside {
        told = format!("{told}\nthe database that was there is {}", aside.display());
    }
    let json = json!({"v": 1, "restored": found, "database": places.database(), "aside": aside});
    Answer::done(json, told)
}

fn describe(found: &Verified) -> String {
    format!("{}, step {}, {}", roughly_size(found.bytes), found.step, counted(found.jobs, "job"))
}

/// The copy with the latest time in its name.
fn newest(dir: &Path) -> Result<PathBuf, Failure> {
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let copies = files.filter(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("radard-") && file.extension().is_some_and(|ending| ending == "db")
    });
    copies.max().ok_or_else(|| {
        Failure::new(format!("there is no copy in `{}`", dir.display())).advise(advice::cli::backup_create())
    })
}

fn failure(error: &BackupError) -> Failure {
    let failure = Failure::of(error);
    match error {
        BackupError::Server => failure,
        BackupError::Store(inner) => failure.advise(inner.advice()),
        BackupError::File { .. } => failure.advise(advice::cli::backup_file()),
        BackupError::Damaged { .. } => failure.advise(advice::cli::backup_damaged()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::out::Out;
    use super::super::reach::tests::{answering, asked};
    use super::*;

    #[tokio::test]
    async fn a_made_copy_is_named_with_its_size() {
        let (reach, log) =
            answering(201, json!({"file": "/d/backups/radard-1.db", "bytes": 1536, "step": 1, "jobs": 2}));
        let answer = create(&reach).await.unwrap();
        let person = Out { json: false, quiet: false, color: false };
        assert_eq!(answer.to_stdout(person), "made /d/backups/radard-1.db (1.5 KiB)");
        assert_eq!(asked(&log), ["POST /api/v1/backups {}"]);
    }

    #[test]
    fn without_copies_there_is_no_newest() {
        let failure = newest(Path::new("/nowhere/backups")).unwrap_err();
        assert!(failure.to_text().contains("do: run `radard backup create`"), "{}", failure.to_text());
    }
}
