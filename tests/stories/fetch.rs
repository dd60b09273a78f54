//! `radard fetch` as a person and a program use it, against the simulated site, with what goes wrong on the way.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::kit::{Daemon, Dir, Extra, Outside, QUIET, RADARD, ask, records};

/// A directory whose settings lead to `outside`, with the login that it knows as the profile `main`.
fn dir(name: &str, outside: &Outside, more: &str) -> (Dir, Vec<String>) {
    let dir = Dir::new(name);
    let mut stream = TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    let (_, control) = ask(&mut stream, "GET", "/state", None).unwrap();
    let cookies = dir.path().join("cookies");
    std::fs::write(&cookies, format!("main {}\n", control["login"].as_str().unwrap())).unwrap();
    std::fs::set_permissions(&cookies, std::fs::Permissions::from_mode(0o600)).unwrap();
    let profile = "[profile.main]\nplatform = \"douyin\"\n";
    let secrets = format!("[secrets]\ndouyin-cookies = \"{}\"\n", cookies.display());
    dir.save_settings(&format!("{}\n{profile}\n{secrets}\n{more}", outside.config));
    (dir, serde_json::from_value(control["creators"].clone()).unwrap())
}

fn command(dir: &Dir, arguments: &[&str]) -> Command {
    let mut radard = Command::new(RADARD);
    radard.arg("fetch").args(arguments).arg("--no-media").current_dir(dir.path());
    radard.stdout(Stdio::piped()).stderr(Stdio::piped());
    radard
}

/// Runs it; gives the exit code and what was said on both.
fn fetch(dir: &Dir, arguments: &[&str]) -> (i32, String, String) {
    let output = command(dir, arguments).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code().unwrap(), out, err)
}

/// What tells how it goes.
fn events(out: &str) -> Vec<Value> {
    let lines = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line.get("event").is_some()).collect()
}

#[test]
fn a_person_gets_a_table_and_a_program_lines() {
    let outside = Outside::start(&[]);
    let (dir, creators) = dir("fetch", &outside, "[pace]\ntolerance = \"eager\"\n");
    let link = format!("https://www.douyin.com/user/{}", creators[0]);
    let (code, out, err) = fetch(&dir, &[&link, "--max", "45"]);
    assert_eq!((code, out.lines().count()), (0, 46), "{err}");
    assert!(out.starts_with("ID  ") && err.contains(": 45 records in 3 pages, "), "{out}\n{err}");
    let (code, out, err) = fetch(&dir, &["--json", &format!("看看 {link} 吧"), "--max", "45"]);
    let listed = records(&out);
    assert_eq!((code, listed.len(), err.as_str()), (0, 45, ""));
    let told = [
        json!({"event": "page", "pages": 1, "records": 19}),
        json!({"event": "page", "pages": 2, "records": 38}),
        json!({"event": "page", "pages": 3, "records": 45}),
        json!({"event": "end", "link": link, "pages": 3, "records": 45, "ended": "enough"}),
    ];
    assert_eq!(events(&out), told);
    assert!(listed.iter().all(|row| row["aweme_id"].is_string() && row["sec_user_id"] == creators[0].as_str()));
    let (_, out, _) = fetch(&dir, &["--json", "--raw", &link, "--max", "1"]);
    assert!(records(&out)[0]["aweme_control"]["can_comment"].is_boolean(), "what nobody reads is there");
    for (arguments, needle) in [
        (vec!["--mode", "profile", link.as_str()], "follower_count"),
        (vec!["--mode", "follower", "--profile", "main", "--max", "3", creators[9].as_str()], "SEC_UID"),
        (vec!["--mode", "collects", "--profile", "main"], "想学的菜"),
        (vec!["--mode", "folder", "--folder", "7300000000000000101", "--profile", "main", "--max", "2"], "CREATED"),
        (vec!["--mode", "following-lives", "--profile", "main"], "直播间"),
        (vec!["--mode", "follow", "--profile", "main", "--max", "3"], "CREATED"),
        (vec!["--mode", "live", creators[8].as_str()], "stream_id"),
        (vec!["--mode", "live", creators[9].as_str()], "live_status"),
        (vec!["--mode", "search", "--keyword", "美食", "--profile", "main", "--max", "2", link.as_str()], "美食"),
        (vec!["--mode", "mix", "7200000000000000006"], "TEXT"),
        (vec!["https://live.douyin.com/100000000000"], "ChatAuth"),
    ] {
        let (code, out, err) = fetch(&dir, &arguments);
        assert!(code == 0 && out.contains(needle), "{arguments:?}: {code}\n{out}\n{err}");
    }
}

