//! A lane that a sign of risk closes, and limits that hold while hours go by.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::apart::{BEGIN, apart, broken};
use super::figure::Playing;
use super::stage::Stage;
use super::trouble::{Outcome, Trouble, expected};
use crate::ambient::Ambient;
use crate::config::{Config, KeyedBy, PaceRule};
use crate::domain::Class;
use crate::pace::{Pace, Sending, Told};
use crate::store::{Error, Store, jobs};

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

pub(super) fn lane(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        stage.play("douyin.probe.risk")?;
        let shut = stage.ask("probe_platform", "risky", json!({"platform": "douyin"})).await?;
        stage.until_state(&shut, "snoozed").await?;
        stage.sim.calm();
        let before = stage.sim.requests();
        let waits = stage.ask("probe_platform", "waits", json!({"platform": "douyin"})).await?;
        let goes_on = stage.ask("probe_platform", "goes-on", json!({"platform": "tiktok"})).await?;
        stage.until_state(&goes_on, "done").await?;
        let asked = stage.sim.requests().saturating_sub(before);
        if asked != 1 {
            return Err(expected("one request, to the open platform".into(), format!("{asked} arrived")));
        }
        let alarms = open_alarms(stage).await?;
        if !alarms.contains("lane_closed") {
            return Err(expected("an open alarm about the lane".into(), format!("open are {alarms:?}")));
        }
        let open = json!({"scope": "lane", "name": "douyin/probe", "paused": false});
        stage.must(200, "POST", "/api/v1/gates", Some(open)).await?;
        stage.until_state(&waits, "done").await?;
        stage
            .until("the alarm should close by itself", async |stage: &Stage| {
                let open = open_alarms(stage).await?;
                Ok(if open.contains("lane_closed") { Err(format!("open are {open:?}")) } else { Ok(()) })
            })
            .await?;
        Ok(json!({"requests_to_the_closed_lane": 0}))
    })
}

async fn open_alarms(stage: &Stage) -> Result<BTreeSet<String>, Trouble> {
    let list = stage.must(200, "GET", "/api/v1/alarms", None).await?;
    let items = list.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(items.iter().filter_map(|a| a.get("name").and_then(Value::as_str)).map(str::to_owned).collect())
}

pub(super) fn rates(stage: &mut Stage) -> Playing<'_> {
    apart(stage.dir.join("rates.db"), hours)
}

pub(super) fn breaker(stage: &mut Stage) -> Playing<'_> {
    apart(stage.dir.join("breaker.db"), silence)
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
