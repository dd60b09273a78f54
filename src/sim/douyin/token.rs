//! What gives something to a browser that has nothing yet. Each looks at what it is told as closely as the real one.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_TYPE, REFERER, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::state::Stand;
use crate::domain::Class;
use crate::sim::reply::{Content, Source, Spoil, json_reply};
use crate::sim::seed::Dice;

const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// `POST /ttwid/union/register/`: a new guest's mark.
pub(super) async fn ttwid(State(stand): State<Stand>, Extension(spoil): Extension<Spoil>, body: String) -> Response {
    let told: Value = serde_json::from_str(&body).unwrap_or_default();
    let known = says(&told, "/aid", 1768) && says(&told, "/service", "www.ixigua.com") && says(&told, "/union", true);
    if !known || !says(&told, "/migrate_info/source", "node") {
        return refuse("the registration is not one that a page sends");
    }
    let (dice, now) = fresh(&stand, "ttwid");
    let mark = format!("1%7C{}%7C{}%7C{:032x}", text(dice, 43), now / 1000, u128::from(dice.key()));
    stand.give_mark(mark.clone());
    give(&stand, spoil, "ttwid", &mark, &json!({"status_code": 0, "message": "", "redirect_url": ""}))
}

/// `POST /mssdk/web/r/token`: a real request token.
pub(super) async fn ms_token(
    State(stand): State<Stand>,
    Extension(spoil): Extension<Spoil>,
    RawQuery(query): RawQuery,
    body: String,
) -> Response {
    let told: Value = serde_json::from_str(&body).unwrap_or_default();
    let report = told.get("strData").and_then(Value::as_str).unwrap_or_default();
    let asked = query.is_some_and(|query| query.starts_with("ms_appid=6383&msToken="));
    if !asked || !says(&told, "/magic", 538_969_122) || !says(&told, "/dataType", 8) || report.len() < 16 {
        return refuse("the report is not one of a browser");
    }
    let (dice, _) = fresh(&stand, "msToken");
    // A report that nobody believes is answered, with a token that is too short.
    let length = if report.contains("doubtful") { 118 } else { 182 };
    give(&stand, spoil, "msToken", &format!("{}==", text(dice, length)), &json!({"code": 0}))
}

/// `POST /mssdk/web/report`: the same, as older pages asked for it.
pub(super) async fn older_ms_token(
    State(stand): State<Stand>,
    Extension(spoil): Extension<Spoil>,
    body: String,
) -> Response {
    let told: Value = serde_json::from_str(&body).unwrap_or_default();
    if !says(&told, "/magic", 538_969_122) || !says(&told, "/dataType", 8) {
        return refuse("the report is not one of a browser");
    }
    let (dice, _) = fresh(&stand, "msToken");
    give(&stand, spoil, "msToken", &format!("{}==", text(dice, 126)), &json!({"code": 0}))
}

/// `POST /webid`: the id of a browser.
pub(super) async fn web_id(
    State(stand): State<Stand>,
    Extension(spoil): Extension<Spoil>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let told: Value = serde_json::from_str(&body).unwrap_or_default();
    let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let agrees = says(&told, "/user_agent", header(USER_AGENT)) && says(&told, "/referer", header(REFERER));
    if !says(&told, "/app_id", 6383) || !agrees {
        return refuse("the browser does not agree with itself");
    }
    let (dice, _) = fresh(&stand, "webid");
    let mut answer = json!({"e": 0, "web_id": format!("7{:018}", dice.key() % 1_000_000_000_000_000_000)});
    if let (Some(Class::Schema), Some(fields)) = (spoil.0, answer.as_object_mut()) {
        fields.remove("web_id");
    }
    content(&stand, spoil, Vec::new(), &answer)
}

/// Whether what stands at `place` is what a page would have put there.
fn says(told: &Value, place: &str, expected: impl Into<Value>) -> bool {
    told.pointer(place) == Some(&expected.into())
}

/// Dice that nobody had before, and the time in milliseconds.
fn fresh(stand: &Stand, name: &str) -> (Dice, i64) {
    let count = stand.world.next_token();
    (Dice::of(stand.world.seed, &format!("{name}/{count}")), stand.world.clock.now().0)
}

fn text(dice: Dice, length: u64) -> String {
    let symbol = |byte: u8| SYMBOLS.get(usize::from(byte & 63)).map_or('A', |byte| char::from(*byte));
    dice.bytes(0..length).into_iter().map(symbol).collect()
}

fn refuse(text: &str) -> Response {
    json_reply(StatusCode::BAD_REQUEST, &json!({"status_code": 5, "status_msg": text}))
}

/// An answer with a cookie. Spoilt by `schema`, the cookie is missing.
fn give(stand: &Stand, spoil: Spoil, name: &str, value: &str, answer: &Value) -> Response {
    let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; HttpOnly; Secure");
    let headers = if spoil.0 == Some(Class::Schema) { Vec::new() } else { vec![(SET_COOKIE, cookie)] };
    content(stand, spoil, headers, answer)
}

fn content(stand: &Stand, spoil: Spoil, mut headers: Vec<(HeaderName, String)>, answer: &Value) -> Response {
    headers.push((CONTENT_TYPE, "application/json; charset=utf-8".to_owned()));
    let source = Source::Memory(answer.to_string().into_bytes());
    Content { source, headers, status: StatusCode::OK }.reply(spoil.0 == Some(Class::Network), stand.world.clock.hold())
}
