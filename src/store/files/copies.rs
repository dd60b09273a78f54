//! The copies of the database that lie around: those of backups, those made before a step of the schema, those that a
//! restore put aside. How long they stay, and whom they still hold.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::config::Places;
use crate::domain::Millis;
use crate::store::engine::copy::{BACKUP, BEFORE_STEP, COPIES, REPLACED, made_at, name_at};

pub use crate::store::engine::copy::is_copy;

/// What a database begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Where copies lie.
#[derive(Debug, Clone)]
pub struct Copies {
    /// The folder of backups.
    pub backups: PathBuf,
    /// The folder of the database.
    pub data: PathBuf,
}

/// A copy that may still hold what was forgotten.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Holding {
    /// The file.
    pub file: PathBuf,
    /// The first backup after this deletes it.
    pub until: Millis,
}

/// Whether somebody is in a copy: each asks one table, and a copy of an old schema may lack some.
const HOLDS: [&str; 5] = [
    "SELECT 1 FROM creator WHERE id = $1 LIMIT 1",
    "SELECT 1 FROM post WHERE creator = $1 LIMIT 1",
    "SELECT 1 FROM comment WHERE creator = $1 LIMIT 1",
    "SELECT 1 FROM listed WHERE item = $1 OR owner = $1 LIMIT 1",
    "SELECT 1 FROM room WHERE owner = $1 LIMIT 1",
];

impl Copies {
    /// Of the instance at `places`.
    pub fn of(places: &Places) -> Self {
        Self { backups: places.backups(), data: places.data.clone() }
    }

    /// Deletes copies that are older than `keep`, and all backups of a day but the last; gives how many. The last backup
    /// stays whatever its age, and so does `newest`, which was just proved. Copies with a later date than `now` stay,
    /// too: after a clock was set back they are the good ones.
    pub fn thin_out(&self, keep: Duration, now: Millis, newest: Option<&Path>) -> usize {
        let oldest = |prefix| self.dir(prefix).join(name_at(prefix, now - keep));
        let mut backups = self.named(BACKUP);
        backups.sort();
        let followed = backups.iter().zip(backups.iter().skip(1));
        let is_surplus = |(file, next): &(&PathBuf, &PathBuf)| **file < oldest(BACKUP) || day_of(file) == day_of(next);
        let surplus = followed.filter(is_surplus).map(|(file, _)| file.clone());
        let others = [BEFORE_STEP, REPLACED].into_iter();
        let others =
            others.flat_map(|prefix| self.named(prefix).into_iter().filter(move |file| *file < oldest(prefix)));
        surplus
            .chain(others)
            .filter(|file| Some(file.as_path()) != newest)
            .filter(|file| std::fs::remove_file(file).is_ok())
            .count()
    }

    /// The copies that hold `creator`, and those that cannot be read; those that stay longest come last.
    pub async fn holding(&self, creator: &str, keep: Duration) -> Vec<Holding> {
        let mut found = Vec::new();
        for prefix in COPIES {
            for file in self.named(prefix) {
                if holds(&file, creator).await {
                    let until = moment_of(prefix, &file).unwrap_or_default() + keep;
                    found.push(Holding { file, until });
                }
            }
        }
        found.sort_by_key(|holding| holding.until);
        found
    }

    fn dir(&self, prefix: &str) -> &Path {
        if prefix == REPLACED { &self.data } else { &self.backups }
    }

    /// The copies whose name begins so.
    fn named(&self, prefix: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.dir(prefix)).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .filter(|file| moment_of(prefix, file).is_some() && is_database(file))
            .collect()
    }
}

/// When this copy was made, as its name says; nothing for what is no copy of this sort.
fn moment_of(prefix: &str, file: &Path) -> Option<Millis> {
    made_at(prefix, file.file_name()?.to_str()?)
}

/// Whether a file begins as a database does. A folder, a pipe or an empty file stands for no copy.
fn is_database(file: &Path) -> bool {
    let is_file = std::fs::symlink_metadata(file).is_ok_and(|about| about.is_file());
    let mut head = [0; MAGIC.len()];
    is_file && std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == *MAGIC
}

/// The name of a copy up to its day.
fn day_of(file: &Path) -> Option<&str> {
    file.file_name()?.to_str()?.split('T').next()
}

async fn holds(file: &Path, creator: &str) -> bool {
    let options =
        SqliteConnectOptions::new().filename(file).read_only(true).immutable(true).disable_statement_logging();
    let Ok(mut db) = options.connect().await else { return true };
    let found = is_in(&mut db, creator).await;
    let _closed = db.close().await;
    found
}

async fn is_in(db: &mut SqliteConnection, creator: &str) -> bool {
    for statement in HOLDS {
        let row: Result<Option<(i64,)>, _> = sqlx::query_as(statement).bind(creator).fetch_optional(&mut *db).await;
        match row {
            Ok(None) => {}
            Err(error) if error.to_string().contains("no such table") => {}
            Ok(Some(_)) | Err(_) => return true,
        }
    }
    false
}
