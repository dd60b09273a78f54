//! From what was read to what is meant, with everything that is wrong on the way.
//!
//! Pure: the same sources give the same answer. Nothing here stops at the first problem; a value that cannot be used
//! leaves the one below it in place, so that the rest can still be judged.

use std::path::PathBuf;
use std::time::Duration;

use super::draft::Draft;
use super::file::lay_file;
use super::layers::{lay_defaults, lay_environment, lay_flags};
use super::place::{Origin, Place, Problems};
use super::secrets::{self, Secrets};
use super::sections::{Config, Lists, keys};
use super::sources::Sources;
use super::url::check_database;
use super::value::Value;
use crate::advice;
use crate::domain::Display;
use crate::domain::time::write_duration;

/// A configuration without problems.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What is set.
    pub config: Config,
    /// Each value and where it came from: keys, then schedules, limits and profiles, then secrets.
    pub origins: Vec<Origin>,
    /// What works but should be changed.
    pub warnings: Vec<String>,
    /// The secrets that were found.
    pub secrets: Secrets,
    /// The display that the environment names, for a browser that is to be seen there.
    pub seat: Option<Display>,
}

/// Understands `sources`, or says everything that is wrong with them.
pub fn check(sources: &Sources) -> Result<Checked, Problems> {
    let mut draft = lay(sources);
    let (secrets, found) = secrets::collect(sources, &mut draft);
    prefer_credential(&secrets, &found, &mut draft);
    compare(&mut draft);
    let schedules = draft.schedules.iter().map(|(schedule, _)| schedule.clone()).collect();
    let pace_rules = draft.pace_rules.iter().map(|(rule, _)| rule.clone()).collect();
    let profiles = draft.profiles.iter().map(|(profile, _)| profile.clone()).collect();
    match Config::build(&draft.values, Lists { schedules, pace_rules, profiles }) {
        Ok(config) if draft.problems.is_empty() => {
            let origins = list_origins(&draft).chain(found).collect();
            let seat = Display::of(|name| sources.env.get(name).cloned());
            Ok(Checked { config, origins, warnings: draft.warnings, secrets, seat })
        }
        Ok(_) => Err(Problems::sorted(draft.problems)),
        Err(key) => {
            draft.unheld(key, &draft.values.place(key));
            Err(Problems::sorted(draft.problems))
        }
    }
}

/// The files in which the layers say that secrets are.
pub(super) fn secret_paths(sources: &Sources) -> Vec<PathBuf> {
    lay(sources).secret_paths.into_values().map(|(path, _)| path).collect()
}

fn lay(sources: &Sources) -> Draft {
    let mut draft = Draft::default();
    lay_defaults(&mut draft);
    lay_file(sources, &mut draft);
    lay_environment(sources, &mut draft);
    lay_flags(sources, &mut draft);
    draft
}

/// The credential `store-url` goes before the setting: only it may carry the password.
fn prefer_credential(secrets: &Secrets, found: &[Origin], draft: &mut Draft) {
    let Some(url) = secrets.get("store-url") else { return };
    let place = found.iter().find(|origin| origin.key == "secrets.store-url").map(|origin| origin.place.clone());
    let place = place.unwrap_or(Place::Default);
    match check_database(url.reveal()) {
        Ok(()) => _ = draft.values.0.insert("store.url", (Value::Database(Some(url.clone())), place)),
        Err(why) => {
            let message = format!("secrets.store-url cannot be used: {why}");
            let advice = advice::config::database_url();
            draft.problem(&place, "secrets.store-url", message, advice);
        }
    }
}

/// Looks at values that must fit each other.
fn compare(draft: &mut Draft) {
    let pair = ["queue.backoff_base", "queue.backoff_cap"];
    let [base, cap] = pair.map(|key| draft.values.typed::<Duration>(key).unwrap_or_default());
    if cap >= base || draft.problems.iter().any(|problem| pair.contains(&problem.key.as_str())) {
        return;
    }
    let [base_shown, cap_shown] = pair.map(|key| draft.values.show(key));
    let message = format!("queue.backoff_cap is `{cap_shown}`: below queue.backoff_base, `{base_shown}`");
    let [base_place, cap_place] = pair.map(|key| draft.values.place(key));
    let place = if cap_place == Place::Default { base_place } else { cap_place };
    draft.problem(&place, "queue.backoff_cap", message, advice::config::backoff());
}

fn list_origins(draft: &Draft) -> impl Iterator<Item = Origin> {
    let settings = keys().filter_map(|key| {
        let (value, place) = draft.values.0.get(key.name)?;
        Some(Origin { key: key.name.to_owned(), value: value.show(), place: place.clone() })
    });
    let schedules = draft.schedules.iter().map(|(schedule, place)| Origin {
        key: format!("schedule.{}", schedule.name),
        value: format!("{} at {} ({})", schedule.kind, schedule.at, schedule.timezone),
        place: place.clone(),
    });
    let rules = draft.pace_rules.iter().map(|(rule, place)| Origin {
        key: format!("pace.rule.{}", rule.name),
        value: format!("{} per {} for each {}", rule.at_most, write_duration(rule.per), rule.keyed_by.as_str()),
        place: place.clone(),
    });
    let profiles = draft.profiles.iter().map(|(profile, place)| Origin {
        key: format!("profile.{}", profile.name),
        value: format!("{} by {}", profile.platform, profile.proxy.as_deref().unwrap_or("no proxy")),
        place: place.clone(),
    });
    settings.chain(schedules).chain(rules).chain(profiles)
}

impl Default for Config {
    /// What holds when nothing is set.
    #[expect(clippy::expect_used, reason = "the defaults are constants, and a test checks them")]
    fn default() -> Self {
        check(&Sources::default()).expect("each default fits its own key").config
    }
}
