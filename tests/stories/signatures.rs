//! The real daemon and pages in Chromium: a new version of a site's script is reported with the field that it changed.

use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{Daemon, Extra, Outside, ask, figure, login_dir, login_settings, play, texts, until};

const WHILE: Duration = Duration::from_secs(40);

fn change_page(outside: &Outside, change: &Value) {
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    assert_eq!(ask(&mut stream, "POST", "/page", Some(change)).unwrap().0, 200);
}

/// Has the daemon compare now; gives what its job says.
fn compare(daemon: &Daemon, platform: &str) -> Value {
    let job = daemon.run_schedule(&format!("compare_{platform}"));
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let done = || Some(daemon.call("GET", &path, None).unwrap().1).filter(|job| job["state"] == "done");
    let (job, took) = until(WHILE, "signatures are compared", done);
    figure(&format!("signatures platform={platform} compared_ms={}", took.as_millis()));
    job["result"].clone()
}

/// What doctor says about the recipes.
fn signers(daemon: &Daemon) -> String {
    let (_, rows) = daemon.call("GET", "/api/v1/doctor", None).unwrap();
    let row = rows["items"].as_array().unwrap().iter().find(|row| row["name"] == "signers").cloned().unwrap();
    row["detail"].as_str().unwrap().to_owned()
}

#[test]
fn a_new_version_of_a_sites_script_is_reported_by_field_and_the_alarm_closes_when_it_is_gone() {
    let outside = Outside::start(&[]);
    let (dir, _) = login_dir("signatures", &outside);
    let mut daemon = Daemon::start(&dir, &login_settings(&outside), &Extra::default());
    let open = || {
        texts(
            &dir.database(),
            "SELECT subject || ': ' || detail FROM alarm WHERE name = 'signature_differs' AND closed_at IS NULL",
        )
    };
    let cases = [
        ("douyin", json!({"aid": 6384}), "application"),
        ("creative_radar", json!({"salt": "B8C&"}), "user-sign"),
        ("creative_radar", json!({"headers": {"x-gnarly": "1"}}), "the new header x-gnarly"),
    ];
    for (platform, change, field) in &cases {
        let compare = || compare(&daemon, platform);
        assert_eq!((compare(), open()), (json!({"differs": []}), vec![]));
        change_page(&outside, change);
        assert_eq!(compare(), json!({"differs": [field]}));
        assert_eq!(open(), [format!("{platform}: a page of the site signs in another way: {field}")]);
        change_page(&outside, &json!({}));
        assert_eq!((compare(), open()), (json!({"differs": []}), vec![]));
    }
    assert!(signers(&daemon).ends_with("; douyin: a page signs the same, creative_radar: a page signs the same"));
    play(&outside, "creative_radar.business.gone");
    let skipped = json!({"skipped": "its page no longer signs its requests"});
    assert_eq!((compare(&daemon, "creative_radar"), open()), (skipped, vec![]));
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
    for platform in ["douyin", "creative_radar"] {
        assert_eq!(compare(&daemon, platform), json!({"skipped": "there is no browser"}));
    }
    let none =
        ["douyin", "creative_radar"].map(|name| format!("{name}: not compared with a page: there is no browser"));
    let said = signers(&daemon);
    assert!(said.ends_with(&none.join(", ")), "{said}");
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}
