//! Stored logins, and the browser that captures them.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::row::{Row, UNREAD};
use super::tool::hear;
use crate::advice::{self, Advice};
use crate::ambient::Clock;
use crate::base::Plan;
use crate::browser::{Programs, find, knock};
use crate::config;
use crate::domain::Platform;
use crate::domain::time::roughly;
use crate::session::rules;
use crate::store::captures::Standing as Stands;
use crate::store::{Error, Store, captures};

/// A login that ends sooner should be renewed: three days.
const ENDING_MS: i64 = 3 * 24 * 60 * 60 * 1000;

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
    Missing(String, Advice),
    /// Why it was not looked for.
    NotRun(&'static str),
}

pub(super) async fn look_at_profiles(store: &Store, plan: Option<&Plan>) -> Profiles {
    let Ok(all) = store.read::<_, Error, _>(|tx| Box::pin(captures::all(tx))).await else {
        return Profiles::NotRun(UNREAD);
    };
    let now = store.now().0;
    // What was written down by hand is a login too, of which nothing more is known.
    let by_hand = |name: &str| {
        let lines = plan.and_then(|plan| plan.secrets.get("douyin-cookies")).map_or("", |lines| lines.reveal());
        lines.lines().any(|line| line.split_whitespace().next() == Some(name))
    };
    let standing = |profile: &config::Profile| {
        let mut of = all.iter().filter(|capture| capture.profile == profile.name);
        let active = of.find(|capture| capture.standing == Stands::Active);
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
pub(super) async fn look_for_browser(plan: Option<&Plan>, clock: &Clock) -> Browser {
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
        (None, _) => {
            Browser::Missing(format!("`{}` does not run", found.binary.display()), advice::doctor::try_version())
        }
        (_, None) => {
            Browser::Missing(format!("`{}` does not run", found.driver.display()), advice::doctor::try_version())
        }
    }
}

/// What a program says when it is asked for its version: its name and the number.
async fn say_version(program: &Path, clock: &Clock) -> Option<String> {
    let mut tool = tokio::process::Command::new(program);
    let said = hear(tool.arg("--version").stderr(Stdio::null()), clock).await.ok()?.ok()?;
    let line = String::from_utf8_lossy(&said.stdout).lines().next()?.to_owned();
    let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    let mut words = line.split_whitespace();
    let number = words.clone().find(is_number)?;
    Some(format!("{} {number}", words.next()?))
}

pub(super) fn profiles(seen: &Profiles) -> Row {
    let all = match seen {
        Profiles::NotRun(why) => return Row::not_run("profiles", why),
        Profiles::Known(all) if all.is_empty() => return Row::well("profiles", "there are none"),
        Profiles::Known(all) => all,
    };
    if let Some(without) = all.iter().find(|profile| !profile.has_login) {
        let advice = advice::doctor::import(&without.name);
        return Row::ill("profiles", format!("`{}` has no login", without.name), advice);
    }
    if let Some((profile, doubt)) = all.iter().find_map(|profile| Some((profile, profile.doubt.as_ref()?))) {
        let advice = advice::doctor::log_in(&profile.name);
        return Row::ill("profiles", format!("`{}`: {doubt}", profile.name), advice);
    }
    let soon = all.iter().filter_map(|profile| Some((profile, profile.lasts_ms?))).min_by_key(|(_, lasts)| *lasts);
    match soon {
        Some((profile, lasts)) if lasts < ENDING_MS => {
            let when = if lasts <= 0 { "is over".to_owned() } else { format!("ends in {}", roughly(span(lasts))) };
            let advice = advice::doctor::log_in(&profile.name);
            Row::ill("profiles", format!("the login of `{}` {when}", profile.name), advice)
        }
        Some((profile, lasts)) => Row::well(
            "profiles",
            format!("logins: {}; `{}` is the first to end, in {}", all.len(), profile.name, roughly(span(lasts))),
        ),
        None => Row::well("profiles", format!("logins: {}", all.len())),
    }
}

fn span(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

pub(super) fn browser(seen: &Browser) -> Row {
    let major = |said: &str| said.rsplit(' ').next().and_then(|number| number.split('.').next()).map(str::to_owned);
    match seen {
        Browser::NotRun(why) => Row::not_run("browser", why),
        Browser::Missing(what, advice) => Row::ill("browser", what.clone(), advice.clone()),
        Browser::Here(binary, driver) if driver.starts_with("ChromeDriver") && major(binary) != major(driver) => {
            let advice = advice::browser::mismatch();
            Row::ill("browser", format!("{binary} and {driver} do not fit each other"), advice)
        }
        Browser::Here(binary, driver) => Row::well("browser", format!("{binary}, driven by {driver}")),
        Browser::There(url, version) => Row::well("browser", format!("a driver {version} answers at {url}")),
    }
}
