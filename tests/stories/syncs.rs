//! A sync that fails: nothing is acknowledged after it, the process ends, and what was acknowledged before is there.
//!
//! The kernel forgets the pages of a failed sync, so a second try would lie. The only honest answer is to leave.

use std::path::Path;
use std::time::Duration;

use crate::kit::{
    Daemon, Dir, Extra, Ledger, QUIET, START, Trace, can_trace, clock, doubled, figure, lost, not_run, pause, size,
    spread,
};

const SYNCS: &str = "fdatasync,fsync";
/// Jobs that one run asks for, one after the other.
const LOAD: usize = 12;
/// From the failed sync to the end of the process.
const END: Duration = Duration::from_secs(5);

/// What one run showed.
struct Seen {
    /// When the sync failed.
    failed_at: Option<i64>,
    /// It was a sync of the folder, which SQLite lets pass, and another one of the same folder came after it.
    made_good: bool,
    /// How many asks were sent after that and acknowledged all the same.
    late: usize,
    /// How the process ended, if it did, and when.
    ended: Option<(i32, i64)>,
    /// Syncs that worked between READY and the failure, which is what acknowledgements may rest on.
    synced: usize,
}

/// Asks one by one while the `k`-th sync fails.
fn run(dir: &Dir, ledger: &Ledger, k: u32) -> Seen {
    let trace = Trace::new(dir.path(), SYNCS);
    let mut daemon = Daemon::spawn(dir, QUIET, &Extra { under: trace.hit("error=EIO", k), ..Extra::default() });
    let mut sent = Vec::new();
    let ready = daemon.wait_ready(START * 4);
    let ready_at = clock().now().0;
    if ready.is_ok() {
        for n in 0..LOAD {
            let at = clock().now().0;
            let answered = ledger.ask(&daemon.caller(), &format!("k{n}"));
            sent.push((at, matches!(answered, Some(200 | 201))));
            // Whoever is refused asks again at once; whoever is cut off has seen the end.
            if answered.is_none() {
                break;
            }
        }
    }
    let calls = trace.calls();
    let hit = calls.iter().position(|call| call.hit);
    let folder = dir.data();
    let again = |at: usize| calls[at + 1..].iter().any(|call| Path::new(&call.file) == folder && !call.hit);
    let made_good = hit.is_some_and(|at| Path::new(&calls[at].file) == folder && again(at));
    let ended = hit.filter(|_| !made_good).map(|_| (daemon.wait(END * 2).0, clock().now().0));
    let calls = trace.calls();
    let failed_at = calls.iter().find(|call| call.hit).map(|call| call.at_ms);
    let late = failed_at.map_or(0, |failed| sent.iter().filter(|(at, acked)| *acked && *at > failed).count());
    let synced = calls.iter().filter(|call| !call.hit && call.at_ms >= ready_at).count();
    Seen { failed_at, made_good, late, ended, synced }
}

#[test]
fn a_failed_sync_ends_the_process_and_is_never_acknowledged() {
    if !can_trace() {
        return not_run("a failed sync (needs strace and the right to trace)");
    }
    let counted = Dir::new("eio-counted");
    let unhurt = Ledger::default();
    let quiet = run(&counted, &unhurt, 60_000);
    assert!(quiet.failed_at.is_none() && unhurt.acknowledged().len() == LOAD, "an unhurt run acknowledges everything");
    let last = Trace::new(counted.path(), SYNCS).most_of_one_thread();
    let points = spread(last, size(6, u32::MAX));
    let (mut hit, mut made_good, mut acknowledged, mut slowest) = (0, 0, 0, 0);
    for k in &points {
        let (dir, ledger) = (Dir::new("eio"), Ledger::default());
        let seen = run(&dir, &ledger, *k);
        let acked = ledger.acknowledged();
        if let (Some(failed_at), Some((code, ended_at))) = (seen.failed_at, seen.ended) {
            hit += 1;
            slowest = slowest.max(ended_at - failed_at);
            assert_eq!(code, 1, "sync {k} failed");
            assert!(Duration::from_millis(u64::try_from(ended_at - failed_at).unwrap_or(0)) <= END, "sync {k} failed");
            assert_eq!(seen.late, 0, "asked after sync {k} had failed, and acknowledged");
            assert!(acked.len() <= seen.synced, "{} rest on {} syncs, failed at {k}", acked.len(), seen.synced);
        }
        made_good += usize::from(seen.made_good);
        acknowledged += acked.len();
        let daemon = Daemon::start(&dir, QUIET, &Extra::default());
        let listed: Vec<_> =
            daemon.list("/api/v1/jobs").iter().map(|job| job["key"].as_str().unwrap().to_owned()).collect();
        assert_eq!(lost(&acked, &listed), [""; 0], "after sync {k} failed");
        assert_eq!(doubled(&listed), [""; 0], "after sync {k} failed");
    }
    assert!(hit + made_good + 1 >= points.len(), "only {hit} of {points:?} failed a sync");
    assert!(acknowledged > 0, "every failure came before the first answer");
    figure(&format!(
        "P15 points={} ended={hit} folder_synced_again={made_good} acknowledged_after=0 slowest_end_ms={slowest}",
        points.len()
    ));
}

#[test]
fn a_process_that_lost_its_disk_says_so() {
    if !can_trace() {
        return not_run("the last words after a failed sync (needs strace and the right to trace)");
    }
    let dir = Dir::new("eio-words");
    let counted = Trace::new(dir.path(), SYNCS);
    drop(Daemon::start(&dir, QUIET, &Extra { under: counted.count(), ..Extra::default() }));
    // An existing database needs fewer syncs to start than a new one did.
    let k = counted.most_of_one_thread();
    let under = counted.hit("error=EIO", k);
    let mut daemon = Daemon::spawn(&dir, QUIET, &Extra { under, ..Extra::default() });
    let ledger = Ledger::default();
    if daemon.wait_ready(START * 4).is_ok() {
        for n in 0..u32::MAX {
            if daemon.ended().is_some() || ledger.ask(&daemon.caller(), &format!("k{n}")).is_none() {
                break;
            }
            pause(1);
        }
    }
    assert_eq!(daemon.wait(END).0, 1);
    assert!(daemon.log().contains("the disk failed under the database"), "{}", daemon.log());
}
