//! Two processes on one PostgreSQL: one dies or falls silent, the other finishes its work, and nothing is done twice.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::kit::{
    BYTES, Caller, Daemon, Database, Dir, Extra, QUIET, Source, clock, figure, pause, size, until, until_it,
};

/// Lease and sweep of these stories, and how long a job may be without a living worker.
const LEASE: Duration = Duration::from_secs(3);
const RESCUE: Duration = Duration::from_secs(3 + 1 + 1);
/// Jobs that the first process holds.
const JOBS: usize = 4;

/// One of two processes, with a folder of its own.
struct Node {
    daemon: Daemon,
    _dir: Dir,
}

impl Node {
    fn start(name: &str, database: &Database, source: &Source) -> Self {
        Self::with(name, database, source, &Extra::default())
    }

    fn with(name: &str, database: &Database, source: &Source, extra: &Extra) -> Self {
        let dir = Dir::new(name);
        Self { daemon: Daemon::start(&dir, &Self::settings(name, database, source), extra), _dir: dir }
    }

    fn settings(name: &str, database: &Database, source: &Source) -> String {
        format!(
            "{QUIET}[node]\nid = \"{name}\"\n[store]\nurl = \"{}\"\nconnections = 4\n\
             [queue]\nworkers = {JOBS}\nlease = \"3s\"\nsweep = \"1s\"\npoll = \"500ms\"\n\
             [egress]\nallow_private = [\"{}\"]\n",
            database.url,
            source.pair()
        )
    }
}

fn jobs(caller: &Caller) -> Vec<Value> {
    let mut jobs = caller.list("/api/v1/jobs");
    jobs.sort_by_key(|job| job["key"].to_string());
    jobs
}

/// Which process holds each job.
fn holders(caller: &Caller) -> Vec<String> {
    let owner = |job: &Value| job["lease_owner"].as_str().map(|owner| owner.split('/').next().unwrap().to_owned());
    jobs(caller).iter().filter_map(owner).collect()
}

/// Starts `a`, gives it slow downloads, waits until it holds them all; then starts `b`.
fn two_nodes(database: &Database, source: &Source) -> (Node, Node) {
    let a = Node::start("a", database, source);
    for n in 0..JOBS {
        let wish = json!({"kind": "download", "key": format!("d{n}"), "payload": {"url": source.url("slow.mp4")}});
        assert_eq!(a.daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap().0, 201);
    }
    until_it(Duration::from_secs(5), "the first process holds everything", || {
        source.connections() == JOBS && holders(&a.daemon) == ["a"; JOBS]
    });
    let b = Node::start("b", database, source);
    (a, b)
}

fn done(caller: &Caller) -> Option<Vec<Value>> {
    let jobs = jobs(caller);
    jobs.iter().all(|job| job["state"] == "done").then_some(jobs)
}

#[test]
fn the_work_of_a_killed_process_is_finished_by_the_other() {
    let Some(database) = Database::make() else { return };
    let source = Source::start(BYTES);
    let (mut a, b) = two_nodes(&database, &source);
    // The control: nothing moves while its holder lives.
    pause(u64::try_from(RESCUE.as_millis()).unwrap());
    assert_eq!(holders(&b.daemon), ["a"; JOBS], "a living holder keeps its work");
    a.daemon.kill();
    source.finish();
    let (jobs, took) = until(RESCUE + Duration::from_secs(3), "the other process finishes", || done(&b.daemon));
    assert!(took <= RESCUE, "{took:?}");
    assert!(jobs.iter().all(|job| job["attempt"] == 0), "a crash is no failure: {jobs:?}");
    assert!(b.daemon.log().contains("4 jobs whose worker is gone are queued again"), "{}", b.daemon.log());
    figure(&format!("P4 killed jobs={JOBS} done_after_ms={} lease_ms=3000 sweep_ms=1000", took.as_millis()));
}

