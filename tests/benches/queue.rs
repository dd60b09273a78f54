//! The real queue on the real store: how fast jobs are asked for, and how fast they are taken and settled.
//!
//! Every answer comes after its commit is on the disk (`synchronous=FULL`, `fsync=on`), as in the daemon. The kind
//! does nothing, so that what is measured is the queue. Each job keeps its key, its counts and its history.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use radard::ambient::Ambient;
use radard::config::Config;
use radard::domain::Miss;
use radard::queue::{Ask, Job, Kinds, Lease, Queue, Rules, Settled};
use radard::store::{self, Store, jobs};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Args;
use super::figure::{Bar, Figure, Side, rate};
use super::fresh::{Folder, Fresh};
use super::peers::{self, Length};

/// What each kind of figure is called here.
pub(crate) const NAMES: &[&str] = &[
    "queue.sqlite.enqueue.1",
    "queue.sqlite.enqueue.16",
    "queue.sqlite.enqueue.64",
    "queue.sqlite.complete",
    "queue.sqlite.complete.graphile",
    "queue.postgres.enqueue",
    "queue.postgres.complete",
    "queue.postgres.enqueue.batch",
    "queue.postgres.complete.batch",
];

const ENQUEUE: &str = "enqueue_per_s";
const COMPLETE: &str = "complete_per_s";
const LENGTH: Length = Length { jobs: 4000, runs: 5 };
const SQLITE: &[(&str, &str)] =
    &[("c1", "queue --clients 1"), ("c16", "queue --clients 16"), ("c64", "queue --clients 64")];
const POSTGRES: &[(&str, &str)] = &[
    ("pg8", "queue --pg {pg} --clients 8 --workers 8"),
    ("pg32", "queue --pg {pg} --clients 8 --workers 8 --batch 32"),
];

/// Measures them, beside the peers when they are here.
pub(crate) fn figures(runtime: &tokio::runtime::Runtime) -> anyhow::Result<Vec<Figure>> {
    let subjects: Vec<_> = SQLITE.iter().chain(POSTGRES).copied().collect();
    let results = match peers::queue(&["sqlite-floor", "graphile-c8", "pg-skiplocked-c8"], &subjects, LENGTH)? {
        Some(results) => Some(results),
        None => alone(runtime)?,
    };
    let with_peers = peers::folder().is_some();
    let peer = |who, what| if with_peers { peers::measured(results.as_ref(), who, what).ok() } else { None };
    let figure = |name, (who, what), (times, peer_name)| {
        let bar = match times {
            0.0 => Bar::None,
            times => Bar::Times(Side::AtLeast, times, peer_name, peer(peer_name, what)),
        };
        match peers::measured(results.as_ref(), who, what) {
            Ok(value) => Figure::new(name, value, "jobs/s", bar),
            Err(why) if with_peers => Figure::not_run(name, &why, bar),
            Err(_) => Figure::not_run(name, "needs RADARD_BENCH, whose scripts start the server", bar),
        }
    };
    let (floor, graphile, pgbench) = ("sqlite-floor", "graphile-c8", "pg-skiplocked-c8");
    Ok(vec![
        figure("queue.sqlite.enqueue.1", ("c1", ENQUEUE), (0.5, floor)),
        figure("queue.sqlite.enqueue.16", ("c16", ENQUEUE), (2.0, floor)),
        figure("queue.sqlite.enqueue.64", ("c64", ENQUEUE), (0.0, floor)),
        figure("queue.sqlite.complete", ("c16", COMPLETE), (5.0, floor)),
        figure("queue.sqlite.complete.graphile", ("c16", COMPLETE), (10.0, graphile)),
        figure("queue.postgres.enqueue", ("pg8", ENQUEUE), (0.8, pgbench)),
        figure("queue.postgres.complete", ("pg8", COMPLETE), (0.8, pgbench)),
        figure("queue.postgres.enqueue.batch", ("pg32", ENQUEUE), (4.0, pgbench)),
        figure("queue.postgres.complete.batch", ("pg32", COMPLETE), (4.0, pgbench)),
    ])
}

/// Ours alone, on `SQLite`.
fn alone(runtime: &tokio::runtime::Runtime) -> anyhow::Result<Option<Value>> {
    let mut results = serde_json::Map::new();
    for (name, clients) in [("c1", 1), ("c16", 16), ("c64", 64)] {
        let folder = Folder::new(name)?;
        let plan = Plan { clients, workers: 16, batch: 1, jobs: LENGTH.jobs };
        results.insert(name.to_owned(), runtime.block_on(run(&folder.0, None, plan))?);
    }
    Ok(Some(Value::Object(results)))
}

