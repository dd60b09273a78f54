//! Killed at any moment: what was acknowledged is there, once, and the database is whole.
//!
//! Random kills come first, then a sweep that kills at each sync of a fixed load, because chance alone would miss the
//! short moments. A kill says nothing about power: the page cache survives it.

use std::sync::Arc;
use std::time::Duration;

use crate::kit::{
    Crowd, Daemon, Dir, Extra, Ledger, QUIET, Rows, START, Trace, can_trace, chance, doubled, figure, lost, not_run,
    pause, size, spread,
};

/// Holds what was acknowledged against what is there, and the database against itself; gives the keys.
#[track_caller]
fn check(dir: &Dir, daemon: &Daemon, ledger: &Ledger, when: &str) -> Vec<String> {
    let all = daemon.list("/api/v1/jobs");
    // What the daemon plans for itself has its slot in the key.
    let ours = all.iter().map(|job| job["key"].as_str().unwrap()).filter(|key| !key.contains('@'));
    let listed: Vec<_> = ours.map(str::to_owned).collect();
    let acknowledged = ledger.acknowledged();
    assert_eq!(lost(&acknowledged, &listed), [""; 0], "acknowledged and lost, {when}");
    assert_eq!(doubled(&listed), [""; 0], "there twice, {when}");
    assert_eq!(lost(&listed, &ledger.sent()), [""; 0], "there and never sent, {when}");
    let mut invented = acknowledged;
    invented.push("never-sent".to_owned());
    assert_eq!(lost(&invented, &listed), ["never-sent"], "the check can fail");
    let rows = Rows::read(&dir.database()).unwrap();
    assert_eq!(rows.faults, [""; 0], "{when}");
    listed
}

#[test]
fn what_was_acknowledged_survives_kills_at_random_moments() {
    let (dir, chance, ledger) = (Dir::new("kills"), chance(), Arc::<Ledger>::default());
    let (mut slowest, mut only_sent) = (Duration::ZERO, 0);
    let rounds = size(20, 200);
    for round in 0..rounds {
        let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
        slowest = slowest.max(daemon.took);
        check(&dir, &daemon, &ledger, &format!("before round {round}"));
        let crowd = Crowd::send(4, &daemon.caller(), &ledger, &format!("r{round}"));
        pause(30 + chance.below(300));
        daemon.kill();
        crowd.join();
    }
    let daemon = Daemon::start(&dir, QUIET, &Extra::default());
    let listed = check(&dir, &daemon, &ledger, "at the end");
    only_sent += lost(&ledger.sent(), &listed).len();
    assert!(listed.len() > rounds * 4, "{} jobs are no load", listed.len());
    assert!(slowest <= START, "{slowest:?}");
    assert!(rounds < 200 || only_sent > 0, "no kill came between a question and its answer");
    figure(&format!(
        "P1 kills={rounds} acknowledged={} lost=0 doubled=0 sent_only_lost={only_sent} slowest_start_ms={}",
        ledger.acknowledged().len(),
        slowest.as_millis()
    ));
}

/// What one sweep kills at.
const SYNCS: &str = "fdatasync,fsync";
/// Jobs that one run of a sweep asks for.
const LOAD: usize = 12;

/// One run of a fixed load under `extra`; true when the daemon survived it.
fn fixed_load(dir: &Dir, extra: &Extra, ledger: &Ledger) -> bool {
    let mut daemon = Daemon::spawn(dir, QUIET, extra);
    if let Err(ended) = daemon.wait_ready(START * 4) {
        assert!(ended.is_some(), "neither ready nor ended:\n{}", daemon.log());
        return false;
    }
    (0..LOAD).all(|n| ledger.ask(&daemon.caller(), &format!("k{n}")).is_some())
}

#[test]
fn what_was_acknowledged_survives_a_kill_at_each_sync() {
    if !can_trace() {
        return not_run("a kill at each sync (needs strace and the right to trace)");
    }
    let counted = Dir::new("syncs-counted");
    let trace = Trace::new(counted.path(), SYNCS);
    assert!(fixed_load(&counted, &Extra { under: trace.count(), ..Extra::default() }, &Ledger::default()));
    let last = trace.most_of_one_thread();
    let (mut killed, mut acknowledged) = (0, 0);
    let points = spread(last + 2, size(8, u32::MAX));
    for k in &points {
        let (dir, ledger) = (Dir::new("syncs"), Ledger::default());
        let trace = Trace::new(dir.path(), SYNCS);
        let under = trace.hit("signal=SIGKILL", *k);
        killed += usize::from(!fixed_load(&dir, &Extra { under, ..Extra::default() }, &ledger));
        let daemon = Daemon::start(&dir, QUIET, &Extra::default());
        check(&dir, &daemon, &ledger, &format!("after a kill at sync {k}"));
        acknowledged += ledger.acknowledged().len();
    }
    assert!(killed + 3 >= points.len(), "only {killed} of {points:?} killed it; a load has {last} syncs");
    assert!(acknowledged > 0, "every kill came before the first answer");
    figure(&format!(
        "P1 sweep syncs={last} points={} killed={killed} acknowledged={acknowledged} lost=0",
        points.len()
    ));
}

#[test]
fn a_first_start_killed_anywhere_is_completed_by_the_next() {
    if !can_trace() {
        return not_run("a kill at each write of a first start (needs strace and the right to trace)");
    }
    let mut killed = 0;
    for calls in [SYNCS, "pwrite64,write,ftruncate"] {
        let counted = Dir::new("first-counted");
        let trace = Trace::new(counted.path(), calls);
        drop(Daemon::start(&counted, QUIET, &Extra { under: trace.count(), ..Extra::default() }));
        let points = spread(trace.most_of_one_thread(), size(7, u32::MAX));
        for k in &points {
            let dir = Dir::new("first");
            let trace = Trace::new(dir.path(), calls);
            let extra = Extra { under: trace.hit("signal=SIGKILL", *k), ..Extra::default() };
            let mut daemon = Daemon::spawn(&dir, QUIET, &extra);
            let outcome = daemon.wait_ready(START * 4);
            killed += usize::from(outcome.is_err());
            drop(daemon);
            let daemon = Daemon::start(&dir, QUIET, &Extra::default());
            let ledger = Ledger::default();
            assert_eq!(ledger.ask(&daemon.caller(), "first"), Some(201), "after a kill at {calls} {k}");
            check(&dir, &daemon, &ledger, &format!("after a kill at {calls} {k}"));
        }
        figure(&format!("P17 {calls} points={} killed={killed} completed=all", points.len()));
    }
    assert!(killed > 0, "no start was killed");
}
