//! A full disk: new work is refused by name, what runs can still end, and room heals it without a restart.

use std::time::Duration;

use serde_json::json;

use crate::kit::{
    Daemon, Dir, Extra, Ledger, Rows, SmallDisk, Source, doubled, figure, lost, not_run, until, until_it,
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
