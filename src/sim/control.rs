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

use super::douyin::{Lost, Rename, short_links};
use super::fault::{Fault, PLATFORMS};
use super::ledger::Wanted;
use super::reply::json_reply;
use super::world::World;
use crate::domain::Millis;

/// The most rows one page of the ledger has.
const PAGE: usize = 1000;

/// The world and where its platforms listen.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) world: Arc<World>,
    pub(super) platforms: Arc<BTreeMap<&'static str, String>>,
}

pub(super) fn router(desk: Desk) -> Router {
    Router::new()
        .route("/state", get(state))
        .route("/ledger", get(ledger))
        .route("/rename", post(rename))
        .route("/scan", post(scan))
        .route("/expire", post(expire))
        .route("/live", post(live).delete(stand))
        .route("/lists", post(lose).delete(find))
        .route("/proxy", post(put_proxy).delete(take_proxy_away))
        .route("/page", post(change_page))
        .route("/outage", post(cut_off).delete(reconnect))
        .route("/wait", post(wait))
        .route("/fault", post(set_fault).delete(clear_faults))
        .fallback(async || json_reply(StatusCode::NOT_FOUND, &json!({"error": "no such control"})))
        .layer(from_fn_with_state(desk.clone(), hold))
        .with_state(desk)
}

async fn hold(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let _hold = desk.world.clock.hold();
    next.run(request).await
}

async fn state(State(desk): State<Desk>) -> Json<Value> {
    let world = &desk.world;
    let (total, kept) = world.ledger.counts();
    Json(json!({
        "v": 1,
        "seed": world.seed,
        "now": world.clock.now(),
        "platforms": *desk.platforms,
        "faults": world.switches.texts(),
        "proxy": world.proxy.status(),
        "outages": world.outages.names(),
        "cut_connections": world.outages.refused(),
        "wait_s": world.wait().as_secs(),
        "short_links": short_links(world.seed),
        "creators": world.cast.names().collect::<Vec<_>>(),
        "login": world.cast.login(),
        "codes": world.codes.shown(),
        "ads_login": world.ads.cookie(world.seed).1,
        "ledger": {"total": total, "kept": kept},
    }))
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
    if let Some(name) = platform.as_deref().filter(|name| !PLATFORMS.contains(name)) {
        let text = format!("`{name}` is not a simulated platform: one of {}", PLATFORMS.join(" "));
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

/// Changes the site: answers of a page call a member something else.
async fn rename(State(desk): State<Desk>, Json(asked): Json<Rename>) -> Response {
    desk.world.renames.add(asked);
    done()
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Scan {
    says: String,
}

/// Scans the code of a login page, as somebody with the app does.
async fn scan(State(desk): State<Desk>, Json(asked): Json<Scan>) -> Response {
    if desk.world.codes.scan(&asked.says) {
        return done();
    }
    refuse("no page shows such a code")
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    after: u64,
}

/// Lets the login at the Creative Center be lost after so many uses.
async fn expire(State(desk): State<Desk>, Json(asked): Json<Expire>) -> Response {
    desk.world.ads.ends_after(asked.after);
    done()
}

/// Lets the simulated Douyin live.
async fn live(State(desk): State<Desk>) -> Response {
    desk.world.life.begin(&desk.world.cast, desk.world.now());
    done()
}

/// Lets it stand still.
async fn stand(State(desk): State<Desk>) -> Response {
    desk.world.life.stand(desk.world.now());
    done()
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Lose {
    lead: Lost,
}

/// Lets lists lie.
async fn lose(State(desk): State<Desk>, Json(asked): Json<Lose>) -> Response {
    desk.world.lists.lead(Some(asked.lead));
    done()
}

/// Lets them tell the truth again.
async fn find(State(desk): State<Desk>) -> Response {
    desk.world.lists.lead(None);
    done()
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

/// Lets the pages of the simulated Douyin sign by a new version of their script; an empty object brings the old one back.
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
    refuse(&format!("no such simulated platform: one of {}", PLATFORMS.join(" ")))
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

fn done() -> Response {
    json_reply(StatusCode::OK, &json!({"v": 1}))
}

fn refuse(text: &str) -> Response {
    json_reply(StatusCode::BAD_REQUEST, &json!({"error": text}))
}
