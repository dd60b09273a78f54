//! A full disk: new work is refused by name, what runs can still end, and room heals it without a restart.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use serde_json::json;

use crate::kit::{
    Daemon, Dir, Extra, Ledger, Outside, Rows, SmallDisk, Source, ask, doubled, figure, lost, not_run, texts, until,
    until_it,
};

/// From room to the first acknowledgement.
const HEAL: Duration = Duration::from_mins(1);
/// A file that does not fit into the reserve.
const LARGE: usize = 12 << 20;

fn settings(source: &Source) -> String {
    format!(
        "[web]\nlisten = \"127.0.0.1:0\"\n[disk]\nlow_water = \"1MiB\"\nreserve = \"4MiB\"\n\
         [egress]\nallow_private = [\"{}\"]\n",
        source.pair()
    )
}

/// How many files the library has; its folder is made with the first.
fn in_library(disk: &SmallDisk) -> usize {
    std::fs::read_dir(disk.inside().join("media")).map_or(0, Iterator::count)
}

#[test]
fn a_full_disk_refuses_honestly_and_heals_by_itself() {
    let dir = Dir::new("full");
    let Some(disk) = SmallDisk::mount(&dir.data(), "32m") else {
        return not_run("the full disk (needs root, unshare and nsenter)");
    };
    let source = Source::start(LARGE);
    let extra = Extra { under: disk.enter(), seen_at: Some(disk.inside().to_owned()), ..Extra::default() };
    let mut daemon = Daemon::start(&dir, &settings(&source), &extra);
    let ledger = Ledger::default();
    for n in 0..50 {
        assert_eq!(ledger.ask(&daemon.caller(), &format!("before-{n}")), Some(201));
    }
    let wish = json!({"kind": "download", "key": "large", "payload": {"url": source.url("large.mp4")}});
    let (status, job) = daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap();
    assert_eq!(status, 201, "{job}");
    until_it(Duration::from_secs(5), "the download begins", || source.connections() > 0);

    disk.fill();
    let mut asked = 0;
    let (status, took) = until(Duration::from_secs(30), "new work is refused", || {
        asked += 1;
        ledger.ask(&daemon.caller(), &format!("during-{asked}")).filter(|status| *status >= 300)
    });
    assert!(matches!(status, 503 | 507), "{status}");
    let told = until_it(Duration::from_secs(1), "readiness says so", || {
        let (status, part) = daemon.ready_part("disk");
        status == 503 && part["ok"] == false
    });
    assert!(daemon.log().contains("the disk is full"), "the log says so, too: {}", daemon.log());
    let (status, refused) = daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap();
    assert!(matches!(status, 503 | 507), "{status} {refused}");
    assert!(refused["do"].as_str().is_some_and(|advice| advice.contains("free")), "{refused}");

    // What runs meets the full disk, too, and its end must still find room in the reserve.
    source.finish();
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let (end, _) = until(Duration::from_secs(30), "the download waits", || {
        let (_, job) = daemon.call("GET", &path, None).unwrap();
        (job["state"] != "running").then_some(job)
    });
    assert_eq!((end["state"].as_str(), end["attempt"].as_i64()), (Some("snoozed"), Some(0)), "{end}");
    assert_eq!(in_library(&disk), 0, "nothing short lies there");

    let alarms = daemon.list("/api/v1/alarms");
    let full = alarms.iter().find(|alarm| alarm["name"] == "disk_full").unwrap();
    assert!(full["detail"].as_str().is_some_and(|said| said.starts_with("the disk is full")), "{full}");

    disk.clear();
    let healed = until_it(HEAL, "new work is accepted again", || {
        asked += 1;
        ledger.ask(&daemon.caller(), &format!("after-{asked}")) == Some(201)
    });
    let listed: Vec<_> =
        daemon.list("/api/v1/jobs").iter().map(|job| job["key"].as_str().unwrap().to_owned()).collect();
    assert_eq!(lost(&ledger.acknowledged(), &listed), [""; 0]);
    assert_eq!(doubled(&listed), [""; 0]);
    assert!(!lost(&ledger.sent(), &listed).is_empty(), "the control: what was refused is not there");
    assert_eq!(daemon.term(Duration::from_secs(40)).0, 0, "{}", daemon.log());
    let rows = Rows::read(&disk.bring_out("radard.db", dir.path())).unwrap();
    assert_eq!(rows.faults, [""; 0]);
    assert_eq!(lost(&ledger.acknowledged(), &rows.keys()), [""; 0]);
    figure(&format!(
        "P14 refused_with={status} refused_after_ms={} told_after_ms={} healed_after_ms={} acknowledged={} lost=0",
        took.as_millis(),
        told.as_millis(),
        healed.as_millis(),
        ledger.acknowledged().len()
    ));
}

