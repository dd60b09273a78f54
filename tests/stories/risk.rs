//! Signs of risk that do not look like one: each stops its account at once, through a kill, and no other account.

use serde_json::{Value, json};

use crate::kit::{Daemon, Dir, Extra, QUIET, Raw, START, answer, figure, until};

/// A profile for each disguise, and what a platform answers it.
const DISGUISES: &[&str] = &["captcha", "verify", "login", "empty", "blank", "nothing"];

/// Answers each profile in its own way; its proxy says who it is.
fn disguised(head: &str, stream: &mut std::net::TcpStream) {
    let html = ["content-type: text/html; charset=utf-8"];
    let who = head.lines().find_map(|line| line.strip_prefix("x-who: ")).unwrap_or_default();
    let path = head.split(' ').nth(1).unwrap_or_default();
    match (who, path) {
        (_, path) if path.ends_with("/login") => {
            answer(stream, "200 OK", &html, b"<html><title>Sign in</title></html>");
        }
        ("captcha", _) => answer(stream, "200 OK", &html, b"<!doctype html><script>captcha()</script>"),
        ("verify", _) => answer(stream, "200 OK", &[], b"<html><body>verify that you are human</body></html>"),
        ("login", _) => answer(stream, "302 Found", &["location: /login"], b""),
        ("empty", _) => answer(stream, "200 OK", &["content-type: application/json"], b""),
        ("blank", _) => answer(stream, "200 OK", &[], b" \r\n "),
        ("nothing", _) => answer(stream, "204 No Content", &[], b""),
        _ => answer(stream, "200 OK", &[], br#"{"ok":true,"now":1,"seq":1}"#),
    }
}

/// A proxy that adds to each request who came by it.
fn proxy(who: &'static str, target: String) -> Raw {
    Raw::start(move |head, near| {
        let mut far = std::net::TcpStream::connect(&target).unwrap();
        let (line, rest) = head.split_once("\r\n").unwrap();
        let told = format!("{line}\r\nx-who: {who}\r\nconnection: close\r\n{rest}");
        std::io::Write::write_all(&mut far, told.as_bytes()).unwrap();
        let _gone = std::io::copy(&mut far, near);
    })
}

/// Asks for a probe as `profile`; gives its id.
fn ask(daemon: &Daemon, profile: &str, n: usize) -> String {
    let payload = json!({"platform": "douyin", "profile": profile});
    let wish = json!({"kind": "probe_platform", "key": format!("{profile}-{n}"), "payload": payload});
    let (status, job) = daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap();
    assert_eq!(status, 201, "{job}");
    job["id"].as_str().unwrap().to_owned()
}

/// The job once it stands in `state`.
fn once(daemon: &Daemon, id: &str, state: &str) -> Value {
    let look =
        || Some(daemon.call("GET", &format!("/api/v1/jobs/{id}"), None).unwrap().1).filter(|job| job["state"] == state);
    until(START, &format!("job {id} is {state}"), look).0
}

#[test]
fn a_sign_of_risk_in_disguise_stops_its_account_and_no_other() {
    let dir = Dir::new("risk");
    let server = Raw::start(disguised);
    let names = DISGUISES.iter().copied().chain(["calm"]);
    let proxies: Vec<_> = names.map(|name| (name, proxy(name, server.pair()))).collect();
    let listed: Vec<_> = proxies.iter().map(|(_, proxy)| format!("\"{}\"", proxy.pair())).collect();
    let profiles = proxies.iter().fold(String::new(), |text, (name, proxy)| {
        text + &format!("[profile.{name}]\nplatform = \"douyin\"\nproxy = \"http://{}\"\n", proxy.pair())
    });
    let settings = format!(
        "{QUIET}[egress]\nallow_private = [{}]\n[platform.douyin]\nbase = \"http://douyin.example.invalid\"\n\
         [pace]\ntolerance = \"eager\"\n{profiles}",
        listed.join(", ")
    );
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    let mut refused = Vec::new();
    for name in DISGUISES {
        refused.push(ask(&daemon, name, 1));
        let job = once(&daemon, &refused[refused.len() - 1], "snoozed");
        assert!(job["class"] == "risk" && job["attempt"] == 0, "{name}: {job}");
        let wait = job["run_at"].as_i64().unwrap() - job["updated_at"].as_i64().unwrap();
        assert!(wait >= 6 * 3_600_000 - 2000, "{name} waits {wait} ms only");
    }
    let before = server.heads().len();
    assert_eq!(before, DISGUISES.len() + 1, "each has sent once, and the one that was redirected twice");

    // A kill changes nothing; work that comes meanwhile waits, and another account goes on.
    daemon.kill();
    let daemon = Daemon::start(&dir, &settings, &Extra::default());
    let waiting: Vec<_> = DISGUISES.iter().map(|name| ask(&daemon, name, 2)).collect();
    once(&daemon, &ask(&daemon, "calm", 1), "done");
    once(&daemon, &ask(&daemon, "calm", 2), "done");
    assert_eq!(server.heads().len(), 2, "the calm one alone has sent");
    for id in &waiting {
        let job = daemon.call("GET", &format!("/api/v1/jobs/{id}"), None).unwrap().1;
        assert!(job["state"] == "queued" && job["attempt"] == 0, "{job}");
    }
    let lanes = daemon.list("/api/v1/lanes");
    let stopped = lanes.iter().filter(|lane| lane["class"] == "risk" && lane["open"] == false).count();
    assert_eq!(stopped, DISGUISES.len(), "{lanes:?}");

    // A person has looked and lets one go on: one request, which meets the same again.
    let opened_at =
        daemon.call("GET", &format!("/api/v1/jobs/{}", waiting[0]), None).unwrap().1["updated_at"].as_i64().unwrap();
    let open = json!({"scope": "lane", "name": "captcha/probe", "paused": false});
    assert_eq!(daemon.call("POST", "/api/v1/gates", Some(&open)).unwrap().0, 200);
    let meets = |id: &String| {
        let job = daemon.call("GET", &format!("/api/v1/jobs/{id}"), None).unwrap().1;
        job["state"] == "snoozed" && job["class"] == "risk" && job["updated_at"].as_i64() > Some(opened_at)
    };
    let both = [&refused[0], &waiting[0]];
    until(START, "one of its two jobs meets it again", || both.into_iter().any(meets).then_some(()));
    assert_eq!(server.heads().len(), 1);
    figure(&format!("disguises={} requests_afterwards=0 other_account=2/2", DISGUISES.len()));
}
