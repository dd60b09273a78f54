//! A database that an older radard left.

use std::time::Duration;

use serde_json::json;

use crate::kit::{Daemon, Dir, Extra, QUIET, change, texts, until};

const WHILE: Duration = Duration::from_secs(10);

#[test]
fn jobs_of_a_kind_that_nobody_does_any_more_are_gone_with_their_counts() {
    let dir = Dir::new("upgrade-tidy");
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    let job = daemon.run_schedule("tidy");
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let done = || Some(daemon.call("GET", &path, None).unwrap().1).filter(|job| job["state"] == "done");
    until(WHILE, "it is done", done);
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
    for older in [
        "UPDATE job SET kind = 'tidy' WHERE kind = 'prune'",
        "INSERT INTO job_tally (kind, state, n) VALUES ('tidy', 'done', 1)",
        "DELETE FROM radard_schema WHERE version = 16",
    ] {
        assert_eq!(change(&dir.database(), older), 1, "{older}");
    }
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    let (_, counts) = daemon.call("GET", "/api/v1/counts", None).unwrap();
    assert!(!counts.to_string().contains("tidy"), "{counts}");
    assert_eq!(texts(&dir.database(), "SELECT id FROM job WHERE kind = 'tidy'"), [""; 0]);
    // The control: what does the same now is a job like any other.
    let job = daemon.run_schedule("tidy");
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(daemon.call("GET", &path, None).unwrap().1["kind"], json!("prune"));
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}
