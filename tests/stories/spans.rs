//! What a line of the log says about the work in which it was written.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::kit::{Daemon, Dir, Extra, QUIET, RADARD, Raw, START, answer, until};

/// The lines of a log in JSON.
fn lines(daemon: &Daemon) -> Vec<Value> {
    daemon.log().lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Runs another command of the program.
fn radard(dir: &Dir, words: &[&str]) -> Output {
    let mut command = Command::new(RADARD);
    command.current_dir(dir.path()).arg("--config").arg(dir.config()).arg("--data").arg(dir.data()).args(words);
    command.output().unwrap()
}

#[test]
fn a_warning_from_deep_inside_names_the_job_the_request_or_the_profile_it_belongs_to() {
    let dir = Dir::new("spans");
    let site = Raw::start(|_, stream| answer(stream, "200 OK", &[], br#"{"ok":true,"now":1,"seq":1}"#));
    let settings = format!(
        "{QUIET}[log]\nformat = \"json\"\n[egress]\nallow_private = [\"{0}\"]\ncaptures = 5\n\
         [platform.douyin]\nbase = \"http://{0}\"\nttwid = \"http://{0}\"\n",
        site.pair()
    );
    // An exchange cannot be kept where a file stands.
    std::fs::create_dir_all(dir.data()).unwrap();
    std::fs::write(dir.data().join("captures"), "no folder").unwrap();
    dir.save_settings(&settings);
    assert!(radard(&dir, &["secrets", "init"]).status.success());
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    let wish = json!({"kind": "probe_platform", "key": "one", "payload": {"platform": "douyin"}});
    let (status, job) = daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap();
    assert_eq!(status, 201, "{job}");
    let warned = || lines(&daemon).into_iter().find(|line| line["source"] == "radard::net::capture");
    let (line, _) = until(START, "the warning is written", warned);
    let said = (&line["span"], &line["job.id"], &line["job.kind"], &line["job.attempt"], &line["target.name"]);
    assert_eq!(said, (&json!("queue.job"), &job["id"], &json!("probe_platform"), &json!(1), &json!("")), "{line}");
    let order = json!({"order": {"mode": "one", "id": "7000000000000000001"}});
    let (_, refused) = daemon.call("POST", "/api/v1/fetch", Some(&order)).unwrap();
    let of_page = || lines(&daemon).into_iter().find(|line| line["span"] == "web.request");
    let (line, _) = until(START, &format!("the request warns, too: {refused}"), of_page);
    assert_eq!((&line["http.route"], &line["http.method"]), (&json!("/api/v1/fetch"), &json!("POST")), "{line}");
    // A login is wrong for this site in any case; what is logged on the way names whose it is.
    let cookies = r#"[{"name":"sessionid","value":"x","domain":".douyin.com","path":"/"}]"#;
    std::fs::write(dir.path().join("cookies.json"), cookies).unwrap();
    let refused = radard(&dir, &["profile", "import", "main", "cookies.json", "--platform", "douyin"]);
    assert!(!refused.status.success(), "{refused:?}");
    let of_profile = || lines(&daemon).into_iter().find(|line| line["span"] == "web.request>profile");
    let (line, _) = until(START, &format!("a line of the login: {refused:?}"), of_profile);
    assert_eq!(line["session.profile"], json!("main"), "{line}");
    assert_eq!(daemon.term(START).0, 0, "{}", daemon.log());
}
