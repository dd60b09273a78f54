//! What can be known about a radard from outside, before anyone judges it.

use super::config::Settings;
use super::daemon::{Daemon, Unit};
use super::growth::Growth;
use super::pace::Limits;
use super::platform::Answers;
use super::session::{Browser, Profiles};
use super::sign::Signers;
use super::store::{Alarms, Clock, Data, Database, Disk};
use super::target::Targets;
use super::vault::Vault;

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
