//! The steps in which time passes: the real queue and the real limits on a simulated clock, on a runtime of their own.
//!
//! A simulated clock jumps when nothing in its runtime can run, so the runtime must be the step's alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use serde_json::json;

use super::stage::Stage;
use super::trouble::{Outcome, Trouble, expected};
use crate::ambient::Ambient;
use crate::config::{Config, KeyedBy, PaceRule, parse_cron, parse_zone};
use crate::domain::{Class, Millis, Miss};
use crate::pace::{Pace, Sending, Told};
use crate::queue::{Job, Kinds, Late, Lease, Queue, Rules, Schedule, Settled};
use crate::store::{Access, Error, Place, Store, jobs};
use crate::supervise::Supervisor;

/// 2027-01-01T00:00:00Z.
const BEGIN: Millis = Millis(1_798_761_600_000);
const DAYS: u64 = 365;
/// Half past two is the hour that daylight saving takes away and gives twice.
const LINE: &str = "30 2 * * *";
const ZONE: &str = "Europe/Berlin";

#[derive(serde::Serialize, serde::Deserialize)]
struct Nod {}

impl Job for Nod {
    const KIND: &'static str = "nod";
    type Tools = ();

    async fn run(self, _tools: &(), _lease: &Lease) -> Result<Settled, Miss> {
        Ok(Settled::Done(json!(null)))
    }
}

/// How long requests are sent at the limit, and the limit.
const SENDING: Duration = Duration::from_hours(2);
const AT_MOST: u32 = 6;
const PER: Duration = Duration::from_mins(1);
/// How many further requests are foretold.
const FORETOLD: i64 = 60;
/// A sign of risk costs at least this.
const LEAST_SILENCE: Duration = Duration::from_hours(6);
/// The longest way to the server, in milliseconds.
const FARTHEST: u64 = 400;

pub(super) fn schedule(stage: &mut Stage) -> Pin<Box<dyn Future<Output = Outcome> + '_>> {
    apart(stage.dir.join("year.db"), year)
}

pub(super) fn rates(stage: &mut Stage) -> Pin<Box<dyn Future<Output = Outcome> + '_>> {
    apart(stage.dir.join("rates.db"), hours)
}

pub(super) fn breaker(stage: &mut Stage) -> Pin<Box<dyn Future<Output = Outcome> + '_>> {
    apart(stage.dir.join("breaker.db"), silence)
}

/// Lets `play` happen in a world of its own, whose clock jumps, with a database at `file`.
fn apart<F>(
    file: PathBuf,
    play: impl FnOnce(Store, Ambient) -> F + Send + 'static,
) -> Pin<Box<dyn Future<Output = Outcome>>>
where
    F: Future<Output = Outcome>,
{
    Box::pin(async {
        let ended = tokio::task::spawn_blocking(move || {
            let ambient = Ambient::pinned(1, BEGIN);
            let clock = ambient.clock.clone();
            let ended = clock.run(async {
                let (store, _ground) = open(file, &ambient).await?;
                play(store, ambient).await
            });
            ended.map_err(|source| Trouble::Io { act: "make a runtime", source })?
        });
        ended.await.map_err(|panicked| Trouble::Died(panicked.to_string()))?
    })
}

fn broken(what: String) -> Trouble {
    expected("a story that holds".into(), what)
}

async fn open(file: PathBuf, ambient: &Ambient) -> Result<(Store, Supervisor), Trouble> {
    let opened = Store::open(&Place::Sqlite(file), Access::Write, ambient.clone()).await;
    let (store, writer) = opened.map_err(|e| broken(e.to_string()))?;
    let ground = Supervisor::new(ambient.clone());
    writer.start(&ground);
    Ok((store, ground))
}

/// A sender who always has work, and a server that notes when requests arrive.
async fn hours(store: Store, ambient: Ambient) -> Outcome {
    let rule =
        PaceRule { name: "posts".to_owned(), on: Vec::new(), at_most: AT_MOST, per: PER, keyed_by: KeyedBy::Account };
    let config = Config { pace_rules: vec![rule], ..Config::default() };
    let failed = |error: Error| broken(error.to_string());
    let pace = Pace::open(store.clone(), &config, ambient.clone()).await.map_err(failed)?;
    let lane = "main/demo".to_owned();
    let (endpoint, account) = ("demo".to_owned(), Some("main".to_owned()));
    let sending = Sending { lane: lane.clone(), endpoint, account, ..Sending::default() };
    let (end, mut arrivals) = (ambient.clock.steady() + SENDING, Vec::new());
    let (mut foretold, mut came) = (None, None);
    while let Ok(permit) = pace.pass(&sending, end.saturating_sub(ambient.clock.steady())).await.map_err(failed)? {
        if arrivals.is_empty() {
            // One is sent: when will so many more be?
            let waiting = BTreeMap::from([(lane.clone(), jobs::Waiting { due: FORETOLD, resting: 0 })]);
            let pace = pace.clone();
            let told = store.read::<_, Error, _>(|tx| Box::pin(async move { pace.forecast(tx, &waiting).await }));
            foretold = told.await.map_err(failed)?.remove(&lane);
        }
        if i64::try_from(arrivals.len()) == Ok(FORETOLD) {
            came = Some(ambient.clock.now());
        }
        let way = Duration::from_millis(ambient.entropy.below(FARTHEST + 1));
        arrivals.push(ambient.clock.steady() + way);
        ambient.clock.sleep(way).await;
        permit.answered();
    }
    let within = |first: &Duration| arrivals.iter().filter(|at| **at >= *first && **at < *first + PER).count();
    let most = arrivals.iter().map(within).max().unwrap_or(0);
    let allowed = u64::from(AT_MOST) * SENDING.as_secs() / PER.as_secs();
    let sent = u64::try_from(arrivals.len()).unwrap_or(u64::MAX);
    let used = sent.saturating_mul(100) / allowed.max(1);
    let (Some(foretold), Some(came)) = (foretold, came) else {
        return Err(broken("there is no forecast of the lane".to_owned()));
    };
    let off = came.0.abs_diff(foretold.drained_at.0) / 1000;
    let took = came.since(BEGIN).as_secs();
    if u32::try_from(most).is_ok_and(|most| most <= AT_MOST) && used >= 90 && off * 20 <= took {
        return Ok(json!({"simulated_hours": SENDING.as_secs() / 3600, "limit_per_minute": AT_MOST,
            "most_in_any_minute": most, "used_percent": used, "limit": foretold.limit,
            "forecast_s": foretold.drained_at.since(BEGIN).as_secs(), "came_s": took}));
    }
    if off * 20 > took {
        return Err(broken(format!("the forecast was {off} s off what came after {took} s")));
    }
    Err(broken(format!("{most} arrived within a minute where {AT_MOST} may, and {used} % of the limit was used")))
}

