//! Asks the machine, the files and the database; changes nothing and judges nothing.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use super::facts::{
    Alarms, Answers, Browser, Clock, Daemon, Data, Database, Disk, Facts, Growth, Known, Limits, Profiles, Settings,
    Signers, Standing, Targets, Unit, Vault,
};
use super::growth;
use crate::ambient::{Ambient, Clock as Time};
use crate::base::Plan;
use crate::browser::{Programs, find, knock};
use crate::config::{self, Places, QueueText, check_queue};
use crate::daemon::rooms::served;
use crate::daemon::signers::try_all;
use crate::domain::{Class, Platform};
use crate::platform::shape::Kept;
use crate::queue::Job as _;
use crate::session::{CompareSignatures, Signs, rules, shapes};
use crate::store::disk::space;
use crate::store::jobs::{self, Filter};
use crate::store::stops::Stopped;
use crate::store::vault::{self as seals, Counts, WrappedKey};
use crate::store::{
    Access, Doubt, Error, MigrateError, OpenError, Place, Store, alarms, captures, clocks, health, stops,
};
use crate::target::{check_links, standing};
use crate::vault::Fit;

/// Where the unit is installed; the first one counts.
const UNITS: [&str; 3] = [
    "/etc/systemd/system/radard.service",
    "/usr/lib/systemd/system/radard.service",
    "/lib/systemd/system/radard.service",
];
/// How long systemd's tool may take.
const PATIENCE: Duration = Duration::from_secs(20);

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
    /// Time and chance.
    pub ambient: &'a Ambient,
}

