//! The data directory, the database in it, the disk under it, the clock, and what the database says to people.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::row::{Row, UNREAD};
use crate::advice::{self, Advice};
use crate::base::Plan;
use crate::config::LowWater;
use crate::domain::amount::roughly_size;
use crate::domain::time::roughly;
use crate::store::disk::space;
use crate::store::{Doubt, Error, MigrateError, OpenError, Store, alarms, clocks, health};

/// How far two clocks may be apart.
const APART: Duration = Duration::from_secs(2);

/// The data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// It is there.
    There {
        /// Its path.
        dir: String,
        /// Its owner.
        owner: u32,
        /// The user that asks.
        asking: u32,
        /// Its permission bits.
        mode: u32,
    },
    /// There is nothing at this path.
    Missing(String),
    /// It is no directory, or cannot be looked at: the path and why.
    Unusable(String, String),
}

/// The database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// Whole, and at this step of its schema.
    Fine(i64),
    /// There is none yet.
    NoneYet,
    /// It has to be brought to the present: the step it is at, the step that is known.
    Behind(i64, i64),
    /// What its own check found.
    Damaged(String),
    /// It is missing, and a file beside it may be it.
    Displaced {
        /// What is missing, in words.
        why: String,
        /// The file beside it.
        found: PathBuf,
    },
    /// This user may not read it: why, and what to do.
    Denied(String, Advice),
    /// It cannot be opened or read: why.
    Refused(String),
    /// Why it was not looked at.
    NotRun(&'static str),
}

/// The disk under the data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disk {
    /// Free and all bytes, and the mark below which new work is refused.
    Room(u64, u64, LowWater),
    /// Why it was not looked at.
    NotRun(String),
}

/// This machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// It is the only one.
    Only,
    /// How far the database's is ahead, in milliseconds.
    Ahead(i64),
    /// Why it was not looked at.
    NotRun(&'static str),
}

/// Open alarms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarms {
    /// The texts of those that nobody has acknowledged, and how many somebody has.
    Open(Vec<String>, usize),
    /// Why they were not looked at.
    NotRun(&'static str),
}