#[test]
fn a_process_that_wakes_up_late_changes_nothing() {
    let rounds = size(1, 100);
    let mut told = 0;
    for round in 0..rounds {
        let Some(database) = Database::make() else { return };
        let source = Source::start(BYTES);
        let (a, b) = two_nodes(&database, &source);
        a.daemon.signal(Signal::STOP);
        let stopped = clock().steady();
        let took = until_it(LEASE * 3, "the other process takes over", || {
            holders(&b.daemon) == ["b"; JOBS] && source.connections() == 2 * JOBS
        });
        assert!(took <= RESCUE, "{took:?}");
        source.finish();
        let (before, _) = until(Duration::from_secs(5), "the other process finishes", || done(&b.daemon));
        assert!(before.iter().all(by_the_second), "{before:?}");
        let slept = clock().steady().saturating_sub(stopped);
        pause(u64::try_from((LEASE * 2).saturating_sub(slept).as_millis()).unwrap());
        a.daemon.signal(Signal::CONT);
        // The one that slept believes in its leases until it asks, and its answers are all there to be read.
        let (lost, _) = until(LEASE * 2, "the first process sees that it lost", || {
            let logged = a.daemon.log().matches("lease_lost").count();
            (logged >= JOBS).then_some(logged)
        });
        assert_eq!(jobs(&b.daemon), before, "round {round}: a late end changed a row");
        told += lost;
        // The control: an end without a fence does change a row, and this check sees it.
        let changed = database.run("UPDATE job SET result = '{\"bytes\":1}' WHERE key = 'd0'".to_owned());
        assert_eq!(changed, 1);
        assert_ne!(jobs(&b.daemon), before, "the check can fail");
    }
    figure(&format!("P5 rounds={rounds} overwritten=0 second_completions=0 lease_lost={told}"));
}

#[test]
fn one_process_at_a_time_has_the_name_of_a_node() {
    let Some(database) = Database::make() else { return };
    let source = Source::start(BYTES);
    let mut first = Node::start("same", &database, &source);
    let dir = Dir::new("again");
    let mut second = Daemon::spawn(&dir, &Node::settings("same", &database, &source), &Extra::default());
    let (code, took) = second.wait(Duration::from_secs(30));
    assert_eq!(code, 75, "{}", second.log());
    assert!(second.log().contains("the node name `same`") && second.log().contains("`node.id`"), "{}", second.log());
    assert_eq!(first.daemon.call("GET", "/api/v1/counts", None).unwrap().0, 200, "the first is not harmed");
    // The control: the name of a process that was killed is free.
    first.daemon.kill();
    drop(Node::start("same", &database, &source));
    figure(&format!("node name refused_after_ms={}", took.as_millis()));
}

/// Each connection brought a file of its own length: the first process's were shorter.
fn by_the_second(job: &Value) -> bool {
    job["result"]["bytes"].as_u64().is_some_and(|bytes| bytes >= u64::try_from(BYTES + JOBS).unwrap())
}

#[test]
fn a_process_runs_jobs_of_its_roles_and_leaves_the_others_to_another() {
    let Some(database) = Database::make() else { return };
    let source = Source::start(BYTES);
    let only = |roles: &str| Extra { flags: vec!["--only".to_owned(), roles.to_owned()], ..Extra::default() };
    let a = Node::with("a", &database, &source, &only("web,session"));
    let wish = json!({"kind": "download", "key": "d", "payload": {"url": source.url("slow.mp4")}});
    let (status, download) = a.daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap();
    assert_eq!(status, 201, "every process takes every kind in: {download}");
    let job = |id: &Value| {
        let (_, job) = a.daemon.call("GET", &format!("/api/v1/jobs/{}", id.as_str().unwrap()), None).unwrap();
        job
    };
    // The control: its workers go round, and what is of its own role is done.
    let own = a.daemon.run_schedule("compare_douyin");
    until_it(Duration::from_secs(5), "its own work is done", || job(&own["id"])["state"] == "done");
    assert_eq!((job(&download["id"])["state"].as_str(), source.connections()), (Some("queued"), 0));
    let _b = Node::with("b", &database, &source, &only("media"));
    until_it(Duration::from_secs(5), "the other takes it", || holders(&a.daemon) == ["b"]);
}
