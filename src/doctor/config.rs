//! The settings.

use super::row::Row;
use crate::advice;
use crate::config::Places;

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

pub(super) fn settings(seen: &Settings) -> Row {
    let file = &seen.file;
    match (seen.problems, seen.warnings.as_slice()) {
        (0, []) if seen.exists => Row::well("settings", format!("`{file}` is fine")),
        (0, []) => Row::well("settings", format!("there is no `{file}`; the defaults hold (`radard init` writes one)")),
        (0, [first, ..]) => Row::well("settings", format!("fine, though {first}")),
        (1, _) => Row::ill("settings", "there is 1 problem", advice::doctor::one_problem()),
        (n, _) => Row::ill("settings", format!("there are {n} problems"), advice::doctor::each_problem()),
    }
}