#[test]
fn a_list_begins_at_a_post_that_is_known() {
    let outside = Outside::start(&[]);
    let (dir, creators) = dir("fetch-from", &outside, "[pace]\ntolerance = \"eager\"\n");
    let list = |more: &[&str]| {
        let (code, out, err) = fetch(&dir, &[&["--json", "--profile", "main", creators[0].as_str()], more].concat());
        let ids = records(&out).iter().map(|row| row["aweme_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        (code, ids, format!("{out}{err}"))
    };
    let (_, all, _) = list(&["--max", "40"]);
    let (code, behind, said) = list(&["--from", &all[25], "--max", "15"]);
    assert_eq!((code, behind.as_slice()), (0, &all[25..40]), "{said}");
    // A post of somebody else stands nowhere in this list.
    let (_, other, _) = fetch(&dir, &["--json", creators[7].as_str(), "--max", "1"]);
    let other = records(&other)[0]["aweme_id"].as_str().unwrap().to_owned();
    let (code, none, said) = list(&["--from", &other]);
    assert!(code != 0 && none.is_empty(), "{said}");
    let (code, _, said) = list(&["--from", "noodles"]);
    assert!(code == 2 && said.contains("cannot begin at `noodles`"), "{code} {said}");
}

#[test]
fn a_mix_is_found_by_a_post_in_it_on_every_page() {
    let outside = Outside::start(&[]);
    let (dir, _) = dir("fetch-mix", &outside, "[pace]\ntolerance = \"eager\"\n");
    let mix = |id: &str| {
        let (code, out, err) = fetch(&dir, &["--json", "--mode", "mix", "--page", "9", id]);
        assert_eq!(code, 0, "{err}");
        records(&out).iter().map(|row| row["aweme_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let by_itself = mix("7200000000000000006");
    assert!(by_itself.len() > 18);
    assert_eq!(mix(&by_itself[4]), by_itself);
}

#[test]
fn a_field_that_the_site_renames_is_told_of_by_doctor_and_an_alarm() {
    let outside = Outside::start(&[]);
    let (dir, creators) = dir("fetch-form", &outside, "[pace]\ntolerance = \"eager\"\n");
    let rename = |from: &str, to: &str| {
        let mut stream = TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
        let change = json!({"page": "user_post", "from": from, "to": to});
        assert_eq!(ask(&mut stream, "POST", "/rename", Some(&change)).unwrap().0, 200);
    };
    let list = |most: &str| assert_eq!(fetch(&dir, &["--json", "--profile", "main", "--max", most, &creators[0]]).0, 0);
    let radard = |arguments: &[&str]| -> Value {
        let output = Command::new(RADARD).args(arguments).arg("--json").current_dir(dir.path()).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let answers = || {
        let told = radard(&["doctor"]);
        let row = told["items"].as_array().unwrap().iter().find(|row| row["name"] == "answers").unwrap().clone();
        (row["ok"].clone(), row["detail"].as_str().unwrap().to_owned())
    };
    list("200");
    assert_eq!(answers(), (true.into(), "endpoints that send what is read: 1".to_owned()));
    rename("aweme_type", "post_type");
    list("120");
    let (is_well, said) = answers();
    let gone = "`douyin.user_post` no longer sends `aweme_list[].aweme_type`";
    assert!(is_well == false && said == gone, "{said}");
    let alarms = radard(&["alarm", "list"]);
    assert_eq!(alarms["items"][0]["name"], "answers_changed");
    assert_eq!((&alarms["items"][0]["class"], &alarms["items"][0]["closed_at"]), (&"schema".into(), &Value::Null));
    rename("post_type", "aweme_type");
    list("20");
    let (is_well, said) = answers();
    assert!(is_well == true && said == "endpoints that send what is read: 1", "{said}");
    let alarms = radard(&["alarm", "list"]);
    assert_eq!(alarms["items"], json!([]), "it closed by itself");
}

#[test]
fn a_page_sends_what_nobody_here_can_sign_any_more() {
    // From today on nothing counts but what the script of the site's own page signed.
    let outside = Outside::start(&["douyin.user_post.signature"]);
    let (dir, creators) = dir("fetch-page", &outside, "");
    let by_itself = fetch(&dir, &["--json", &creators[0], "--max", "20"]);
    assert_eq!(by_itself.0, 4, "the control: our own signature is not answered: {}", by_itself.2);
    let (dir, creators) = self::dir("fetch-page-2", &outside, "[pace]\ntolerance = \"eager\"\n");
    let settings = std::fs::read_to_string(dir.config().join("radard.toml")).unwrap();
    dir.save_settings(&settings.replacen("[platform.douyin]\n", "[platform.douyin]\nsign = \"page\"\n", 1));
    let (code, out, err) = fetch(&dir, &["--json", &creators[0], "--max", "45"]);
    assert_eq!((code, records(&out).len()), (0, 45), "{err}");
    let (code, out, _) = fetch(&dir, &["--json", "--mode", "like", "--profile", "main", "--max", "3", &creators[0]]);
    assert_eq!((code, records(&out).len()), (0, 3), "in the name of a profile too: {out}");
    assert_eq!(std::fs::read_dir(dir.path().join("data/browser")).unwrap().count(), 0, "no browser is left");
}

#[test]
fn what_stands_in_the_way_is_said_and_what_was_listed_before_stays() {
    let refused = Outside::start(&["douyin.user_post.risk@2"]);
    let (dir, creators) = dir("fetch-refused", &refused, "");
    let (code, out, _) = fetch(&dir, &["--json", &creators[0], &creators[3], "--max", "45"]);
    let (listed, told) = (records(&out), events(&out));
    let failed: Vec<&Value> = told.iter().filter(|line| line["event"] == "failed").collect();
    assert_eq!((code, failed[0]["class"].as_str()), (4, Some("risk")), "{failed:?}");
    assert!(listed.len() > 15 && failed[0]["do"].is_string() && failed[0]["link"] == creators[0].as_str());
    let (code, _, err) = fetch(&dir, &[&creators[3]]);
    assert!(code == 4 && err.contains("is stopped for") && err.contains("radard job resume"), "{err}");
}

#[test]
fn who_may_not_see_it_or_asks_for_nothing_is_told_so() {
    let outside = Outside::start(&["douyin.post_comment.network@1"]);
    let (dir, creators) = dir("fetch-wrong", &outside, "");
    for (arguments, expected) in [
        (vec!["--mode", "like", creators[0].as_str()], 16),
        (vec!["--mode", "like", "--profile", "main", creators[2].as_str()], 1),
        (vec!["--mode", "like", "--profile", "nobody", creators[0].as_str()], 2),
        (vec!["--mode", "one", "7400000000000000001"], 1),
        (vec!["--mode", "one", "https://www.douyin.com/video/7"], 2),
        (vec!["--mode", "search", creators[0].as_str()], 2),
        (vec!["--interval", "2026-02-30|2026-03-01", creators[0].as_str()], 2),
        (vec![], 2),
    ] {
        let (code, out, err) = fetch(&dir, &arguments);
        assert!(code == expected && out.is_empty() && err.contains("do: "), "{arguments:?}: {code}\n{out}\n{err}");
    }
    // A network that fails once is asked again.
    let (_, out, _) = fetch(&dir, &["--json", &creators[0], "--max", "1"]);
    let post = records(&out)[0]["aweme_id"].as_str().unwrap().to_owned();
    let (code, _, err) = fetch(&dir, &["--json", "--mode", "comments", &post]);
    assert_eq!(code, 0, "{err}");
}

/// Runs it, and has it meet a signal when its first page is printed; gives its records and its exit code.
fn cut(dir: &Dir, arguments: &[&str], signal: Signal) -> (Vec<String>, Option<i32>) {
    let mut radard = command(dir, arguments).spawn().unwrap();
    let mut out = BufReader::new(radard.stdout.take().unwrap());
    let mut text = String::new();
    while !text.contains("\"page\"") {
        assert_ne!(out.read_line(&mut text).unwrap(), 0, "there is a page");
    }
    kill_process(Pid::from_child(&radard), signal).unwrap();
    out.read_to_string(&mut text).unwrap();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let ids = records(whole).iter().map(|row| row["aweme_id"].as_str().unwrap().to_owned()).collect();
    (ids, radard.wait().unwrap().code())
}

#[test]
fn what_is_interrupted_leaves_whole_lines_and_goes_on_behind_them() {
    let outside = Outside::start(&[]);
    let (dir, creators) = dir("fetch-cut", &outside, "[pace]\ntolerance = \"eager\"\n");
    let first = ["--json", "--profile", "main", "--max", "120", &creators[0]];
    let again = [&first[..], &["--resume"]].concat();
    let (mut listed, code) = cut(&dir, &first, Signal::INT);
    assert!(code == Some(130) && !listed.is_empty() && listed.len() < 120, "{code:?} {}", listed.len());
    let begun = listed.len();
    let (killed, code) = cut(&dir, &again, Signal::KILL);
    assert!(code.is_none() && !killed.is_empty() && killed.len() < 120 - begun, "{}", killed.len());
    assert!(killed.iter().all(|id| !listed.contains(id)), "nothing is listed twice");
    listed.extend(killed);
    let (code, out, err) = fetch(&dir, &again);
    let rest: Vec<String> = records(&out).iter().map(|row| row["aweme_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((code, &events(&out).last().unwrap()["records"]), (0, &json!(120)), "{err}");
    // The page that a kill met was printed, and perhaps not yet written down.
    let whole: BTreeSet<String> = listed.iter().chain(&rest).cloned().collect();
    assert!(whole.len() == 120 && listed.len() + rest.len() <= 140, "{} {}", whole.len(), listed.len() + rest.len());
    assert_eq!(std::fs::read_dir(dir.data().join("fetch")).unwrap().count(), 0, "nothing is kept of what has ended");
    let (_, out, _) = fetch(&dir, &["--json", "--max", "5", "--resume", &creators[0]]);
    assert_eq!(records(&out).len(), 5, "where nothing was stopped it begins anew");
}

#[test]
fn a_running_daemon_lists_and_its_limits_hold() {
    let outside = Outside::start(&[]);
    let (dir, creators) = dir("fetch-daemon", &outside, "");
    let settings = std::fs::read_to_string(dir.config().join("radard.toml")).unwrap();
    let settings = format!("{QUIET}{settings}");
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    let (code, out, err) = fetch(&dir, &["--json", &creators[0], "--max", "30"]);
    assert_eq!((code, records(&out).len()), (0, 30), "{err}");
    daemon.kill();
}
