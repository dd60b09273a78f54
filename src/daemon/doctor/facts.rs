//! What can be known about a radard from outside, before anyone judges it.

use std::path::PathBuf;

use crate::config::{LowWater, Places};
use crate::daemon::signers::Tried;
use crate::platform::shape::Gone;
use crate::target::Trouble;

/// Everything that was looked at.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The configuration.
    pub settings: Settings,
    /// The data directory.
    pub data: Data,
    /// Who holds it.
    pub daemon: Daemon,
    /// The database.
    pub database: Database,
    /// Secrets at rest.
    pub vault: Vault,
    /// Who must not send.
    pub limits: Limits,
    /// The ways to sign.
    pub signers: Signers,
    /// How our signatures compared last with those of a page, in a sentence; nothing when nobody could look.
    pub compared: Option<String>,
    /// The form of answers.
    pub answers: Answers,
    /// Stored logins.
    pub profiles: Profiles,
    /// What is kept up to date.
    pub targets: Targets,
    /// The browser that captures them.
    pub browser: Browser,
    /// The disk under the data directory.
    pub disk: Disk,
    /// How the database grows.
    pub growth: Growth,
    /// This machine's clock beside the database's.
    pub clock: Clock,
    /// Why the clock is not trusted, when it jumped.
    pub doubt: Option<String>,
    /// What a person should know.
    pub alarms: Alarms,
    /// How well the systemd unit is locked.
    pub unit: Unit,
}

/// The configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The settings file.
    pub file: String,
    /// Whether it exists.
    pub exists: bool,
    /// How many problems there are.
    pub problems: usize,
    /// What works but should be changed.
    pub warnings: Vec<String>,
}

impl Settings {
    /// Settings without problems, read from `places`.
    pub fn at(places: &Places, warnings: &[String]) -> Self {
        let file = places.settings();
        let exists = file.exists();
        Self { file: file.display().to_string(), exists, problems: 0, warnings: warnings.to_vec() }
    }
}

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

/// Who holds the data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Daemon {
    /// Nobody.
    Absent,
    /// A daemon that takes work.
    Ready,
    /// Whoever asks: it cannot judge itself.
    Asking,
    /// A daemon that says why it takes none.
    Unready(String),
    /// A process that does not answer on the socket; its number when it is known, and what was answered instead.
    Silent(Option<String>, String),
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
    Denied(String, String),
    /// It cannot be opened or read: why.
    Refused(String),
    /// Why it was not looked at.
    NotRun(&'static str),
}

/// What is kept up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Targets {
    /// The queue file has a mistake, which is this one.
    Refused(String),
    /// How many there are, and what a person should see to.
    Known(usize, Vec<Trouble>),
    /// Why nobody looked.
    NotRun(&'static str),
}

/// Who must not send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limits {
    /// Those with a breaker that is open, each in a sentence with the lane that opens it; and how many only wait as they
    /// were asked to.
    Stopped(Vec<(String, String)>, usize),
    /// Why it was not looked at.
    NotRun(&'static str),
}

/// The ways to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signers {
    /// Each was tried.
    Tried(Tried),
    /// Why they were not tried.
    NotRun(&'static str),
}

/// The form of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// What those that were looked at have.
    Known(Vec<Known>),
    /// Why they were not looked at.
    NotRun(&'static str),
}

/// What answers of one endpoint have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The endpoint.
    pub endpoint: String,
    /// What is read of them and no longer there.
    pub gone: Vec<Gone>,
    /// What is read of them and never was there.
    pub never: Vec<String>,
    /// The places that came of late.
    pub fresh: Vec<String>,
}

/// Stored logins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Profiles {
    /// Each, and how its login stands.
    Known(Vec<Standing>),
    /// Why they were not looked at.
    NotRun(&'static str),
}

/// How the login of a profile stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The profile.
    pub name: String,
    /// Whether it has one.
    pub has_login: bool,
    /// Why the last look at it did not end well.
    pub doubt: Option<String>,
    /// For how much longer it is good, in milliseconds, when it says so; less than nothing when it is over.
    pub lasts_ms: Option<i64>,
}

/// The browser that captures logins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Browser {
    /// Both are here: what each says of itself.
    Here(String, String),
    /// A driver runs already: where, and what it says of itself.
    There(String, String),
    /// One is missing, or does not run: what, and what to do.
    Missing(String, &'static str),
    /// Why it was not looked for.
    NotRun(&'static str),
}

/// Secrets at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vault {
    /// There is no key, and nothing is sealed.
    Unused,
    /// Where the key comes from, how many values it seals, and how many a rotation has still to do.
    Sealed {
        /// The source of the key.
        from: String,
        /// All values.
        values: i64,
        /// Those under an old data key, while a rotation is under way.
        leaving: Option<i64>,
    },
    /// What is wrong with the key, and what to do.
    Refused(String, String),
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

/// How well the systemd unit is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// systemd's own figure in tenths: 0 is closed, 100 open.
    Exposure(u32),
    /// Why it was not looked at.
    NotRun(String),
}

/// How the database grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Growth {
    /// Nobody could look, and why.
    NotRun(&'static str),
    /// It was looked at on one day at most.
    Young,
    /// It was looked at on so many days that lie so far apart.
    Known {
        /// Days between the first look and the last.
        days: i64,
        /// How large it is.
        bytes: i64,
        /// By how much it grows in a day.
        daily: i64,
        /// Whether it lies on the disk under the data directory, and not on a server.
        is_here: bool,
        /// Rows of each sort that come in a day, of those that do.
        rows: Vec<(String, i64)>,
    },
}
