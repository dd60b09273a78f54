//! People go first: what a person asks at a terminal takes the next free slot of a limit that a crawl keeps full, and the
//! limit holds all the same.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::kit::{
    Daemon, Extra, Outside, RADARD, ask, clock, figure, listed, login_dir, login_settings, run, state, until,
};

/// One request in so many seconds, and the margin that the limit keeps.
const PER: Duration = Duration::from_secs(5);
const SPACING: Duration = Duration::from_millis(6500);

/// When each request arrived that counts under the limit.
fn arrivals(outside: &Outside) -> Vec<i64> {
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    let (_, told) = ask(&mut stream, "GET", "/ledger?platform=douyin&limit=1000", None).unwrap();
    let rows = told["items"].as_array().unwrap();
    let counted = rows.iter().filter(|row| row["path"].as_str().unwrap().starts_with("/aweme/v1/web/"));
    counted.map(|row| row["at"].as_i64().unwrap()).collect()
}

#[test]
fn a_login_is_imported_and_probed_while_a_crawl_keeps_the_limit_full() {
    let outside = Outside::start(&[]);
    let (dir, told) = login_dir("people-first", &outside);
    let rule = "[[pace.rule]]\nname = \"douyin-pages\"\non = [\"douyin\"]\nat_most = 1\nper = \"5s\"\nkeyed_by = \"account\"\n";
    let settings = format!("{}\n{rule}", login_settings(&outside));
    std::fs::write(dir.path().join("login.json"), state(told["login"].as_str().unwrap())).unwrap();
    let (code, _, err) = run(&dir, &["profile", "import", "main", "login.json"], None);
    assert_eq!(code, 0, "{err}");
    let pages = (0..3).map(|nth| {
        let creator = told["creators"][nth].as_str().unwrap();
        format!("[[target]]\nname = \"c{nth}\"\nurl = \"https://www.douyin.com/user/{creator}\"\ntake = [\"posts\", \"likes\"]\n")
    });
    let queue = format!("[defaults]\nprofile = \"main\"\n{}", pages.collect::<String>());
    std::fs::write(dir.path().join("config/queue.toml"), queue).unwrap();
    let daemon = Daemon::start(&dir, &settings, &Extra::default());
    // From here on each slot is used as soon as it is free: by the crawl, or by whoever goes before it.
    until(SPACING * 2, "the crawl is at work", || (arrivals(&outside).len() > 1).then_some(()));

    let mut waits = Vec::new();
    for command in [&["profile", "import", "main", "login.json"][..], &["--json", "profile", "probe", "main"]] {
        let begun = clock().steady();
        let (code, out, err) = run(&dir, command, None);
        let took = clock().steady().saturating_sub(begun);
        assert_eq!(code, 0, "{command:?} after {took:?}: {out}{err}");
        assert!(took < SPACING, "{command:?} took {took:?}: {err}");
        assert!(err.contains("waiting for a free slot within the limit `douyin-pages`: about "), "{err}");
        if command.contains(&"--json") {
            assert!(serde_json::from_str::<Value>(&out).is_ok(), "one object and nothing else: {out}");
        }
        waits.push(took.as_millis());
    }

    // Who gives up while it waits leaves nothing half done.
    let versions = listed(&dir, "main")["versions"].clone();
    let mut waiting = Command::new(RADARD)
        .args(["profile", "import", "main", "login.json"])
        .current_dir(dir.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(waiting.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("waiting for a free slot")));
    kill_process(Pid::from_child(&waiting), Signal::INT).unwrap();
    assert_eq!(waiting.wait().unwrap().code(), Some(130));
    assert_eq!(listed(&dir, "main")["versions"], versions);
    // Who will not wait is told why, and no site refused anything.
    let (code, _, err) = run(&dir, &["profile", "probe", "main", "--wait", "0"], None);
    assert!(
        code == 1 && err.contains("the limit `douyin-pages/account:main` has the next request wait"),
        "{code} {err}"
    );
    drop(daemon);

    let all = arrivals(&outside);
    let closest = all.windows(2).map(|two| two[1] - two[0]).min().unwrap();
    assert!(closest >= i64::try_from(PER.as_millis()).unwrap(), "the limit was exceeded: {closest} ms apart");
    figure(&format!(
        "waits_ms={waits:?} spacing_ms={} requests={} closest_ms={closest}",
        SPACING.as_millis(),
        all.len()
    ));
}
