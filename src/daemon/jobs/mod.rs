//! Kinds of the house itself: is the way to a platform open, does its page sign as we do, copy the database, change keys,
//! delete what is old.

mod backup;
mod capture;
mod compare_signatures;
mod probe_platform;
mod prune;
mod rotate;
mod tidy;

use crate::config::{Config, parse_cron, parse_zone};
use crate::queue::{Job, Late, Schedule};

pub(super) use backup::{Backup, Tools as BackupTools};
pub(super) use capture::Capture;
pub(super) use compare_signatures::{CompareSignatures, Signs, Tools as CompareTools};
pub(super) use probe_platform::{ProbePlatform, Tools as ProbeTools};
pub(super) use prune::{Prune, Tools as PruneTools};
pub(super) use rotate::{Rotate, Tools as RotateTools};
pub(super) use tidy::{Tidy, Tools as TidyTools};

/// When the house does its own work.
pub(super) fn own_schedules(config: &Config) -> Vec<Schedule> {
    let backup = &config.backup;
    let compare = |platform: Signs| Own {
        name: format!("compare_{}", platform.as_str()),
        kind: CompareSignatures::KIND,
        payload: serde_json::json!({"platform": platform}),
        // In the afternoon in China.
        at: "41 14 * * *",
        zone: "Asia/Shanghai",
    };
    let own = [
        Own::of(Backup::KIND, &backup.at, &backup.timezone),
        // At night in China.
        Own::of(Prune::KIND, "23 19 * * *", "UTC"),
        Own::of(Tidy::KIND, "17 * * * *", "UTC"),
    ];
    own.into_iter().chain(Signs::ALL.map(compare)).filter_map(Own::schedule).collect()
}

/// A schedule that radard itself needs.
struct Own<'a> {
    name: String,
    kind: &'static str,
    payload: serde_json::Value,
    at: &'a str,
    zone: &'a str,
}

impl<'a> Own<'a> {
    /// The schedule of a kind that needs no payload.
    fn of(kind: &'static str, at: &'a str, zone: &'a str) -> Self {
        Self { name: kind.to_owned(), kind, payload: serde_json::json!({}), at, zone }
    }

    fn schedule(self) -> Option<Schedule> {
        let Self { name, kind, payload, at, zone } = self;
        let (cron, zone) = (parse_cron(at).ok()?, parse_zone(zone)?);
        Some(Schedule { name, kind: kind.to_owned(), payload, cron, zone, late: Late::Once })
    }
}
