//! Asks the machine, the files and the database; changes nothing and judges nothing.

use super::config::Settings;
use super::daemon::{Daemon, look_at_unit};
use super::facts::Facts;
use super::growth::{self, Growth};
use super::pace::{Limits, look_at_limits};
use super::platform::{Answers, look_at_answers};
use super::session::{Profiles, look_at_profiles, look_for_browser};
use super::sign::{Signers, look_at_comparisons, try_all};
use super::store::{
    Alarms, Clock, Data, Database, look_at_alarms, look_at_clock, look_at_data, look_at_disk, look_through, refused,
};
use super::target::{Targets, look_at_targets};
use super::vault::look_at_vault;
use crate::ambient::Ambient;
use crate::base::Plan;
use crate::config::Places;
use crate::store::{Access, OpenError, Place, Store};
use crate::target::Served;

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
    let data = look_at_data(&places.data);
    let Read { database, clock, doubt, compared, alarms, limits, answers, profiles, targets, growth } =
        match (&data, plan) {
            (_, None) => Read::none(ILL),
            (Data::Missing(_), Some(plan)) if matches!(plan.place(), Place::Sqlite(_)) => {
                Read::refused(&OpenError::Absent(places.database()))
            }
            (_, Some(plan)) => Read::of(plan, served).await,
        };
    let signers = match plan {
        Some(plan) => Signers::Tried(try_all(plan).await),
        None => Signers::NotRun(ILL),
    };
    Facts {
        settings,
        daemon,
        database,
        vault: look_at_vault(plan).await,
        limits,
        signers,
        compared,
        answers,
        profiles,
        targets,
        browser: look_for_browser(plan, &ambient.clock).await,
        disk: look_at_disk(&places.data, plan),
        data,
        growth,
        clock,
        doubt,
        alarms,
        unit: look_at_unit(&ambient.clock).await,
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
        let (database, why) = refused(error);
        Self { database, ..Self::none(why) }
    }

    /// All of it.
    async fn of(plan: &Plan, served: &Served) -> Self {
        let store = match Store::open(&plan.place(), Access::Read, plan.ambient.clone()).await {
            Ok((store, _nothing_to_write)) => store,
            Err(error) => return Self::refused(&error),
        };
        let (clock, doubt) = look_at_clock(&store).await;
        let read = Self {
            database: look_through(&store).await.unwrap_or_else(|error| Database::Refused(error.to_string())),
            clock,
            doubt,
            compared: look_at_comparisons(&store).await,
            alarms: look_at_alarms(&store).await,
            limits: look_at_limits(&store).await,
            answers: look_at_answers(&store).await,
            profiles: look_at_profiles(&store, Some(plan)).await,
            targets: look_at_targets(&store, Some(plan), served).await,
            growth: growth::look(&store).await,
        };
        store.close().await;
        read
    }
}
