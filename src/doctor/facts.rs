//! What can be known about a radard from outside, and what is made of it: each thing that is looked at stands in
//! [`Facts`], in [`look`] and in [`judge`], in the order in which people read the rows.

use super::config::{self, Settings};
use super::daemon::{self, Daemon, Unit};
use super::growth::{self, Growth};
use super::pace::{self, Limits};
use super::platform::{self, Answers};
use super::row::Row;
use super::session::{self, Browser, Profiles};
use super::sign::{self, Signers};
use super::store::{self, Alarms, Clock, Data, Database, Disk};
use super::target::{self, Targets};
use super::vault::{self, Vault};
use crate::ambient::Ambient;
use crate::base::Plan;
use crate::config::Places;
use crate::store::{Access, OpenError, Place, Store};
use crate::target::Served;

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