#[test]
fn a_download_that_does_not_fit_leaves_the_disk_alone_and_says_so() {
    let dir = Dir::new("no-space");
    let Some(disk) = SmallDisk::mount(&dir.data(), "24m") else {
        return not_run("the small disk (needs root, unshare and nsenter)");
    };
    let (large, unannounced, small) = (Source::start(4 * LARGE), Source::unannounced(4 * LARGE), Source::start(4096));
    let sources = [&large, &unannounced, &small];
    for source in sources {
        source.finish();
    }
    let pairs = sources.map(|source| format!("\"{}\"", source.pair())).join(", ");
    let settings = format!(
        "[web]\nlisten = \"127.0.0.1:0\"\n[disk]\nlow_water = \"4MiB\"\nreserve = \"1MiB\"\n\
         [queue]\nsweep = \"5s\"\n[egress]\nallow_private = [{pairs}]\n"
    );
    let extra = Extra { under: disk.enter(), seen_at: Some(disk.inside().to_owned()), ..Extra::default() };
    let daemon = Daemon::start(&dir, &settings, &extra);
    let job = |id: &str| daemon.call("GET", &format!("/api/v1/jobs/{id}"), None).unwrap().1;
    let ended = |key: &str, source: &Source| {
        let wish = json!({"kind": "download", "key": key, "payload": {"url": source.url(&format!("{key}.mp4"))}});
        let (status, asked) = daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap();
        assert_eq!(status, 201, "{asked}");
        let id = asked["id"].as_str().unwrap().to_owned();
        let over = || Some(job(&id)).filter(|job| !matches!(job["state"].as_str(), Some("queued" | "running")));
        until(Duration::from_secs(30), "the download ends or waits", over).0
    };
    let is_told = || {
        let alarms = daemon.list("/api/v1/alarms");
        alarms.iter().any(|row| row["name"] == "no_space" && row["subject"] == "download" && row["closed_at"].is_null())
    };
    assert!(!is_told());

    let mut waiting = Vec::new();
    for (key, source, said) in [
        ("large", &large, "the file needs 48.0 MiB more, and the disk of `"),
        ("unannounced", &unannounced, "left, and `disk.low_water` keeps 4.0 MiB: free some space, or lower"),
    ] {
        let job = ended(key, source);
        assert_eq!((job["state"].as_str(), job["attempt"].as_i64()), (Some("snoozed"), Some(0)), "{job}");
        assert_eq!(job["class"], "local", "{job}");
        assert!(job["last_error"].as_str().unwrap().contains(said), "{job}");
        assert_eq!(in_library(&disk), 0, "no part is left");
        assert!(is_told(), "{:?}", daemon.list("/api/v1/alarms"));
        waiting.push(job["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(daemon.ready_part("disk").1["ok"], true, "the disk never came near its end");
    let job = ended("small", &small);
    assert_eq!(job["state"], "done", "what fits is not held up: {job}");

    for id in waiting {
        let (status, told) = daemon.call("POST", &format!("/api/v1/jobs/{id}/cancel"), Some(&json!({}))).unwrap();
        assert_eq!(status, 200, "{told}");
    }
    until_it(HEAL, "the alarm closes with the last job that waits", || !is_told());
}

#[test]
fn a_crawl_that_meets_a_full_disk_waits_and_goes_on_with_every_page_whole() {
    let dir = Dir::new("full-crawl");
    let Some(disk) = SmallDisk::mount(&dir.data(), "24m") else {
        return not_run("the full disk (needs root, unshare and nsenter)");
    };
    let outside = Outside::start(&[]);
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    let (_, told) = ask(&mut stream, "GET", "/state", None).unwrap();
    let cookies = dir.path().join("cookies");
    std::fs::write(&cookies, format!("main {}\n", told["login"].as_str().unwrap())).unwrap();
    std::fs::set_permissions(&cookies, std::fs::Permissions::from_mode(0o600)).unwrap();
    let settings = format!(
        "[web]\nlisten = \"127.0.0.1:0\"\n[disk]\nlow_water = \"1MiB\"\nreserve = \"1MiB\"\n[pace]\ntolerance = \"eager\"\n\
         [crawl]\nraw = true\n{}\n[profile.main]\nplatform = \"douyin\"\n[secrets]\ndouyin-cookies = \"{}\"\n",
        outside.config,
        cookies.display()
    );
    let extra = Extra { under: disk.enter(), seen_at: Some(disk.inside().to_owned()), ..Extra::default() };
    let mut daemon = Daemon::start(&dir, &settings, &extra);
    let page = format!("https://www.douyin.com/user/{}", told["creators"][0].as_str().unwrap());
    let wanted = "take = [\"posts\"]\nprofile = \"main\"\nbetween = \"2026-02-20|2026-12-31\"";
    let file = dir.config().join("queue.toml");
    std::fs::write(file, format!("[[target]]\nname = \"c\"\nurl = \"{page}\"\n{wanted}\n")).unwrap();
    let pages = |daemon: &Daemon| {
        let (_, told) = daemon.call("GET", "/metrics", None).unwrap();
        let told = told.as_str().unwrap_or_default().to_owned();
        let line = told.lines().find(|line| line.starts_with("radard_crawl_pages_total{take=\"posts\",class=\"ok\"}"));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).unwrap_or(0)
    };
    until_it(HEAL, "a few pages are there", || pages(&daemon) >= 4);
    disk.fill();
    until_it(HEAL, "readiness says so", || daemon.ready_part("disk").1["ok"] == false);
    let full_at = pages(&daemon);
    until_it(HEAL, "it goes on as far as the reserve goes, or waits", || {
        let jobs = daemon.list("/api/v1/jobs");
        pages(&daemon) > full_at + 3 || jobs.iter().any(|job| job["kind"] == "crawl" && job["state"] != "running")
    });
    disk.clear();
    let take = || daemon.list("/api/v1/targets")[0]["takes"][0].clone();
    let (end, healed) = until(3 * HEAL, "the round ends", || Some(take()).filter(|take| take["rounds"] == 1));
    assert_eq!(end["class"], "ok", "{end}");
    assert_eq!(daemon.term(Duration::from_secs(40)).0, 0, "{}", daemon.log());
    let database = disk.bring_out("radard.db", dir.path());
    assert_eq!(Rows::read(&database).unwrap().faults, [""; 0]);
    let found = end["found"].as_u64().unwrap().to_string();
    assert!(end["found"].as_u64() > Some(400), "the control: {end}");
    for table in [
        "SELECT CAST(COUNT(*) AS TEXT) FROM post WHERE gone_at IS NULL",
        "SELECT CAST(COUNT(DISTINCT post) AS TEXT) FROM post_count",
        "SELECT CAST(COUNT(*) AS TEXT) FROM raw WHERE kind = 'post'",
    ] {
        assert_eq!(texts(&database, table), [found.as_str()], "{table}");
    }
    figure(&format!("crawl on a full disk posts={found} ended_after_ms={}", healed.as_millis()));
}