/// One account meets a sign of risk, and another goes on.
async fn silence(store: Store, ambient: Ambient) -> Outcome {
    let failed = |error: Error| broken(error.to_string());
    let pace = Pace::open(store, &Config::default(), ambient.clone()).await.map_err(failed)?;
    let of = |account: &str| {
        let (lane, account) = (format!("{account}/probe"), Some(account.to_owned()));
        Sending { lane, endpoint: "douyin.probe".to_owned(), account, ..Sending::default() }
    };
    let (ours, other) = (of("main"), of("other"));
    let risk = Told { class: Class::Risk, reason: "a puzzle to solve".to_owned(), retry_after: None };
    let closed_for = pace.tell(&ours, &risk).await.map_err(failed)?.unwrap_or_default();
    let (began, mut others) = (ambient.clock.steady(), 0);
    let patience = Duration::from_mins(1);
    let tried = loop {
        // Somebody wants to send each minute, as both.
        if pace.pass(&other, Duration::ZERO).await.map_err(failed)?.is_ok() {
            others += 1;
        }
        if let Ok(permit) = pace.pass(&ours, Duration::ZERO).await.map_err(failed)? {
            break permit;
        }
        ambient.clock.sleep(patience).await;
    };
    let silent = ambient.clock.steady().saturating_sub(began);
    // While the one try is out, nobody else may.
    let beside = pace.pass(&ours, Duration::ZERO).await.map_err(failed)?.is_ok();
    tried.answered();
    let well = Told { class: Class::Ok, reason: String::new(), retry_after: None };
    pace.tell(&ours, &well).await.map_err(failed)?;
    let goes_on = pace.pass(&ours, patience).await.map_err(failed)?.is_ok();
    if silent >= LEAST_SILENCE && silent >= closed_for && !beside && goes_on && others > 300 {
        return Ok(json!({"silent_minutes": silent.as_secs() / 60, "requests_meanwhile": 0, "tries": 1,
            "requests_of_another_account": others, "goes_on": true}));
    }
    let told =
        format!("silent for {silent:?} of {closed_for:?}, beside the try {beside}, others {others}, on {goes_on}");
    Err(broken(told))
}

async fn year(store: Store, ambient: Ambient) -> Outcome {
    let house = Supervisor::new(ambient.clone());
    let kinds = Kinds::default().with::<Nod>(());
    // Nobody dies in this year, so nobody needs to look for orphans every few seconds of it.
    let long = Duration::from_hours(12);
    let rules = Rules { lease: long, sweep: long, ..Rules::of(&Config::default(), "year/1") };
    let (queue, _inlets) = Queue::new(rules, kinds, store.clone(), ambient.clone());
    let (Ok(cron), Some(zone)) = (parse_cron(LINE), parse_zone(ZONE)) else {
        return Err(broken(format!("`{ZONE}` is not known to this machine: install tzdata")));
    };
    let name = "every-night".to_owned();
    let schedule = Schedule { name, kind: Nod::KIND.into(), payload: json!({}), cron, zone, late: Late::Once };
    queue.start_working(&house, vec![schedule]);
    ambient.clock.sleep(Duration::from_hours(24 * DAYS)).await;
    let filter = jobs::Filter { limit: 1000, ..Default::default() };
    let found = store.read::<_, Error, _>(|tx| Box::pin(async move { jobs::list(tx, &filter).await }));
    let found = found.await.map_err(|e| broken(e.to_string()))?;
    house.stop().halt();
    let keys: BTreeSet<_> = found.iter().map(|job| job.key.as_str()).collect();
    let done = found.iter().filter(|job| job.state() == jobs::State::Done).count();
    if keys.len() != found.len() || u64::try_from(found.len()) != Ok(DAYS) || done != found.len() {
        return Err(broken(format!("{} jobs, {} keys, {done} done in {DAYS} days", found.len(), keys.len())));
    }
    Ok(json!({"simulated_days": DAYS, "slots": found.len(), "doubled": 0, "missed": 0}))
}
