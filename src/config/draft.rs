//! The configuration while it is being put together.
//!
//! Layers write into it one after the other; what they cannot use becomes a problem and the value below stays. Only a
//! draft without problems turns into a [`super::Config`].

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::key::Key;
use super::kind::Wrong;
use super::place::{Place, Problem};
use super::sections::{PaceRule, Profile, Schedule};
use super::value::{Value, Values};
use crate::advice::{self, Advice};

/// Values so far, and what is wrong so far.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) values: Values,
    pub(super) schedules: Vec<(Schedule, Place)>,
    pub(super) pace_rules: Vec<(PaceRule, Place)>,
    pub(super) profiles: Vec<(Profile, Place)>,
    pub(super) secret_paths: BTreeMap<&'static str, (PathBuf, Place)>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
}

impl Draft {
    /// Notes a problem of `key` at `place`: what is wrong, and what to do.
    pub(super) fn problem(&mut self, place: &Place, key: &str, message: String, advice: Advice) {
        self.problems.push(Problem::new(place, key, message, advice));
    }

    /// Takes what was read for `key` at `place`, or notes why it does not fit.
    pub(super) fn set(&mut self, key: &'static Key, read: Result<Value, Wrong>, place: Place) {
        match read {
            Ok(value) => _ = self.values.0.insert(key.name, (value, place)),
            Err(wrong) => {
                let default = key.kind.read_text(key.default).map(|value| value.show()).unwrap_or_default();
                let (message, advice) = wrong.say(key.name, key.kind, Some(&default));
                self.problem(&place, key.name, message, advice);
            }
        }
    }

    /// Notes that the value of `key` is right in itself and too large for this machine.
    pub(super) fn unheld(&mut self, key: &str, place: &Place) {
        let message = format!("{key} is more than this machine can hold");
        self.problem(place, key, message, advice::config::smaller());
    }
}
