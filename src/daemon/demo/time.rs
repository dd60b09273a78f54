//! The steps in which time passes: the real queue and the real limits on a simulated clock, on a runtime of their own.
//!
//! A simulated clock jumps when nothing in its runtime can run, so the runtime must be the step's alone.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use serde_json::json;

use super::stage::Stage;
use super::trouble::{Outcome, Trouble, expected};
use crate::ambient::Ambient;
use crate::config::{Config, KeyedBy, PaceRule, parse_cron, parse_zone};
use crate::domain::Millis;
use crate::pace::{Pace, Sending};
use crate::queue::{Job, Kinds, Late, Lease, Miss, Queue, Rules, Schedule, Settled};
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
/// The longest way to the server, in milliseconds.
const FARTHEST: u64 = 400;

pub(super) fn schedule(stage: &mut Stage) -> Pin<Box<dyn Future<Output = Outcome> + '_>> {
    apart(stage.dir.join("year.db"), year)
}

pub(super) fn rates(stage: &mut Stage) -> Pin<Box<dyn Future<Output = Outcome> + '_>> {
    apart(stage.dir.join("rates.db"), hours)
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
    let pace = Pace::open(store, &config, ambient.clone()).await.map_err(failed)?;
    let sending = Sending { endpoint: "demo".to_owned(), account: Some("main".to_owned()), ..Sending::default() };
    let (end, mut arrivals) = (ambient.clock.steady() + SENDING, Vec::new());
    while let Ok(permit) = pace.pass(&sending, end.saturating_sub(ambient.clock.steady())).await.map_err(failed)? {
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
    if u32::try_from(most).is_ok_and(|most| most <= AT_MOST) && used >= 90 {
        return Ok(json!({"simulated_hours": SENDING.as_secs() / 3600, "limit_per_minute": AT_MOST,
            "most_in_any_minute": most, "used_percent": used}));
    }
    Err(broken(format!("{most} arrived within a minute where {AT_MOST} may, and {used} % of the limit was used")))
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
