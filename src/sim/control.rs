//! The control listener: reads the ledger, sets and clears switches, says how the world stands.
//!
//! Its own requests do not stand in the ledger: they are not the daemon's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::fault::Fault;
use super::ledger::Wanted;
use super::platform::Site;
use super::reply::{done, json_reply, refuse};
use super::world::World;
use crate::domain::Millis;

/// The most rows one page of the ledger has.
const PAGE: usize = 1000;

/// The world and where its platforms listen.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) world: Arc<World>,
    pub(super) platforms: Arc<BTreeMap<&'static str, String>>,
    pub(super) sites: Vec<Arc<dyn Site>>,
}

pub(super) fn router(desk: Desk) -> Router {
    let of_platforms = desk.sites.iter().map(|site| site.clone().control());
    let of_platforms = of_platforms.fold(Router::new(), Router::merge);
    Router::new()
        .route("/state", get(state))
        .route("/ledger", get(ledger))
        .route("/proxy", post(put_proxy).delete(take_proxy_away))
        .route("/page", post(change_page))
        .route("/outage", post(cut_off).delete(reconnect))
        .route("/wait", post(wait))
        .route("/fault", post(set_fault).delete(clear_faults))
        .fallback(async || json_reply(StatusCode::NOT_FOUND, &json!({"error": "no such control"})))
        .with_state(desk.clone())
        .merge(of_platforms)
        .layer(from_fn_with_state(desk, hold))
}

async fn hold(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let _hold = desk.world.clock.hold();
    next.run(request).await
}

async fn state(State(desk): State<Desk>) -> Json<Value> {
    let world = &desk.world;
    let (total, kept) = world.ledger.counts();
    let mut told = json!({
        "v": 1,
        "seed": world.seed,
        "now": world.clock.now(),
        "platforms": *desk.platforms,
        "faults": world.switches.texts(),
        "proxy": world.proxy.status(),
        "outages": world.outages.names(),
        "cut_connections": world.outages.refused(),
        "wait_s": world.wait().as_secs(),
        "ledger": {"total": total, "kept": kept},
    });
    if let Some(members) = told.as_object_mut() {
        members.extend(desk.sites.iter().flat_map(|site| site.state()));
    }
    Json(told)
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct LedgerQuery {
    platform: Option<String>,
    since: Option<i64>,
    cursor: Option<u64>,
    limit: Option<usize>,
}

async fn ledger(State(desk): State<Desk>, Query(query): Query<LedgerQuery>) -> Response {
    let platform = query.platform.filter(|name| !name.is_empty());
    let names = &desk.world.names;
    if let Some(name) = platform.as_deref().filter(|name| !names.contains(name)) {
        let text = format!("`{name}` is not a simulated platform: one of {}", names.join(" "));
        return refuse(&text);
    }
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let wanted = Wanted { platform, since: query.since.map(Millis), after: query.cursor.unwrap_or(0), limit };
    let (items, more) = desk.world.ledger.read(&wanted);
    let next = items.last().filter(|_| more).map(|row| row.seq.to_string());
    let (total, _) = desk.world.ledger.counts();
    json_reply(StatusCode::OK, &json!({"v": 1, "items": items, "next": next, "total": total}))
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SetFault {
    spec: String,
}

async fn set_fault(State(desk): State<Desk>, Json(asked): Json<SetFault>) -> Response {
    match asked.spec.parse::<Fault>() {
        Ok(fault) => {
            desk.world.switches.set(fault);
            faults(&desk)
        }
        Err(error) => refuse(&error.to_string()),
    }
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SetProxy {
    status: u16,
}

/// Puts a proxy in front of the platforms that answers every request with a page.
async fn put_proxy(State(desk): State<Desk>, Json(asked): Json<SetProxy>) -> Response {
    if !(400..=599).contains(&asked.status) {
        return refuse("`status` must be from 400 to 599");
    }
    desk.world.proxy.set(Some(asked.status));
    done()
}

/// Takes the proxy away.
async fn take_proxy_away(State(desk): State<Desk>) -> Response {
    desk.world.proxy.set(None);
    done()
}

/// Lets pages sign by a new version of their script; an empty object brings the old one back.
async fn change_page(State(desk): State<Desk>, Json(members): Json<serde_json::Map<String, Value>>) -> Response {
    desk.world.page.change(members);
    done()
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CutOff {
    #[serde(default)]
    platform: Option<String>,
}

/// Lets nobody reach a platform, or any of them.
async fn cut_off(State(desk): State<Desk>, Json(asked): Json<CutOff>) -> Response {
    if desk.world.outages.begin(asked.platform.as_deref()) {
        return done();
    }
    refuse(&format!("no such simulated platform: one of {}", desk.world.names.join(" ")))
}

/// Lets everyone reach all of them again.
async fn reconnect(State(desk): State<Desk>) -> Response {
    desk.world.outages.end();
    done()
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Wait {
    seconds: u32,
}

/// Lets refusals of class `rate` ask for this wait.
async fn wait(State(desk): State<Desk>, Json(asked): Json<Wait>) -> Response {
    desk.world.set_wait(Duration::from_secs(asked.seconds.into()));
    done()
}

async fn clear_faults(State(desk): State<Desk>) -> Response {
    desk.world.switches.clear();
    faults(&desk)
}

fn faults(desk: &Desk) -> Response {
    json_reply(StatusCode::OK, &json!({"v": 1, "faults": desk.world.switches.texts()}))
}
