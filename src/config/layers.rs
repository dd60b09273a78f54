//! The layers that are not a file: defaults, environment, flags; and what they share with the file, which is finding
//! the key a name means and refusing a name that means none.
//!
//! In the environment each `__` is a dot and letters are small; a value is read as TOML, else as text. Names with
//! single underscores only (`RADARD_SEED`) are no settings; one that looks like a setting earns a warning.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::key::Key;
use super::kind::{Kind, Wrong, shorten};
use super::place::Place;
use super::secrets::{CREDENTIALS, SECRET_PATH, name_file};
use super::sections::keys;
use super::sources::Sources;
use super::value::{FromValue, Value};
use crate::advice;
use crate::domain::near::nearest;

/// Gives each key its default.
pub(super) fn lay_defaults(draft: &mut Draft) {
    for key in keys() {
        draft.set(key, key.kind.read_text(key.default), Place::Default);
    }
}

/// Takes what the environment sets.
pub(super) fn lay_environment(sources: &Sources, draft: &mut Draft) {
    for (name, text) in &sources.env {
        let Some(rest) = name.strip_prefix("RADARD_").map(str::to_ascii_lowercase) else { continue };
        if rest.contains("__") {
            let place = Place::Environment { name: shorten(name) };
            set_text(draft, &rest.replace("__", "."), text, place);
        } else if let Some(key) = keys().find(|key| key.name.replace('.', "_") == rest) {
            let meant = key.name.replace('.', "__").to_ascii_uppercase();
            draft.warnings.push(format!("environment {name} is no setting: write RADARD_{meant} for {}", key.name));
        }
    }
}

/// Takes what the command line sets; of two values for one key the last counts.
pub(super) fn lay_flags(sources: &Sources, draft: &mut Draft) {
    for (name, text) in &sources.flags {
        set_text(draft, name, text, Place::Flag);
    }
}

fn set_text(draft: &mut Draft, name: &str, text: &str, place: Place) {
    if let Some(key) = find(name) {
        draft.set(key, key.kind.read_text(text), place);
    } else if let Some(secret) = name.strip_prefix("secrets.") {
        set_secret(draft, &secret.replace('_', "-"), Kind::Text(SECRET_PATH).read_text(text), place);
    } else {
        refuse_key(draft, name, &place);
    }
}

/// Takes the path of the secret called `name`, or says why not.
pub(super) fn set_secret(draft: &mut Draft, name: &str, read: Result<Value, Wrong>, place: Place) {
    let key = format!("secrets.{name}");
    let Some(credential) = CREDENTIALS.iter().find(|credential| credential.name == name) else {
        return refuse_key(draft, &key, &place);
    };
    match read.map(|value| String::from_value(&value).unwrap_or_default()) {
        Ok(path) => name_file(draft, credential.name, &path, place),
        Err(wrong) => {
            let (message, advice) = wrong.say(&key, Kind::Text(SECRET_PATH), None);
            draft.problem(&place, &key, message, advice);
        }
    }
}

/// The key called `name`.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    keys().find(|key| key.name == name)
}

/// The names of all sections, outer ones included.
pub(super) fn sections() -> BTreeSet<&'static str> {
    let outer = |key: &'static Key| key.name.match_indices('.').filter_map(|(at, _)| key.name.get(..at));
    keys().flat_map(outer).chain(["secrets", "schedule", "profile"]).collect()
}

/// Notes that `name` is no key, and which one is nearest.
pub(super) fn refuse_key(draft: &mut Draft, name: &str, place: &Place) {
    let secrets: Vec<String> = CREDENTIALS.iter().map(|credential| format!("secrets.{}", credential.name)).collect();
    let known = keys().map(|key| key.name).chain(secrets.iter().map(String::as_str));
    let near = nearest(name, known).unwrap_or_default();
    let name = shorten(name);
    let advice = advice::config::near_key(near, &name);
    draft.problem(place, &name, format!("{name} is no key that radard knows"), advice);
}

/// Notes that `name` is no section, and which one is nearest.
pub(super) fn refuse_section(draft: &mut Draft, name: &str, place: &Place) {
    let near = nearest(name, sections().into_iter()).unwrap_or_default();
    let name = shorten(name);
    let near = if near == "schedule" { "[[schedule]]".to_owned() } else { format!("[{near}]") };
    let advice = advice::config::near_section(&near, &name);
    draft.problem(place, &name, format!("{name} is no section that radard knows"), advice);
}