/// One run.
#[derive(Debug, Clone, Copy)]
struct Plan {
    clients: usize,
    workers: usize,
    batch: usize,
    jobs: usize,
}

/// Does the work once, as the peers do.
pub(crate) async fn once(args: &Args, jobs: usize) -> anyhow::Result<Value> {
    let dir = args.dir.as_deref().context("--dir is missing")?;
    let plan = Plan { clients: args.clients, workers: args.workers, batch: args.batch, jobs };
    run(dir, args.pg.as_deref(), plan).await
}

async fn run(dir: &Path, pg: Option<&str>, plan: Plan) -> anyhow::Result<Value> {
    let fresh = Fresh::open(dir, pg, 8).await?;
    let ran = Arc::new(Ran { done: AtomicUsize::new(0), all: plan.jobs, rang: Notify::new() });
    let kinds = Kinds::default().with::<Nothing>(ran.clone());
    let (queue, inlets) = Queue::new(rules(plan.workers), kinds, fresh.store.clone(), fresh.ambient.clone());
    queue.start_asking(&fresh.house, &inlets);

    let begun = fresh.ambient.clock.steady();
    ask_all(&queue, plan).await?;
    let enqueued = fresh.ambient.clock.steady().saturating_sub(begun);
    let asked = commits(&fresh.store);

    let begun = fresh.ambient.clock.steady();
    queue.start_working(&fresh.house, Vec::new(), |_| true);
    ran.rang.notified().await;
    while queue.in_hand() > 0 {
        fresh.ambient.clock.sleep(Duration::from_micros(200)).await;
    }
    let completed = fresh.ambient.clock.steady().saturating_sub(begun);
    let worked = commits(&fresh.store) - asked;

    check(&fresh.store, plan.jobs).await?;
    drop((queue, inlets));
    fresh.leave().await?;
    Ok(json!({
        ENQUEUE: rate(plan.jobs, enqueued),
        COMPLETE: rate(plan.jobs, completed),
        "enqueue_commits": asked,
        "complete_commits": worked,
    }))
}

fn commits(store: &Store) -> u64 {
    store.counts().commits.load(Ordering::Relaxed)
}

/// Each client asks, waits for the answer, and asks again.
async fn ask_all(queue: &Queue, plan: Plan) -> anyhow::Result<()> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..plan.clients {
        let (queue, next) = (queue.clone(), next.clone());
        clients.spawn(async move {
            loop {
                let first = next.fetch_add(plan.batch, Ordering::Relaxed);
                if first >= plan.jobs {
                    return anyhow::Ok(());
                }
                let last = plan.jobs.min(first + plan.batch);
                if plan.batch == 1 {
                    queue.ask(ask(first)).await?;
                } else {
                    queue.ask_all((first..last).map(ask).collect()).await?;
                }
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    Ok(())
}

/// The same fields as the peers' jobs have, and a key.
fn ask(n: usize) -> Ask {
    let payload = json!({"sec_uid": "MS4wLjABAAAA", "cursor": 0});
    Ask { kind: Nothing::KIND.to_owned(), key: format!("posts-{n}"), payload, priority: 0, run_at: None }
}

/// Every job has to be done, and counted as done.
async fn check(store: &Store, wanted: usize) -> anyhow::Result<()> {
    let counts = store.read::<_, store::Error, _>(|tx| Box::pin(jobs::counts(tx))).await?;
    let done = counts.iter().find(|count| count.state == jobs::State::Done).map_or(0, |count| count.n);
    ensure!(counts.len() == 1 && usize::try_from(done) == Ok(wanted), "{wanted} jobs, and the counts are {counts:?}");
    Ok(())
}

/// A job that does nothing but be counted.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Nothing {
    sec_uid: String,
    cursor: u64,
}

/// How many ran, and a bell for the last of them.
#[derive(Debug)]
struct Ran {
    done: AtomicUsize,
    all: usize,
    rang: Notify,
}

impl Job for Nothing {
    const KIND: &'static str = "nothing";
    type Tools = Arc<Ran>;

    async fn run(self, ran: &Arc<Ran>, _: &Lease) -> Result<Settled, Miss> {
        if ran.done.fetch_add(1, Ordering::Relaxed) + 1 == ran.all {
            ran.rang.notify_one();
        }
        Ok(Settled::Done(Value::Null))
    }
}

/// The daemon's defaults.
fn rules(workers: usize) -> Rules {
    let ambient = Ambient::real(None);
    let owner = format!("bench/{}", ambient.entropy.id(ambient.clock.now()));
    Rules { workers, ..Rules::of(&Config::default(), &owner) }
}