/// Gathers every fact.
pub async fn look(patient: Patient<'_>) -> Facts {
    let Patient { settings, places, plan, daemon, ambient } = patient;
    let data = look_at_data(&places.data);
    let Read { database, clock, doubt, compared, alarms, limits, answers, profiles, targets, growth } =
        match (&data, plan.map(Plan::place)) {
            (_, None) => unread("the settings have problems"),
            (Data::Missing(_), Some(Place::Sqlite(_))) => refused(&OpenError::Absent(places.database())),
            (_, Some(place)) => look_at_database(&place, (plan, ambient)).await,
        };
    let vault = look_at_vault(plan).await;
    let signers = match plan {
        Some(plan) => Signers::Tried(try_all(plan).await),
        None => Signers::NotRun("the settings have problems"),
    };
    let browser = look_for_browser(plan, &ambient.clock).await;
    let disk = look_at_disk(&places.data, plan);
    let unit = look_at_unit(&UNITS.map(PathBuf::from), &ambient.clock).await;
    Facts {
        settings,
        data,
        daemon,
        database,
        vault,
        limits,
        signers,
        compared,
        answers,
        profiles,
        targets,
        browser,
        disk,
        growth,
        clock,
        doubt,
        alarms,
        unit,
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

fn unread(why: &'static str) -> Read {
    let (database, clock) = (Database::NotRun(why), Clock::NotRun(why));
    let (alarms, limits) = (Alarms::NotRun(why), Limits::NotRun(why));
    let (answers, profiles, targets) = (Answers::NotRun(why), Profiles::NotRun(why), Targets::NotRun(why));
    let growth = Growth::NotRun(why);
    Read { database, clock, doubt: None, compared: None, alarms, limits, answers, profiles, targets, growth }
}

fn look_at_data(dir: &Path) -> Data {
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

fn look_at_disk(dir: &Path, plan: Option<&Plan>) -> Disk {
    let Some(plan) = plan else { return Disk::NotRun("the settings have problems".to_owned()) };
    match space(dir) {
        Ok((total, free)) => Disk::Room(free, total, plan.config.disk.low_water),
        Err(error) => Disk::NotRun(format!("`{}`: {error}", dir.display())),
    }
}

async fn look_at_database(place: &Place, (plan, ambient): (Option<&Plan>, &Ambient)) -> Read {
    let store = match Store::open(place, Access::Read, ambient.clone()).await {
        Ok((store, _nothing_to_write)) => store,
        Err(error) => return refused(&error),
    };
    let clock = if store.is_shared() { Clock::Ahead(store.skew_ms()) } else { Clock::Only };
    let database = look_through(&store).await.unwrap_or_else(|error| Database::Refused(error.to_string()));
    let open = store.read::<_, Error, _>(|tx| Box::pin(alarms::open(tx))).await;
    let alarms = open.map_or(Alarms::NotRun("the database could not be read"), |open| {
        let (known, loud): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|alarm| alarm.acked_at.is_some() || alarm.severity == "notice");
        Alarms::Open(
            loud.iter().map(|alarm| format!("{} {}: {}", alarm.severity, alarm.name, alarm.detail)).collect(),
            known.len(),
        )
    });
    let stopped = store.read::<_, Error, _>(|tx| Box::pin(stops::list_by_the_wall(tx))).await;
    let now = store.now().0;
    let limits = stopped.map_or(Limits::NotRun("the database could not be read"), |stopped| {
        let standing = stopped.into_iter().filter(|stop| stop.is_breaker || stop.until > now);
        let (open, waits): (Vec<_>, Vec<_>) = standing.partition(|stop| stop.is_breaker);
        Limits::Stopped(open.iter().map(said_of).collect(), waits.len())
    });
    let (answers, profiles) = (look_at_answers(&store).await, look_at_profiles(&store, plan).await);
    let (targets, growth) = (look_at_targets(&store, plan).await, growth::look(&store).await);
    let seen = store.read::<_, Error, _>(|tx| Box::pin(clocks::seen(tx))).await;
    let doubt = seen.ok().flatten().and_then(|seen| Doubt::of(&seen)).map(Doubt::said);
    let compared = look_at_comparisons(&store).await;
    store.close().await;
    Read { database, clock, doubt, compared, alarms, limits, answers, profiles, targets, growth }
}

/// Who is stopped and why, and what to do.
pub(super) fn said_of(stop: &Stopped) -> (String, String) {
    let advice = if stop.class == Class::Network.as_str() {
        "check the network of this machine; one request tries the host at intervals, and its jobs go on by themselves"
            .to_owned()
    } else {
        format!("sign in as a person would and look; then `radard job resume --lane {}`", stop.lane)
    };
    (format!("{} is stopped ({}: {})", stop.subject, stop.class, stop.reason), advice)
}

/// How the last comparison of signatures with those of a page ended, on each platform.
async fn look_at_comparisons(store: &Store) -> Option<String> {
    let mut told = Vec::new();
    for platform in Signs::ALL {
        told.push(format!("{}: {}", platform.as_str(), look_at_comparison(store, platform).await?));
    }
    Some(told.join(", "))
}

async fn look_at_comparison(store: &Store, platform: Signs) -> Option<String> {
    let (kind, lane) = (Some(CompareSignatures::KIND.to_owned()), Some(platform.lane()));
    let filter = Filter { kind, lane, limit: 1, ..Filter::default() };
    let last = store.read::<_, Error, _>(|tx| Box::pin(async move { jobs::list(tx, &filter).await })).await.ok()?;
    let Some(last) = last.first() else { return Some("not compared with a page yet".to_owned()) };
    let result: serde_json::Value = serde_json::from_str(last.result.as_deref().unwrap_or("null")).unwrap_or_default();
    let different = result.get("differs").and_then(serde_json::Value::as_array);
    Some(match (result.get("skipped").and_then(serde_json::Value::as_str), different) {
        (Some(why), _) => format!("not compared with a page: {why}"),
        (None, Some(names)) if names.is_empty() => "a page signs the same".to_owned(),
        (None, Some(_)) => "a page signs in another way".to_owned(),
        (None, None) => format!("the last comparison with a page is {}", last.state().as_str()),
    })
}

async fn look_at_targets(store: &Store, plan: Option<&Plan>) -> Targets {
    if let Some(plan) = plan {
        let text = QueueText::read(&plan.places.config);
        if let Err(problems) = check_queue(&text, &plan.config.profiles).and_then(check_links) {
            return Targets::Refused(problems.to_string().lines().next().unwrap_or_default().to_owned());
        }
    }
    let read = store.read::<_, Error, _>(|tx| Box::pin(async move { standing(tx, &served(), None, None).await }));
    let Ok(all) = read.await else { return Targets::NotRun("the database could not be read") };
    Targets::Known(all.len(), all.iter().flat_map(crate::target::Standing::troubles).collect())
}

async fn look_at_profiles(store: &Store, plan: Option<&Plan>) -> Profiles {
    let Ok(all) = store.read::<_, Error, _>(|tx| Box::pin(captures::all(tx))).await else {
        return Profiles::NotRun("the database could not be read");
    };
    let now = store.now().0;
    // What was written down by hand is a login too, of which nothing more is known.
    let by_hand = |name: &str| {
        let lines = plan.and_then(|plan| plan.secrets.get("douyin-cookies")).map_or("", |lines| lines.reveal());
        lines.lines().any(|line| line.split_whitespace().next() == Some(name))
    };
    let standing = |profile: &config::Profile| {
        let mut of = all.iter().filter(|capture| capture.profile == profile.name);
        let active = of.find(|capture| capture.standing == "active");
        let lasts_ms = active.and_then(|capture| capture.ends_at).map(|at| at.saturating_sub(now));
        let doubt = active.and_then(|capture| capture.said.clone());
        let has_login = active.is_some() || by_hand(&profile.name);
        Standing { name: profile.name.clone(), has_login, doubt, lasts_ms }
    };
    let by_browser = |profile: &&config::Profile| rules(profile.platform).is_some();
    let written: Vec<_> = plan.into_iter().flat_map(|plan| plan.config.profiles.clone()).collect();
    // And those that people made without settings.
    let mut known = written;
    for capture in &all {
        if let (false, Ok(platform)) = (known.iter().any(|it| it.name == capture.profile), capture.platform.parse()) {
            known.push(config::Profile::new(&capture.profile, platform));
        }
    }
    Profiles::Known(known.iter().filter(by_browser).map(standing).collect())
}

/// Finds the browser and its driver, and asks each what it is.
async fn look_for_browser(plan: Option<&Plan>, clock: &Time) -> Browser {
    let Some(plan) = plan else { return Browser::NotRun("the settings have problems") };
    let settings = &plan.config.browser;
    let programs = Programs { binary: settings.binary.clone(), driver: settings.driver.clone() };
    if let Some(url) = &settings.webdriver {
        return match knock(url, clock).await {
            Ok(version) => Browser::There(url.clone(), version),
            Err(trouble) => Browser::Missing(trouble.to_string(), trouble.advice()),
        };
    }
    let is_wanted = settings.binary.is_some()
        || plan.config.profiles.iter().any(|profile| profile.platform == Platform::CreativeRadar);
    let found = match find(&programs) {
        Ok(found) => found,
        Err(_) if !is_wanted => return Browser::NotRun("there is none here, and no profile needs one"),
        Err(trouble) => return Browser::Missing(trouble.to_string(), trouble.advice()),
    };
    let (binary, driver) = (say_version(&found.binary, clock).await, say_version(&found.driver, clock).await);
    match (binary, driver) {
        (Some(binary), Some(driver)) => Browser::Here(binary, driver),
        (None, _) => Browser::Missing(format!("`{}` does not run", found.binary.display()), REPAIR),
        (_, None) => Browser::Missing(format!("`{}` does not run", found.driver.display()), REPAIR),
    }
}

/// What to do about a program that is there and does not run.
const REPAIR: &str = "run it by hand with --version to see why";

/// What a program says when it is asked for its version: its name and the number.
async fn say_version(program: &Path, clock: &Time) -> Option<String> {
    let mut tool = tokio::process::Command::new(program);
    tool.arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let said = clock.limit(PATIENCE, tool.output()).await.ok()?.ok()?;
    let line = String::from_utf8_lossy(&said.stdout).lines().next()?.to_owned();
    let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    let mut words = line.split_whitespace();
    let number = words.clone().find(is_number)?;
    Some(format!("{} {number}", words.next()?))
}

/// What came of late is what came within a month.
const LATE: Duration = Duration::from_hours(30 * 24);

async fn look_at_answers(store: &Store) -> Answers {
    let Ok(kept) = shapes::read(store).await else { return Answers::NotRun("the database could not be read") };
    let since = store.now().0.saturating_sub(i64::try_from(LATE.as_millis()).unwrap_or(i64::MAX));
    let known = |Kept { endpoint, memory }: Kept| {
        let fresh = memory.fresh().iter().filter(|fresh| fresh.at.0 >= since).map(|fresh| fresh.place.clone());
        let never = memory.never().map(str::to_owned).collect();
        Known { endpoint, gone: memory.gone(), never, fresh: fresh.collect() }
    };
    Answers::Known(kept.into_iter().map(known).collect())
}

async fn look_through(store: &Store) -> Result<Database, OpenError> {
    let schema = health::schema(store).await?;
    let damage = health::damage(store).await?;
    Ok(damage.map_or(Database::Fine(schema.found), Database::Damaged))
}

/// The key beside what it sealed; a database that cannot be read has a row of its own.
async fn look_at_vault(plan: Option<&Plan>) -> Vault {
    let Some(plan) = plan else { return Vault::NotRun("the settings have problems") };
    let vault = crate::vault::Vault::new(plan.vault_key());
    let Ok((keys, counts)) = look_at_seals(plan).await else { return Vault::NotRun("the database cannot be read") };
    match vault.fits(&keys) {
        Ok(Fit::Unused) => Vault::Unused,
        Ok(Fit::Ready | Fit::Fits) => Vault::Sealed {
            from: vault.source().name(),
            values: counts.current + counts.leaving,
            leaving: counts.rotating.then_some(counts.leaving),
        },
        Err(error) => Vault::Refused(error.to_string(), error.advice()),
    }
}

async fn look_at_seals(plan: &Plan) -> Result<(Vec<WrappedKey>, Counts), OpenError> {
    let store = match Store::open(&plan.place(), Access::Read, plan.ambient.clone()).await {
        Ok((store, _nothing_to_write)) => store,
        Err(OpenError::Absent(_)) => return Ok((Vec::new(), Counts::default())),
        Err(error) => return Err(error),
    };
    let seen =
        store.read::<_, Error, _>(|tx| Box::pin(async move { Ok((seals::keys(tx).await?, seals::counts(tx).await?)) }));
    let seen = seen.await;
    store.close().await;
    Ok(seen?)
}

/// What an opening that was refused says about the database.
fn refused(error: &OpenError) -> Read {
    let (database, why) = match error {
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
    };
    Read { database, ..unread(why) }
}

/// Asks systemd's own tool about the first of `units` that is installed.
async fn look_at_unit(units: &[PathBuf], clock: &Time) -> Unit {
    let Some(unit) = units.iter().find(|unit| unit.exists()) else {
        return Unit::NotRun("radard is not installed as a unit".to_owned());
    };
    let mut tool = tokio::process::Command::new("systemd-analyze");
    tool.args(["security", "--no-pager", "--offline=true"]).arg(unit).stdin(Stdio::null()).kill_on_drop(true);
    match clock.limit(PATIENCE, tool.output()).await {
        Ok(Ok(said)) => read_exposure(&String::from_utf8_lossy(&said.stdout))
            .map_or_else(|| Unit::NotRun("systemd-analyze gave no figure".to_owned()), Unit::Exposure),
        Ok(Err(_)) => Unit::NotRun("systemd-analyze is not here".to_owned()),
        Err(out) => Unit::NotRun(format!("systemd-analyze {out}")),
    }
}

/// The figure in the last line of `systemd-analyze security`, in tenths.
pub(super) fn read_exposure(said: &str) -> Option<u32> {
    let (_, rest) = said.rsplit_once("Overall exposure level for ")?;
    let (whole, tenth) = rest.split_once(": ")?.1.split(' ').next()?.split_once('.')?;
    let (whole, tenth): (u32, u32) = (whole.parse().ok()?, tenth.trim_end().parse().ok()?);
    Some(whole * 10 + tenth)
}
