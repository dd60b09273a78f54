//! Limits of the settings at work in the real daemon: a request that has no room waits, and a kill forgets nothing.

use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{Daemon, Dir, Extra, Outside, QUIET, START, figure, until, until_it};

/// Asks for a probe and waits until it is done or waits itself.
fn probe(daemon: &Daemon, key: &str) -> Value {
    let wish = json!({"kind": "probe_platform", "key": key, "payload": {"platform": "douyin"}});
    assert_eq!(daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap().0, 201);
    let settled = |job: &Value| ["done", "snoozed"].contains(&job["state"].as_str().unwrap());
    let look = || daemon.list("/api/v1/jobs").into_iter().find(|job| job["key"] == key && settled(job));
    until(START, "the probe is done or waits", look).0
}

#[test]
fn a_request_without_room_waits_without_an_attempt_and_a_kill_forgets_nothing() {
    let dir = Dir::new("limits");
    let outside = Outside::start(&[]);
    let platforms = &outside.config;
    let rule = "[[pace.rule]]\nname = \"looks\"\non = [\"douyin.probe\"]\nat_most = 2\nper = \"1h\"\nkeyed_by = \"endpoint\"\n";
    let (limited, free) = (format!("{QUIET}{platforms}\n{rule}"), format!("{QUIET}{platforms}\n"));
    let mut daemon = Daemon::start(&dir, &limited, &Extra::default());
    for key in ["one", "two"] {
        assert_eq!(probe(&daemon, key)["state"], "done", "{key}");
    }
    let third = probe(&daemon, "three");
    let said = third["last_error"].as_str().unwrap().to_owned();
    assert!(third["state"] == "snoozed" && third["class"] == "rate" && third["attempt"] == 0, "{third}");
    assert!(said.contains("the limit `looks/endpoint:douyin.probe` has the next request wait"), "{said}");
    let wait = third["run_at"].as_i64().unwrap() - third["updated_at"].as_i64().unwrap();
    assert!((3_590_000..=3_602_000).contains(&wait), "{wait}");
    let lane = daemon.list("/api/v1/lanes").into_iter().find(|lane| lane["name"] == "douyin/probe").unwrap();
    assert_eq!(lane["limit"], "2 per 1h (looks/endpoint:douyin.probe)", "{lane}");
    assert_eq!([&lane["waiting"], &lane["resting"]], [0, 1], "{lane}");
    let off = lane["drained_at"].as_i64().unwrap() - third["run_at"].as_i64().unwrap();
    assert!(off.abs() <= 1000, "the forecast is {off} ms off what comes: {lane}");

    daemon.kill();
    let daemon = Daemon::start(&dir, &limited, &Extra::default());
    assert_eq!(probe(&daemon, "four")["state"], "snoozed", "what was sent before the kill counts");
    assert_eq!(daemon.list("/api/v1/alarms").len(), 0, "a limit at work is no reason for an alarm");

    dir.save_settings(&free);
    let taken = until_it(Duration::from_secs(2), "the limit is gone", || {
        let key = format!("free-{}", daemon.list("/api/v1/jobs").len());
        let job = probe(&daemon, &key);
        // The platform has seen the two, and this one.
        job["state"] == "done" && job["result"]["seq"] == 3
    });
    figure(&format!("limit=2/h waits_ms={wait} taken_off_after_ms={}", taken.as_millis()));
}
