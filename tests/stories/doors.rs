//! Attackers at the doors of the real program: a key that wants more than it has, a browser whose key is gone, settings
//! of somebody else, and a payload that a database refuses.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, chown};

use serde_json::{Value, json};

use crate::kit::{Daemon, Database, Dir, Extra, QUIET, START, not_run, run};

/// The user that owns nothing.
const NOBODY: u32 = 65534;

/// What somebody on the network is answered: status, head and body.
fn send(there: SocketAddr, line: &str, headers: &str, body: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(there).unwrap();
    let length = body.len();
    let ask = format!(
        "{line} HTTP/1.1\r\nhost: {there}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(ask.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_owned(), body.to_owned())
}

fn post(there: SocketAddr, key: &str, path: &str, body: &Value) -> (u16, String) {
    let headers = format!("authorization: Bearer {key}\r\ncontent-type: application/json\r\n");
    let (status, _, body) = send(there, &format!("POST {path}"), &headers, &body.to_string());
    (status, body)
}

/// What a command gives a program.
fn told(dir: &Dir, command: &[&str]) -> Value {
    let (code, out, err) = run(dir, &[&["--json"], command].concat(), None);
    assert_eq!(code, 0, "{command:?}: {out}{err}");
    serde_json::from_str(&out).unwrap()
}

/// Where the pages are.
fn pages(dir: &Dir) -> SocketAddr {
    told(dir, &["open"])["url"].as_str().unwrap().split('/').nth(2).unwrap().parse().unwrap()
}

fn key(dir: &Dir, name: &str, scopes: &str) -> String {
    told(dir, &["key", "add", name, "--scope", scopes])["key"].as_str().unwrap().to_owned()
}

#[test]
fn a_key_that_may_write_jobs_reaches_no_backup_and_no_profile() {
    let dir = Dir::new("doors-kinds");
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    let there = pages(&dir);
    told(&dir, &["backup", "create"]);
    let copies = || std::fs::read_dir(dir.data().join("backups")).unwrap().map(|one| one.unwrap().file_name());
    let before: Vec<_> = copies().collect();
    let writer = key(&dir, "writer", "jobs:write");
    // Eight backups deleted the only old copy once; and the others act in the name of any profile.
    for kind in ["backup", "rotate", "prune", "crawl", "compare_signatures", "capture"] {
        let payload = if kind == "capture" { json!({"profile": "main"}) } else { json!({}) };
        for n in 0..8 {
            let ask = json!({"kind": kind, "key": format!("k{n}"), "payload": payload});
            let (status, said) = post(there, &writer, "/api/v1/jobs", &ask);
            assert_eq!(status, 403, "{kind}: {said}");
        }
        let (status, said) = post(there, &writer, "/api/v1/jobs/retry", &json!({"kind": kind}));
        assert_eq!(status, 403, "retry {kind}: {said}");
    }
    assert_eq!(daemon.list("/api/v1/jobs"), Vec::<Value>::new());
    assert_eq!(copies().collect::<Vec<_>>(), before);
    // The controls: what the key is for.
    let file = json!({"kind": "download", "key": "d", "payload": {"url": "http://files.example.com/a.mp4"}});
    let probe = json!({"kind": "probe_platform", "key": "p", "payload": {"platform": "douyin"}});
    for ask in [file, probe] {
        let (status, said) = post(there, &writer, "/api/v1/jobs", &ask);
        assert_eq!(status, 201, "{ask}: {said}");
    }
    // A key makes no key that can do more than it can.
    let maker = key(&dir, "maker", "keys:write");
    let (status, said) = post(there, &maker, "/api/v1/keys", &json!({"name": "mine", "scopes": ["admin"]}));
    assert_eq!(status, 403, "{said}");
    let delete = |name: &str| {
        send(there, &format!("DELETE /api/v1/keys/{name}"), &format!("authorization: Bearer {maker}\r\n"), "").0
    };
    assert_eq!(delete("writer"), 403);
    assert_eq!(daemon.term(START).0, 0);
}

#[test]
fn a_browser_is_signed_out_when_the_key_that_opened_it_is_revoked() {
    let dir = Dir::new("doors-visits");
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    let there = pages(&dir);
    let admin = key(&dir, "guest", "admin");
    let enter = |path: &str| {
        assert_eq!(send(there, &format!("GET {path}"), "", "").0, 200, "a form");
        let (status, head, _) = send(there, &format!("POST {path}"), "sec-fetch-site: same-origin\r\n", "");
        let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        (status, cookie.unwrap_or_default().split(';').next().unwrap().to_owned())
    };
    let sees = |cookie: &str| send(there, "GET /", &format!("cookie: {cookie}\r\n"), "").0 == 200;
    let link = |said: &str| serde_json::from_str::<Value>(said).unwrap()["path"].as_str().unwrap().to_owned();
    let (_, of_key) = enter(&link(&post(there, &admin, "/api/v1/open", &json!({})).1));
    let url = told(&dir, &["open"])["url"].as_str().unwrap().to_owned();
    let (_, of_owner) = enter(&format!("/{}", url.splitn(4, '/').nth(3).unwrap()));
    assert!(sees(&of_key) && sees(&of_owner), "the control: {of_key} {of_owner}");
    let unused = link(&post(there, &admin, "/api/v1/open", &json!({})).1);
    told(&dir, &["key", "revoke", "guest"]);
    assert!(!sees(&of_key) && sees(&of_owner));
    assert_eq!(send(there, &format!("POST {unused}"), "sec-fetch-site: same-origin\r\n", "").0, 410);
    // What is no token gets no form, whatever it is.
    for token in ["x", "%00", "..%2f..%2f", &"a".repeat(4000)] {
        let (status, _, page) = send(there, &format!("GET /enter/{token}"), "", "");
        assert!(status >= 400 && !page.contains("<form"), "{token}: {status} {page}");
    }
    assert_eq!(daemon.term(START).0, 0);
}

#[test]
fn settings_of_another_user_run_no_program() {
    if !rustix::process::geteuid().is_root() {
        return not_run("settings of another user (needs root)");
    }
    let dir = Dir::new("doors-settings");
    let (ran, driver) = (dir.path().join("ran"), dir.path().join("driver"));
    std::fs::write(&driver, format!("#!/bin/sh\ntouch {}\n", ran.display())).unwrap();
    std::fs::set_permissions(&driver, std::fs::Permissions::from_mode(0o755)).unwrap();
    dir.save_settings(&format!("[browser]\ndriver = \"{}\"\n", driver.display()));
    let doctor = || {
        let (_, out, err) = run(&dir, &["doctor"], None);
        (std::fs::remove_file(&ran).is_ok(), format!("{out}{err}"))
    };
    let (was_run, said) = doctor();
    assert!(was_run, "the control: our own settings are obeyed: {said}");
    for theirs in [dir.config().join("radard.toml"), dir.config()] {
        chown(&theirs, Some(NOBODY), None).unwrap();
        let (was_run, said) = doctor();
        assert!(!was_run && said.contains("`./config` is not used"), "{}: {said}", theirs.display());
        chown(&theirs, Some(0), None).unwrap();
    }
    // And those that another user can change.
    std::fs::set_permissions(dir.config(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let (was_run, said) = doctor();
    assert!(!was_run && said.contains("`./config` is not used"), "{said}");
}

#[test]
fn a_payload_that_the_database_refuses_fails_alone() {
    let Some(database) = Database::make() else { return };
    let dir = Dir::new("doors-nul");
    let settings = format!("{QUIET}[store]\nurl = \"{}\"\n", database.url);
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    let hold = json!({"scope": "kind", "name": "download", "paused": true});
    assert_eq!(daemon.call("POST", "/api/v1/gates", Some(&hold)).unwrap().0, 200);
    // The host names the lane, and a lane is a text that PostgreSQL cannot hold with such a character in it.
    let ask = |who: usize, n: usize, host: &str| {
        let payload = json!({"url": format!("http://{host}/a")});
        let wish = json!({"kind": "download", "key": format!("{who}-{n}"), "payload": payload});
        daemon.caller().call("POST", "/api/v1/jobs", Some(&wish)).unwrap()
    };
    let statuses: Vec<(bool, u16)> = std::thread::scope(|scope| {
        let ask = &ask;
        let callers = (0..8).map(|who| {
            let host = if who % 4 == 0 { "files\u{0}.example.com" } else { "files.example.com" };
            let all = move || (0..20).map(|n| (who % 4 == 0, ask(who, n, host).0)).collect::<Vec<_>>();
            scope.spawn(all)
        });
        callers.collect::<Vec<_>>().into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    let (bad, good): (Vec<_>, Vec<_>) = statuses.into_iter().partition(|(is_bad, _)| *is_bad);
    assert!(good.len() == 120 && good.iter().all(|(_, status)| *status == 201), "{good:?}");
    assert!(bad.len() == 40 && bad.iter().all(|(_, status)| *status == 400), "{bad:?}");
    assert_eq!(daemon.term(START).0, 0, "{}", daemon.log());
}
