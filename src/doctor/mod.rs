//! Checks an installation: what is wrong, and how to fix it. One file for each room that has something to look at.
//!
//! Gathering and judging are apart: what asks the machine never judges, and what turns facts into rows never asks. What
//! could not be looked at is said to be so; it is neither well nor ill. Nothing here changes anything, so it may be run
//! at any time, beside a daemon or without one.
//!
//! What a room adds stands in [`Facts`], in [`look`] and in [`judge`], in the order in which people read the rows.

mod config;
mod daemon;
mod growth;
mod pace;
mod platform;
mod row;
mod session;
mod sign;
mod store;
mod target;
#[cfg(test)]
mod tests;
mod tool;
mod vault;

use self::growth::Growth;
use self::pace::Limits;
use self::platform::Answers;
use self::session::{Browser, Profiles};
use self::sign::Signers;
use self::store::{Alarms, Clock, Data, Database, Disk};
use self::target::Targets;
use self::vault::Vault;
use crate::ambient::Ambient;
use crate::base::Plan;
use crate::config::{Current, Places};
use crate::store::{Access, OpenError, Place, Store};
use crate::target::Served;

pub use self::config::Settings;
pub use self::daemon::{Daemon, Unit};
pub use self::row::Row;

/// Looks at `patient` and judges what was seen.
pub async fn examine(patient: Patient<'_>) -> Vec<Row> {
    judge(&look(patient).await)
}

/// The rows as the API and `--json` give them.
#[derive(Debug, serde::Serialize)]
pub struct Report<'a> {
    v: u8,
    /// Nothing is wrong.
    pub ok: bool,
    items: &'a [Row],
    next: Option<()>,
}

/// What is told of `rows`.
pub fn report(rows: &[Row]) -> Report<'_> {
    Report { v: 1, ok: !rows.iter().any(|row| row.ok == Some(false)), items: rows, next: None }
}

/// Examines the house that it belongs to. A cheap handle.
#[derive(Clone)]
pub struct Doctor {
    /// What the house was built from.
    pub plan: Plan,
    /// Its settings now.
    pub current: Current,
    /// Who does the rounds of its targets.
    pub served: Served,
}

impl Doctor {
    /// Looks at the house now.
    pub async fn examine(&self) -> Vec<Row> {
        let plan = Plan { config: self.current.now().as_ref().clone(), ..self.plan.clone() };
        let patient = Patient {
            settings: Settings::at(&plan.places, &[]),
            places: &plan.places,
            plan: Some(&plan),
            daemon: Daemon::Asking,
            served: &self.served,
            ambient: &plan.ambient,
        };
        examine(patient).await
    }
}

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

/// Judges every fact.
pub fn judge(facts: &Facts) -> Vec<Row> {
    vec![
        config::settings(&facts.settings),
        store::data(&facts.data),
        daemon::daemon(&facts.daemon),
        store::database(&facts.database),
        vault::vault(&facts.vault),
        pace::limits(&facts.limits),
        sign::signers(&facts.signers, facts.compared.as_deref()),
        platform::answers(&facts.answers),
        session::profiles(&facts.profiles),
        target::targets(&facts.targets),
        session::browser(&facts.browser),
        store::disk(&facts.disk),
        growth::judge(&facts.growth, &facts.disk),
        store::clock(facts.clock, facts.doubt.as_deref()),
        store::alarms(&facts.alarms),
        daemon::unit(&facts.unit),
    ]
}

/// Why nothing was looked at that follows from the settings.
const ILL: &str = "the settings have problems";

/// What is to be looked at.
pub struct Patient<'a> {
    /// What the caller knows about the settings.
    pub settings: Settings,
    /// Where its files are.
    pub places: &'a Places,
    /// What it is built from; nothing when the settings have problems.
    pub plan: Option<&'a Plan>,
    /// Who holds the data directory: the caller has asked.
    pub daemon: Daemon,
    /// Who does the rounds of targets.
    pub served: &'a Served,
    /// Time and chance.
    pub ambient: &'a Ambient,
}

/// Gathers every fact.
pub async fn look(patient: Patient<'_>) -> Facts {
    let Patient { settings, places, plan, daemon, served, ambient } = patient;
    let data = store::look_at_data(&places.data);
    let Read { database, clock, doubt, compared, alarms, limits, answers, profiles, targets, growth } =
        match (&data, plan) {
            (_, None) => Read::none(ILL),
            (Data::Missing(_), Some(plan)) if matches!(plan.place(), Place::Sqlite(_)) => {
                Read::refused(&OpenError::Absent(places.database()))
            }
            (_, Some(plan)) => Read::of(plan, served).await,
        };
    let signers = match plan {
        Some(plan) => Signers::Tried(sign::try_all(plan).await),
        None => Signers::NotRun(ILL),
    };
    Facts {
        settings,
        daemon,
        database,
        vault: vault::look_at_vault(plan).await,
        limits,
        signers,
        compared,
        answers,
        profiles,
        targets,
        browser: session::look_for_browser(plan, &ambient.clock).await,
        disk: store::look_at_disk(&places.data, plan),
        data,
        growth,
        clock,
        doubt,
        alarms,
        unit: daemon::look_at_unit(&ambient.clock).await,
    }
}

/// What only the database can tell.
struct Read {
    database: Database,
    clock: Clock,
    doubt: Option<String>,
    compared: Option<String>,
    alarms: Alarms,
    limits: Limits,
    answers: Answers,
    profiles: Profiles,
    targets: Targets,
    growth: Growth,
}

impl Read {
    /// Nothing, and why.
    fn none(why: &'static str) -> Self {
        Self {
            database: Database::NotRun(why),
            clock: Clock::NotRun(why),
            doubt: None,
            compared: None,
            alarms: Alarms::NotRun(why),
            limits: Limits::NotRun(why),
            answers: Answers::NotRun(why),
            profiles: Profiles::NotRun(why),
            targets: Targets::NotRun(why),
            growth: Growth::NotRun(why),
        }
    }

    /// What an opening that was refused says.
    fn refused(error: &OpenError) -> Self {
        let (database, why) = store::refused(error);
        Self { database, ..Self::none(why) }
    }

    /// All of it.
    async fn of(plan: &Plan, served: &Served) -> Self {
        let open = match Store::open(&plan.place(), Access::Read, plan.ambient.clone()).await {
            Ok((open, _nothing_to_write)) => open,
            Err(error) => return Self::refused(&error),
        };
        let (clock, doubt) = store::look_at_clock(&open).await;
        let read = Self {
            database: store::look_through(&open).await.unwrap_or_else(|error| Database::Refused(error.to_string())),
            clock,
            doubt,
            compared: sign::look_at_comparisons(&open).await,
            alarms: store::look_at_alarms(&open).await,
            limits: pace::look_at_limits(&open).await,
            answers: platform::look_at_answers(&open).await,
            profiles: session::look_at_profiles(&open, Some(plan)).await,
            targets: target::look_at_targets(&open, Some(plan), served).await,
            growth: growth::look(&open).await,
        };
        open.close().await;
        read
    }
}
