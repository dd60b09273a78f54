//! Kinds of the house itself: is the way to a platform open, does its page sign as we do, copy the database, change keys,
//! delete what is old.

mod backup;
mod prune;
mod rotate;

use serde_json::json;

use crate::config::{Config, parse_cron, parse_zone};
use crate::media::jobs::Download;
use crate::queue::{Job, Late, Schedule};
use crate::session::{Capture, CompareSignatures, ProbePlatform, Signs};

pub(super) use backup::{Backup, Tools as BackupTools};
pub(super) use prune::{Often, Prune, Pruner, Tools as PruneTools};
pub(super) use rotate::{Rotate, Tools as RotateTools};

/// A kind of which people may add jobs.
#[derive(Debug, Clone, Copy)]
pub struct Addable {
    /// The kind.
    pub kind: &'static str,
    /// What such a job does.
    pub does: &'static str,
    /// A payload of such a job.
    pub payload: &'static str,
}

/// The kinds of which people may add jobs; radard and its schedules add all others.
pub const ADDABLE: [Addable; 3] = [
    Addable { kind: Capture::KIND, does: "refresh the login of a profile", payload: r#"{"profile":"douyin-main"}"# },
    Addable { kind: Download::KIND, does: "download a file", payload: r#"{"url":"https://example.com/a.mp4"}"# },
    Addable {
        kind: ProbePlatform::KIND,
        does: "ask whether a platform can be reached",
        payload: r#"{"platform":"douyin"}"#,
    },
];

/// When the house does its own work.
pub(super) fn own_schedules(config: &Config) -> Vec<Schedule> {
    let backup = &config.backup;
    let compare = |platform: Signs| Own {
        name: format!("compare_{}", platform.as_str()),
        kind: CompareSignatures::KIND,
        payload: json!({"platform": platform}),
        // In the afternoon in China.
        at: "41 14 * * *",
        zone: "Asia/Shanghai",
    };
    let hourly = Prune { only: Some(Often::Hourly) };
    let tidy = Own { name: "tidy".to_owned(), payload: json!(hourly), ..Own::of(Prune::KIND, "17 * * * *", "UTC") };
    let own = [
        Own::of(Backup::KIND, &backup.at, &backup.timezone),
        // At night in China.
        Own::of(Prune::KIND, "23 19 * * *", "UTC"),
        tidy,
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
        Self { name: kind.to_owned(), kind, payload: json!({}), at, zone }
    }

    fn schedule(self) -> Option<Schedule> {
        let Self { name, kind, payload, at, zone } = self;
        let (cron, zone) = (parse_cron(at).ok()?, parse_zone(zone)?);
        Some(Schedule { name, kind: kind.to_owned(), payload, cron, zone, late: Late::Once })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::OpenTo;

    #[test]
    fn what_people_may_add_is_open_to_them_and_its_payload_is_taken() {
        fn of<J: Job>() -> (&'static str, OpenTo, Result<(), String>) {
            let addable = ADDABLE.iter().find(|addable| addable.kind == J::KIND).unwrap();
            let read = serde_json::from_str::<J>(addable.payload).map(drop).map_err(|why| why.to_string());
            (J::KIND, J::OPEN_TO, read)
        }
        let seen = [of::<Capture>(), of::<Download>(), of::<ProbePlatform>()];
        assert_eq!(seen.len(), ADDABLE.len());
        let wanted = [OpenTo::Owner, OpenTo::Scripts, OpenTo::Scripts];
        for ((kind, open_to, read), wanted) in seen.into_iter().zip(wanted) {
            assert_eq!((open_to, read), (wanted, Ok(())), "{kind}");
        }
    }
}
