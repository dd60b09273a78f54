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
pub(super) use compare_signatures::{CompareSignatures, Tools as CompareTools};
pub(super) use probe_platform::{ProbePlatform, Tools as ProbeTools};
pub(super) use prune::{Prune, Tools as PruneTools};
pub(super) use rotate::{Rotate, Tools as RotateTools};
pub(super) use tidy::{Tidy, Tools as TidyTools};

/// When the house does its own work.
pub(super) fn own_schedules(config: &Config) -> Vec<Schedule> {
    let own = [
        ("backup", Backup::KIND, config.backup.at.as_str(), config.backup.timezone.as_str()),
        // In the small hours of where the platforms' people live.
        ("prune", Prune::KIND, "23 19 * * *", "UTC"),
        ("tidy", Tidy::KIND, "17 * * * *", "UTC"),
        // In the afternoon there, when people are at it.
        ("compare_signatures", CompareSignatures::KIND, "41 14 * * *", "Asia/Shanghai"),
    ];
    own.into_iter()
        .filter_map(|(name, kind, at, zone)| {
            Some(Schedule {
                name: name.to_owned(),
                kind: kind.to_owned(),
                payload: serde_json::json!({}),
                cron: parse_cron(at).ok()?,
                zone: parse_zone(zone)?,
                late: Late::Once,
            })
        })
        .collect()
}
