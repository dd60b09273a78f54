//! Checks an installation: what is wrong, and how to fix it.
//!
//! Gathering and judging are apart: `look` asks the machine and never judges, `judge` turns facts into rows and never
//! asks. What could not be looked at is said to be so; it is neither well nor ill. Nothing here changes anything, so
//! it may be run at any time, beside a daemon or without one.

mod facts;
mod growth;
mod judge;
mod look;
mod row;

use std::sync::Arc;

use serde_json::{Value, json};

pub use self::facts::{
    Alarms, Answers, Browser, Clock, Daemon, Data, Database, Disk, Facts, Growth, Known, Limits, Profiles, Settings,
    Signers, Standing, Targets, Unit, Vault,
};
pub use self::judge::judge;
pub use self::look::{Patient, look};
pub use self::row::Row;
use super::acts::Doctor;
use super::house::House;

/// Looks at `patient` and judges what was seen.
pub async fn examine(patient: Patient<'_>) -> Vec<Row> {
    judge(&look(patient).await)
}

/// The rows as the API and `--json` give them, and whether nothing is wrong.
pub fn report(rows: &[Row]) -> (Value, bool) {
    let ok = !rows.iter().any(|row| row.ok == Some(false));
    (json!({"v": 1, "ok": ok, "items": rows, "next": null}), ok)
}

/// Lets the API examine the house that it belongs to.
pub(super) fn of(house: &House) -> Doctor {
    let (plan, current) = (house.plan.clone(), house.current.clone());
    Arc::new(move || {
        let (mut plan, current) = (plan.clone(), current.clone());
        Box::pin(async move {
            plan.config = current.now().as_ref().clone();
            let settings = Settings::at(&plan.places, &[]);
            let patient = Patient {
                settings,
                places: &plan.places,
                plan: Some(&plan),
                daemon: Daemon::Asking,
                ambient: &plan.ambient,
            };
            report(&examine(patient).await).0
        })
    })
}

#[cfg(test)]
mod tests;
