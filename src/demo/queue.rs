//! Work that is asked for twice, and work of a whole year.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::apart::{apart, broken};
use super::figure::Playing;
use super::stage::Stage;
use super::trouble::{Outcome, expected};
use crate::ambient::Ambient;
use crate::config::{Config, parse_cron, parse_zone};
use crate::domain::Miss;
use crate::queue::{Job, Kinds, Late, Lease, Queue, Rules, Schedule, Settled};
use crate::store::{Error, Store, jobs};
use crate::supervise::Supervisor;

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

pub(super) fn same_key(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let id = stage.ask("probe_platform", "once", json!({"platform": "tiktok"})).await?;
        let again = json!({"kind": "probe_platform", "key": "once", "payload": {"platform": "tiktok"}});
        let same = stage.must(200, "POST", "/api/v1/jobs", Some(again)).await?;
        let other = json!({"kind": "probe_platform", "key": "once", "payload": {"platform": "tikapi"}});
        let clash = stage.must(409, "POST", "/api/v1/jobs", Some(other)).await?;
        let named = |answer: &Value| answer.get("id").and_then(Value::as_str) == Some(id.as_str());
        if !named(&same) || !named(&clash) {
            return Err(expected(format!("both answers name job {id}"), format!("{same} and {clash}")));
        }
        Ok(json!({"jobs": 1}))
    })
}

pub(super) fn schedule(stage: &mut Stage) -> Playing<'_> {
    apart(stage.dir.join("year.db"), year)
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
    queue.start_working(&house, vec![schedule], |_| true);
    ambient.clock.sleep(Duration::from_hours(24 * DAYS)).await;
    let filter = jobs::Filter { limit: 1000, ..Default::default() };
    let found = store.read::<_, Error, _>(|tx| Box::pin(async move { jobs::list(tx, &filter).await }));
    let found = found.await.map_err(|e| broken(e.to_string()))?;
    house.stop().halt();
    let keys: BTreeSet<_> = found.iter().map(|job| job.key.as_str()).collect();
    let done = found.iter().filter(|job| job.state == jobs::State::Done).count();
    if keys.len() != found.len() || u64::try_from(found.len()) != Ok(DAYS) || done != found.len() {
        return Err(broken(format!("{} jobs, {} keys, {done} done in {DAYS} days", found.len(), keys.len())));
    }
    Ok(json!({"simulated_days": DAYS, "slots": found.len(), "doubled": 0, "missed": 0}))
}
