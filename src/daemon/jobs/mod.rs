//! Kinds of the house itself: is the way to a platform open, does its page sign as we do, copy the database, change keys,
//! delete what is old.

mod backup;
mod prune;
mod rotate;

use crate::config::Config;
use crate::media::jobs::Download;
use crate::queue::{Job, Schedule};
use crate::session::{self, Capture, ProbePlatform};

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
    let (backup, hourly) = (&config.backup, Prune { only: Some(Often::Hourly) });
    let own = [
        Schedule::own("backup", &Backup {}, &backup.at, &backup.timezone),
        // At night in China.
        Schedule::own("prune", &Prune { only: None }, "23 19 * * *", "UTC"),
        Schedule::own("tidy", &hourly, "17 * * * *", "UTC"),
    ];
    own.into_iter().flatten().chain(session::schedules()).collect()
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
