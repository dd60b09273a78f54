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
    until_it(Duration::from_secs(20), "readiness says so", || {
        let (status, part) = daemon.ready_part("disk");
        status == 503 && part["ok"] == false
    });
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
    let library: Vec<_> = std::fs::read_dir(disk.inside().join("media")).unwrap().flatten().collect();
    assert!(library.is_empty(), "nothing short lies there: {library:?}");

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
        "P14 refused_with={status} refused_after_ms={} healed_after_ms={} acknowledged={} lost=0",
        took.as_millis(),
        healed.as_millis(),
        ledger.acknowledged().len()
    ));
}

#[test]
fn a_crawl_that_meets_a_full_disk_waits_and_goes_on_with_every_page_whole() {
    let dir = Dir::new("full-crawl");
    let Some(disk) = SmallDisk::mount(&dir.data(), "24m") else {
        return not_run("the full disk (needs root, unshare and nsenter)");
    };
    let outside = Outside::start(&[]);
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    let (_, told) = ask(&mut stream, ("GET", "/state"), None).unwrap();
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
