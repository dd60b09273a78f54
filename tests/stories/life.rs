//! The life of a process: one per folder, READY when it is, a watchdog fed by progress, and two ways to leave.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::kit::{
    Caller, Daemon, Dir, Extra, Ledger, QUIET, Rows, START, Source, clock, figure, radard, until_it, while_locked,
};

#[test]
fn a_second_instance_leaves_at_once_and_disturbs_nobody() {
    let dir = Dir::new("second");
    let mut first = Daemon::start(&dir, QUIET, &Extra::default());
    let pid = first.pid().unwrap().as_raw_nonzero().to_string();
    let begun = clock().steady();
    let (code, said) = radard(&dir, &Extra::default()).unwrap();
    let took = clock().steady().saturating_sub(begun);
    assert_eq!(code, 75, "{said}");
    assert!(took <= Duration::from_secs(2), "{took:?}");
    assert!(said.contains(&format!("process {pid}")) && said.contains("do: "), "it names the first: {said}");
    assert_eq!(Ledger::default().ask(&first.caller(), "still-there"), Some(201));
    assert_eq!(first.term(START).0, 0, "{}", first.log());
    let mut after = Daemon::start(&dir, QUIET, &Extra::default());
    assert_eq!(after.list("/api/v1/jobs").len(), 1, "the folder was let go of");
    assert_eq!(after.term(START).0, 0);
    figure(&format!("P16 exit=75 took_ms={}", took.as_millis()));
}

#[test]
fn ready_is_said_when_work_is_accepted_and_stopping_when_it_is_not() {
    let dir = Dir::new("ready");
    for life in 0..3 {
        let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
        assert_eq!(Ledger::default().ask(&daemon.caller(), &format!("life-{life}")), Some(201));
        assert_eq!(daemon.call("GET", "/readyz", None).unwrap().0, 200);
        daemon.signal(Signal::TERM);
        assert!(daemon.notify.wait_for("STOPPING=1", START).is_some());
        assert_eq!(daemon.wait(START).0, 0, "{}", daemon.log());
        assert!(daemon.call("GET", "/healthz", None).is_err(), "nobody answers any more");
    }
}

#[test]
fn the_watchdog_is_fed_only_while_work_could_be_done() {
    let limit = Duration::from_secs(4);
    let dir = Dir::new("watchdog");
    let extra = Extra { env: vec![("WATCHDOG_USEC", limit.as_micros().to_string())], ..Extra::default() };
    let daemon = Daemon::start(&dir, QUIET, &extra);
    let fed = |within| daemon.notify.wait_for("WATCHDOG=1", within).map(|(waited, _)| waited);
    let mut longest = Duration::ZERO;
    for _ in 0..6 {
        longest = longest.max(fed(limit).expect("a sign of life within the limit"));
    }
    assert!(longest <= limit / 2, "{longest:?}");
    while_locked(&dir.database(), || {
        // One proof may have been on its way.
        let _last = fed(limit / 2);
        daemon.notify.forget();
        assert_eq!(fed(limit), None, "nobody can write, and yet it was fed");
        let (status, store) = daemon.ready_part("store");
        assert_eq!((status, &store["ok"]), (503, &json!(false)), "{store}");
        let refused = Ledger::default().ask(&daemon.caller(), "while-locked");
        assert_eq!(refused, Some(503), "nothing is accepted that cannot be written");
    });
    // The statement that waits may still wait for its own limit.
    let back = fed(Duration::from_secs(10)).expect("it comes back by itself");
    let ready = until_it(START, "it is ready again", || daemon.ready_part("store").0 == 200);
    assert_eq!(Ledger::default().ask(&daemon.caller(), "afterwards"), Some(201));
    figure(&format!(
        "P40 longest_feed_ms={} of={} back_after_ms={} ready_after_ms={}",
        longest.as_millis(),
        limit.as_millis(),
        back.as_millis(),
        ready.as_millis()
    ));
}

fn slow_settings(source: &Source, drain: &str) -> String {
    format!(
        "{QUIET}[queue]\nworkers = 4\n[egress]\nallow_private = [\"{}\"]\n[daemon]\ndrain = \"{drain}\"\n",
        source.pair()
    )
}

/// Asks for `n` slow downloads and waits until the workers have their hands full.
fn load(daemon: &Daemon, source: &Source, n: usize) {
    for n in 0..n {
        let url = source.url(&format!("{n}.mp4"));
        let wish = json!({"kind": "download", "key": format!("d{n}"), "payload": {"url": url}});
        assert_eq!(daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap().0, 201);
    }
    until_it(START, "four downloads run", || source.connections() >= 4 && running(daemon) >= 4);
}

fn running(caller: &Caller) -> usize {
    caller.list("/api/v1/jobs").iter().filter(|job| job["state"] == "running").count()
}

fn done(caller: &Caller) -> usize {
    caller.list("/api/v1/jobs").iter().filter(|job| job["state"] == "done").count()
}

#[test]
fn a_first_signal_gives_back_what_cannot_be_finished() {
    let (dir, source) = (Dir::new("drain"), Source::start(4096));
    let drain = Duration::from_secs(2);
    let settings = slow_settings(&source, "2s");
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    load(&daemon, &source, 12);
    let (code, took) = daemon.term(Duration::from_secs(30));
    assert_eq!(code, 0, "{}", daemon.log());
    assert!(took >= drain / 2 && took <= drain, "{took:?}");
    let rows = Rows::read(&dir.database()).unwrap();
    assert_eq!((rows.count("running"), rows.count("queued")), (0, 12), "{:?}", rows.jobs);
    assert!(
        rows.jobs.iter().all(|job| job.attempts == 0 && job.crashes == 0),
        "waiting costs nothing: {:?}",
        rows.jobs
    );

    // The control: a kill leaves what was running behind, and the next start takes it back.
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    until_it(START, "downloads run again", || running(&daemon) >= 4);
    daemon.kill();
    let orphans = Rows::read(&dir.database()).unwrap().count("running");
    assert!(orphans > 0, "the check can fail");
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    let crashed = || Rows::read(&dir.database()).unwrap().jobs.iter().filter(|job| job.crashes == 1).count();
    let healed = until_it(START, "the orphans run again", || crashed() == orphans && running(&daemon) >= 4);
    source.finish();
    until_it(Duration::from_secs(10), "everything is done", || done(&daemon) == 12);
    assert_eq!(daemon.term(START).0, 0, "{}", daemon.log());
    figure(&format!("P41 exit_ms={} drain_ms=2000 running=0 P4 same_node_ms={}", took.as_millis(), healed.as_millis()));
}

#[test]
fn a_second_signal_drops_what_runs_and_loses_nothing() {
    let (dir, source) = (Dir::new("halt"), Source::start(4096));
    let settings = slow_settings(&source, "60s");
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    load(&daemon, &source, 12);
    daemon.signal(Signal::TERM);
    assert!(daemon.notify.wait_for("STOPPING=1", START).is_some());
    assert!(daemon.ended().is_none(), "it drains");
    let (code, took) = daemon.term(Duration::from_secs(20));
    assert_eq!(code, 0, "{}", daemon.log());
    assert!(took <= Duration::from_secs(2), "{took:?}");
    let left = Rows::read(&dir.database()).unwrap().count("running");
    source.finish();
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    until_it(Duration::from_secs(10), "everything is done", || done(&daemon) == 12);
    assert_eq!(daemon.term(START).0, 0, "{}", daemon.log());
    figure(&format!("P41 second_signal_ms={} running_after={left} done_after_restart=12", took.as_millis()));
}
