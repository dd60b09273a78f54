//! The real program on a machine whose clock was a year ahead and is set right.

use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{Daemon, Dir, QUIET, Shifted, figure, size, texts, until};

const YEAR: i64 = 365 * 24 * 3600;
const WHILE: Duration = Duration::from_secs(10);

fn ask_tidy(daemon: &Daemon) -> impl Fn() -> Value + use<> {
    let job = daemon.run_schedule("tidy");
    let (path, caller) = (format!("/api/v1/jobs/{}", job["id"].as_str().unwrap()), daemon.caller());
    move || caller.call("GET", &path, None).unwrap().1
}

#[test]
fn a_clock_that_was_a_year_ahead_stops_no_schedule_and_lets_nothing_be_deleted() {
    let dir = Dir::new("clock-back");
    let shifted = Shifted::new(&dir);
    shifted.set(YEAR);
    let mut daemon = Daemon::start(&dir, QUIET, &shifted.extra());
    // The control: nobody can know that this clock is wrong, and tidying works.
    let tidied = ask_tidy(&daemon);
    until(WHILE, "it tidies up", || Some(tidied()).filter(|job| job["state"] == "done"));
    let slots = "SELECT CAST(last_slot AS TEXT) FROM schedule";
    let ahead: Vec<i64> = texts(&dir.database(), slots).iter().map(|at| at.parse().unwrap()).collect();
    assert!(ahead.len() >= 3, "{ahead:?}");
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());

    shifted.set(0);
    let mut daemon = Daemon::start(&dir, QUIET, &shifted.extra());
    let open = "SELECT detail FROM alarm WHERE name = 'clock_jumped' AND closed_at IS NULL";
    let (alarm, took) = until(WHILE, "the jump is told", || texts(&dir.database(), open).pop());
    figure(&format!("clock jump told_ms={}", took.as_millis()));
    assert!(alarm.contains("days back"), "{alarm}");
    let is_back = |at: &String| at.parse::<i64>().unwrap() < ahead[0] - YEAR * 500;
    until(WHILE, "the schedules are set back", || texts(&dir.database(), slots).iter().all(is_back).then_some(()));
    let tidied = ask_tidy(&daemon);
    let (job, _) = until(WHILE, "it waits", || Some(tidied()).filter(|job| job["state"] == "snoozed"));
    assert!(job["last_error"].as_str().unwrap().contains("nothing is deleted"), "{job}");
    let (_, rows) = daemon.call("GET", "/api/v1/doctor", None).unwrap();
    let row = rows["items"].as_array().unwrap().iter().find(|row| row["name"] == "clock").cloned().unwrap();
    assert_eq!((&row["ok"], row["detail"].as_str().unwrap().contains("days back")), (&json!(false), true), "{row}");
    // And while it runs, which takes until the next look.
    if size(0, 1) == 1 {
        shifted.set(YEAR);
        until(Duration::from_secs(20), "a jump under way is seen", || {
            texts(&dir.database(), open)
                .pop()
                .filter(|alarm| alarm.contains("365 days ahead"))
                .or_else(|| daemon.log().contains("jumped 365 days ahead").then(String::new))
        });
    }
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}
