//! Checks an installation: what is wrong, and how to fix it. One file for each room that has something to look at.
//!
//! Gathering and judging are apart: what asks the machine never judges, and what turns facts into rows never asks. What
//! could not be looked at is said to be so; it is neither well nor ill. Nothing here changes anything, so it may be run
//! at any time, beside a daemon or without one.

mod config;
mod daemon;
mod facts;
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

use crate::base::Plan;
use crate::config::Current;
use crate::target::Served;

pub use self::config::Settings;
pub use self::daemon::Daemon;
pub use self::facts::{Patient, judge, look};
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
