//! Taking jobs must cost the same however many wait: a million in the line, or behind a closed lane, or not yet due.
//!
//! The databases stand side by side and claims go to them in turn, so that all of them meet the same moods of the
//! machine. A claim is what a worker does: look for lines, take up to a batch, commit.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use radard::domain::Millis;
use radard::store::{Error, Store, gates, jobs};
use serde_json::{Value, json};

use super::Args;
use super::figure::{Bar, Figure, Side, quantile};
use super::fresh::{Folder, Fresh};
use super::peers::{self, Length};

/// What each kind of figure is called here.
pub(crate) const NAMES: &[&str] = &[
    "claim.sqlite.p99.million_waiting",
    "claim.sqlite.p99.million_elsewhere",
    "claim.postgres.p99.million_waiting",
    "claim.postgres.p99.million_elsewhere",
];

const MILLION: usize = 1_000_000;
/// Rows that stand in the small database, and that can be taken in each.
const FEW: usize = 1000;
/// Rows behind a closed lane.
const CLOSED: usize = 100_000;
/// Claims of each database, and jobs that each takes.
const CLAIMS: usize = 600;
const BATCH: usize = 32;
/// Rows that are put in with one commit.
const PAGE: usize = 2000;

/// Measures them; those on `PostgreSQL` when the peers' script can start a server.
pub(crate) fn figures(runtime: &tokio::runtime::Runtime) -> anyhow::Result<Vec<Figure>> {
    let folder = Folder::new("claim")?;
    let sqlite = runtime.block_on(run(&folder.0, None, MILLION))?;
    let subject = [("claim", "claim --pg {pg}")];
    let postgres = peers::queue(&[], &subject, Length { jobs: MILLION, runs: 1 })?;
    let postgres = postgres.and_then(|results| results.get("claim").cloned());
    let mut figures = Vec::new();
    let [waiting, elsewhere, pg_waiting, pg_elsewhere] = *NAMES else { return Ok(figures) };
    for ((waiting, elsewhere), row) in [((waiting, elsewhere), Some(sqlite)), ((pg_waiting, pg_elsewhere), postgres)] {
        for (name, what) in [(waiting, "million_waiting_ms"), (elsewhere, "million_elsewhere_ms")] {
            let read = |what: &str| row.as_ref().and_then(|row| row.get(what)).and_then(Value::as_f64);
            let bar = Bar::Times(Side::AtMost, 2.0, "a thousand waiting", read("thousand_waiting_ms"));
            figures.push(match read(what) {
                Some(value) => Figure::new(name, value, "ms", bar),
                None => Figure::not_run(name, "needs RADARD_BENCH, whose scripts start the server", bar),
            });
        }
    }
    Ok(figures)
}

/// Does the work once, with `--jobs` as the million.
pub(crate) async fn once(args: &Args, jobs: usize) -> anyhow::Result<Value> {
    run(args.dir.as_deref().context("--dir is missing")?, args.pg.as_deref(), jobs).await
}

async fn run(dir: &Path, pg: Option<&str>, many: usize) -> anyhow::Result<Value> {
    let mut lines = Vec::new();
    for (name, waiting, closed, later) in [
        ("thousand_waiting_ms", FEW, 0, 0),
        ("million_waiting_ms", many, 0, 0),
        ("million_elsewhere_ms", FEW, CLOSED.min(many), many),
    ] {
        let folder = dir.join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        let fresh = Fresh::open(&folder, pg, 4).await?;
        let mut line = Line { name, fresh, next: 0, took: Vec::new() };
        line.fill(waiting, "open", Duration::ZERO).await?;
        line.fill(closed, "closed", Duration::ZERO).await?;
        line.fill(later, "open", Duration::from_hours(24)).await?;
        line.close_lane().await?;
        lines.push(line);
    }
    for _ in 0..CLAIMS {
        for line in &mut lines {
            line.claim().await?;
        }
    }
    let mut results = serde_json::Map::new();
    for mut line in lines {
        // The first claims of each find nothing in memory; that is the start of a process, not its life.
        let settled = line.took.split_off(CLAIMS / 10);
        results.insert(line.name.to_owned(), json!(quantile(&mut settled.clone(), 0.99)));
        line.fresh.leave().await?;
    }
    Ok(Value::Object(results))
}

/// A database with its jobs, and how long its claims took.
struct Line {
    name: &'static str,
    fresh: Fresh,
    next: usize,
    took: Vec<f64>,
}

impl Line {
    async fn fill(&mut self, count: usize, lane: &'static str, later: Duration) -> anyhow::Result<()> {
        let first = self.next;
        self.next += count;
        Ok(fill(&self.fresh.store, first..self.next, lane, later).await?)
    }

    async fn close_lane(&self) -> anyhow::Result<()> {
        let close =
            self.fresh.store.write::<_, Error, _>(|tx| Box::pin(gates::pause(tx, gates::Scope::Lane, "closed", true)));
        Ok(close.await?)
    }

    /// Takes a batch on the clock, and puts as many in again off it.
    async fn claim(&mut self) -> anyhow::Result<()> {
        let clock = self.fresh.ambient.clock.clone();
        let begun = clock.steady();
        let taken = take(&self.fresh.store, BATCH).await?;
        self.took.push(clock.steady().saturating_sub(begun).as_secs_f64() * 1000.0);
        anyhow::ensure!(taken.len() == BATCH, "a claim took {} of {BATCH} jobs", taken.len());
        settle(&self.fresh.store, taken).await?;
        self.fill(BATCH, "open", Duration::ZERO).await
    }
}

/// Queues jobs with these numbers in a lane, due after a while.
pub(crate) async fn fill(
    store: &Store,
    which: std::ops::Range<usize>,
    lane: &'static str,
    later: Duration,
) -> Result<(), Error> {
    for page in which.clone().step_by(PAGE) {
        let run_at = store.now() + later;
        let news: Vec<_> = (page..which.end.min(page + PAGE)).map(|n| new(n, lane, run_at)).collect();
        store.write::<_, Error, _>(move |tx| Box::pin(async move { jobs::insert(tx, &news).await })).await?;
    }
    Ok(())
}

/// Takes up to `n` jobs of each open line.
pub(crate) async fn take(store: &Store, n: usize) -> Result<Vec<jobs::Claimed>, Error> {
    store
        .write(move |tx| {
            Box::pin(async move {
                let until = tx.now() + Duration::from_mins(1);
                let mut taken = Vec::new();
                for slot in jobs::slots(tx, None).await? {
                    taken.extend(jobs::take(tx, &slot, n, "bench/1", until).await?);
                }
                Ok(taken)
            })
        })
        .await
}

async fn settle(store: &Store, taken: Vec<jobs::Claimed>) -> Result<(), Error> {
    let ends: Vec<_> = taken.into_iter().map(|job| jobs::End::done(job.id, job.fence, job.kind)).collect();
    store.write(move |tx| Box::pin(async move { jobs::settle(tx, &ends).await.map(drop) })).await
}

fn new(n: usize, lane: &str, run_at: Millis) -> jobs::New {
    jobs::New {
        kind: "nothing".to_owned(),
        key: format!("posts-{n}"),
        lane: lane.to_owned(),
        target: format!("target-{}", n % 500),
        payload: r#"{"cursor":0,"sec_uid":"MS4wLjABAAAA"}"#.to_owned(),
        priority: 0,
        run_at: Some(run_at),
        attempts_max: 5,
    }
}
