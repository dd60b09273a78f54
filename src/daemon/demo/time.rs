//! The step in which a year passes: the real queue on a simulated clock, on a runtime of its own.
//!
//! A simulated clock jumps when nothing in its runtime can run, so the runtime must be this step's alone.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use serde_json::json;

use super::stage::Stage;
use super::trouble::{Outcome, Trouble, expected};
use crate::ambient::Ambient;
use crate::config::{Config, parse_cron, parse_zone};
use crate::domain::Millis;
use crate::queue::{Job, Kinds, Late, Lease, Miss, Queue, Rules, Schedule, Settled};
use crate::store::{Access, Error, Place, Store, jobs};
use crate::supervise::{Restart, Supervisor};

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

pub(super) fn schedule(stage: &mut Stage) -> Pin<Box<dyn Future<Output = Outcome> + '_>> {
    Box::pin(async {
        let file = stage.dir.join("year.db");
        let ended = tokio::task::spawn_blocking(move || pass_a_year(file)).await;
        ended.map_err(|panicked| Trouble::Died(panicked.to_string()))?
    })
}

fn pass_a_year(file: PathBuf) -> Outcome {
    let ambient = Ambient::pinned(1, BEGIN);
    let jumping = ambient.clock.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .on_thread_park(move || {
            jumping.jump_if_quiet();
        })
        .build()
        .map_err(|source| Trouble::Io { act: "make a runtime", source })?;
    runtime.block_on(year(file, ambient))
}

async fn year(file: PathBuf, ambient: Ambient) -> Outcome {
    let broken = |what: String| expected("a year of schedules".into(), what);
    let (store, writer) =
        Store::open(&Place::Sqlite(file), Access::Write, ambient.clone()).await.map_err(|e| broken(e.to_string()))?;
    let (ground, house) = (Supervisor::new(ambient.clone()), Supervisor::new(ambient.clone()));
    let writer = std::sync::Mutex::new(Some(writer));
    ground.spawn("store.write", Restart::Never, move |_| {
        let writer = writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        async move {
            match writer {
                Some(writer) => Ok(writer.serve().await?),
                None => Ok(()),
            }
        }
    });
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
