//! The real daemon and a page in Chromium: a new version of the site's script is told with the field that it changed.

use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{Daemon, Extra, Outside, ask, figure, login_dir, login_settings, texts, until};

const WHILE: Duration = Duration::from_secs(40);

fn change_page(outside: &Outside, change: &Value) {
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    assert_eq!(ask(&mut stream, ("POST", "/page"), Some(change)).unwrap().0, 200);
}

/// Has the daemon compare now; gives what its job says.
fn compare(daemon: &Daemon, key: &str) -> Value {
    let wish = json!({"kind": "compare_signatures", "key": key, "payload": {}});
    let (status, job) = daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap();
    assert_eq!(status, 201, "{job}");
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let done = || Some(daemon.call("GET", &path, None).unwrap().1).filter(|job| job["state"] == "done");
    let (job, took) = until(WHILE, "signatures are compared", done);
    figure(&format!("signatures compared_ms={}", took.as_millis()));
    job["result"].clone()
}

#[test]
fn a_new_version_of_the_sites_script_is_told_by_field_and_the_alarm_closes_when_it_is_gone() {
    let outside = Outside::start(&[]);
    let (dir, _) = login_dir("signatures", &outside);
    let mut daemon = Daemon::start(&dir, &login_settings(&outside), &Extra::default());
    let open =
        || texts(&dir.database(), "SELECT detail FROM alarm WHERE name = 'signature_differs' AND closed_at IS NULL");
    assert_eq!((compare(&daemon, "same"), open()), (json!({"differs": []}), vec![]));
    change_page(&outside, &json!({"aid": 6384}));
    assert_eq!(compare(&daemon, "changed"), json!({"differs": ["application"]}));
    assert_eq!(open(), ["a page of the site signs in another way: application"]);
    change_page(&outside, &json!({}));
    assert_eq!((compare(&daemon, "healed"), open()), (json!({"differs": []}), vec![]));
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}

#[test]
fn without_a_browser_nothing_is_compared_and_doctor_says_so() {
    let outside = Outside::start(&[]);
    let (dir, _) = login_dir("signatures-none", &outside);
    let nowhere = dir.path().join("nowhere").display().to_string();
    let settings = login_settings(&outside);
    let (before, _) = settings.split_once("[browser]").unwrap();
    let settings = format!("{before}[browser]\nbinary = \"{nowhere}\"\n");
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    assert_eq!(compare(&daemon, "none"), json!({"skipped": "there is no browser"}));
    let (_, rows) = daemon.call("GET", "/api/v1/doctor", None).unwrap();
    let row = rows["items"].as_array().unwrap().iter().find(|row| row["name"] == "signers").cloned().unwrap();
    assert!(row["detail"].as_str().unwrap().ends_with("not compared with a page: there is no browser"), "{row}");
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}
