//! Settings changed while the daemon runs: whole or not at all, and everybody can see which.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::kit::{Daemon, Dir, Extra, QUIET, START, figure, radard, until, until_it};

/// How long a saved change may take.
const APPLIED: Duration = Duration::from_secs(2);

/// Asks for a download whose payload has more than a KiB; gives the status.
fn ask_wide(daemon: &Daemon, key: &str) -> u16 {
    let url = format!("http://example.test/{}", "x".repeat(1500));
    let wish = json!({"kind": "download", "key": key, "payload": {"url": url}, "run_at": 4_000_000_000_000_i64});
    daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap().0
}

#[test]
fn a_mistake_saved_while_running_is_refused_whole_until_it_is_mended() {
    let dir = Dir::new("saved");
    let daemon = Daemon::start(&dir, QUIET, &Extra::default());
    assert_eq!(daemon.ready_part("config").1["ok"], true);
    assert_eq!(ask_wide(&daemon, "before"), 201);

    // The first line alone would be good; the second is not, so neither counts.
    dir.save_settings(&format!("{QUIET}[queue]\nbody_limit_kib = 1\nleese = \"3s\"\n"));
    let (part, refused) = until(APPLIED, "the mistake is seen", || {
        let (status, part) = daemon.ready_part("config");
        assert_eq!(status, 200, "the old settings are in force, so work is accepted");
        (part["ok"] == false).then_some(part)
    });
    let advice = part["do"].as_str().unwrap();
    assert!(advice.contains("leese") && advice.contains("lease"), "it names the key and the nearest one: {advice}");
    assert_eq!(ask_wide(&daemon, "during"), 201, "nothing of a refused file counts");
    let open = daemon.list("/api/v1/alarms");
    assert!(open.iter().any(|alarm| alarm["name"] == "config_refused"), "{open:?}");

    dir.save_settings(&format!("{QUIET}[queue]\nbody_limit_kib = 1\nlease = \"3s\"\n"));
    let mended = until_it(APPLIED, "the mended file is taken", || daemon.ready_part("config").1["ok"] == true);
    assert_eq!(ask_wide(&daemon, "after"), 413, "now it counts");
    until_it(START, "the alarm closes", || daemon.list("/api/v1/alarms").is_empty());
    figure(&format!("settings refused_after_ms={} mended_after_ms={}", refused.as_millis(), mended.as_millis()));
}

#[test]
fn a_hangup_reads_the_settings_and_tells_systemd_both_ends() {
    let dir = Dir::new("hangup");
    let settings = format!("{QUIET}[daemon]\nreload_on_save = false\n");
    let daemon = Daemon::start(&dir, &settings, &Extra::default());
    dir.save_settings(&format!("{settings}[queue]\nbody_limit_kib = 1\n"));
    daemon.signal(Signal::HUP);
    let (_, reloading) = daemon.notify.wait_for("RELOADING=1", START).expect("the beginning is said");
    assert!(reloading.contains("MONOTONIC_USEC="), "{reloading}");
    let (_, ready) = daemon.notify.wait_for("READY=1", START).expect("the end is said");
    assert!(ready.contains("STATUS=settings taken over"), "{ready}");
    assert_eq!(ask_wide(&daemon, "after"), 413);

    dir.save_settings("[queue]\nlease = \"soon\"\n");
    daemon.signal(Signal::HUP);
    assert!(daemon.notify.wait_for("RELOADING=1", START).is_some());
    let (_, ready) = daemon.notify.wait_for("READY=1", START).expect("a refusal is an end, too");
    assert!(ready.contains("STATUS=settings refused"), "{ready}");
    assert_eq!(daemon.ready_part("config").1["ok"], false);
}

#[test]
fn wrong_settings_keep_a_daemon_from_starting() {
    let dir = Dir::new("wrong");
    dir.save_settings("[queue]\nworkers = 0\nlease = \"soon\"\n[wab]\n");
    let (code, said) = radard(&dir, &Extra::default()).unwrap();
    assert_eq!(code, 78, "{said}");
    for part in ["radard.toml:2:", "radard.toml:3:", "radard.toml:4:", "queue.workers", "queue.lease", "wab"] {
        assert!(said.contains(part), "all mistakes at once, `{part}` is missing: {said}");
    }
    assert!(!dir.database().exists(), "nothing was begun");
}