pub(super) fn look_at_data(dir: &Path) -> Data {
    let shown = dir.display().to_string();
    match std::fs::metadata(dir) {
        Ok(seen) if !seen.is_dir() => Data::Unusable(shown, "it is no directory".to_owned()),
        Ok(seen) => Data::There {
            dir: shown,
            owner: seen.uid(),
            asking: rustix::process::geteuid().as_raw(),
            mode: seen.mode() & 0o7777,
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Data::Missing(shown),
        Err(error) => Data::Unusable(shown, error.to_string()),
    }
}

pub(super) fn look_at_disk(dir: &Path, plan: Option<&Plan>) -> Disk {
    let Some(plan) = plan else { return Disk::NotRun("the settings have problems".to_owned()) };
    match space(dir) {
        Ok((total, free)) => Disk::Room(free, total, plan.config.disk.low_water),
        Err(error) => Disk::NotRun(format!("`{}`: {error}", dir.display())),
    }
}

pub(super) async fn look_through(store: &Store) -> Result<Database, OpenError> {
    let schema = health::schema(store).await?;
    let damage = health::damage(store).await?;
    Ok(damage.map_or(Database::Fine(schema.found), Database::Damaged))
}

/// What an opening that was refused says about the database, and why nothing in it could be looked at.
pub(super) fn refused(error: &OpenError) -> (Database, &'static str) {
    match error {
        OpenError::Absent(_) => (Database::NoneYet, "there is no database yet"),
        OpenError::Behind(schema) => (Database::Behind(schema.found, schema.known), "the database is behind"),
        OpenError::Store(Error::Broken { cause, .. })
        | OpenError::Migrate(MigrateError::Store(Error::Broken { cause, .. })) => {
            (Database::Damaged(cause.clone()), "the database is damaged")
        }
        OpenError::Displaced { found, .. } => {
            (Database::Displaced { why: error.to_string(), found: found.clone() }, "the database is missing")
        }
        OpenError::Denied(denied) => {
            (Database::Denied(denied.to_string(), denied.advice()), "the database cannot be read by this user")
        }
        error => (Database::Refused(error.to_string()), "the database cannot be opened"),
    }
}

/// The alarms that are open.
pub(super) async fn look_at_alarms(store: &Store) -> Alarms {
    let Ok(open) = store.read::<_, Error, _>(|tx| Box::pin(alarms::open(tx))).await else {
        return Alarms::NotRun(UNREAD);
    };
    let (known, loud): (Vec<_>, Vec<_>) =
        open.into_iter().partition(|alarm| alarm.acked_at.is_some() || alarm.severity == alarms::Severity::Notice);
    let said = |alarm: &alarms::Alarm| format!("{} {}: {}", alarm.severity, alarm.name, alarm.detail);
    Alarms::Open(loud.iter().map(said).collect(), known.len())
}

/// The clock that the database counts by, and why it is not trusted, if it jumped.
pub(super) async fn look_at_clock(store: &Store) -> (Clock, Option<String>) {
    let clock = if store.is_shared() { Clock::Ahead(store.skew_ms()) } else { Clock::Only };
    let seen = store.read::<_, Error, _>(|tx| Box::pin(clocks::seen(tx))).await;
    (clock, seen.ok().flatten().and_then(|seen| Doubt::of(&seen)).map(Doubt::said))
}

pub(super) fn data(seen: &Data) -> Row {
    match seen {
        Data::There { dir, owner, asking, .. } if *asking != 0 && owner != asking => Row::ill(
            "data",
            format!("`{dir}` belongs to user {owner}, and this is user {asking}"),
            advice::doctor::owner(),
        ),
        Data::There { dir, mode, .. } if mode & 0o077 != 0 => Row::ill(
            "data",
            format!("`{dir}` has mode {mode:04o}, so others than its owner may enter"),
            advice::doctor::mode(dir),
        ),
        Data::There { dir, mode, .. } => Row::well("data", format!("`{dir}`, mode {mode:04o}")),
        Data::Missing(dir) => Row::ill("data", format!("there is no `{dir}`"), advice::doctor::no_data()),
        Data::Unusable(dir, why) => {
            Row::ill("data", format!("cannot look into `{dir}`: {why}"), advice::doctor::another_directory())
        }
    }
}

pub(super) fn database(seen: &Database) -> Row {
    match seen {
        Database::Fine(step) => Row::well("database", format!("whole, at step {step}")),
        Database::NoneYet => Row::not_run("database", "there is none yet"),
        Database::Behind(found, known) => {
            Row::ill("database", format!("at step {found} of {known}"), advice::doctor::behind())
        }
        Database::Damaged(why) => Row::ill("database", format!("damaged: {why}"), advice::doctor::damaged()),
        Database::Displaced { why, found } => Row::ill("database", why, advice::doctor::displaced(found.display())),
        Database::Denied(why, advice) => Row::ill("database", why, advice.clone()),
        Database::Refused(why) => Row::ill("database", why, advice::doctor::database_refused()),
        Database::NotRun(why) => Row::not_run("database", why),
    }
}

pub(super) fn disk(seen: &Disk) -> Row {
    match seen {
        Disk::NotRun(why) => Row::not_run("disk", why),
        Disk::Room(free, total, mark) => {
            let (room, low) = (roughly_size(*free), roughly_size(mark.of(*total)));
            if *free < mark.of(*total) {
                let detail = format!("{room} free, below the low water mark of {low}");
                return Row::ill("disk", detail, advice::doctor::disk());
            }
            Row::well("disk", format!("{room} free; the low water mark is {low}"))
        }
    }
}

pub(super) fn clock(seen: Clock, doubt: Option<&str>) -> Row {
    match seen {
        Clock::NotRun(why) => Row::not_run("clock", why),
        Clock::Only | Clock::Ahead(_) if doubt.is_some() => {
            Row::ill("clock", doubt.unwrap_or_default(), advice::doctor::check_the_time())
        }
        Clock::Only => Row::well("clock", "this machine's alone counts"),
        Clock::Ahead(ms) => {
            let apart = Duration::from_millis(ms.unsigned_abs());
            let side = if ms < 0 { "ahead of" } else { "behind" };
            let detail = format!("{} {side} the database's", roughly(apart));
            if apart > APART {
                return Row::ill("clock", detail, advice::doctor::synchronise());
            }
            Row::well("clock", detail)
        }
    }
}

pub(super) fn alarms(seen: &Alarms) -> Row {
    match seen {
        Alarms::NotRun(why) => Row::not_run("alarms", why),
        Alarms::Open(loud, known) => match (loud.as_slice(), known) {
            ([], 0) => Row::well("alarms", "none"),
            ([], known) => Row::well("alarms", format!("{known} open, acknowledged")),
            ([first, rest @ ..], _) => {
                let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
                Row::ill("alarms", format!("{first}{more}"), advice::doctor::alarms())
            }
        },
    }
}
