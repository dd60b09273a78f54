//! `GET /aweme/v1/web/query/user/`: who a browser is taken for.
//!
//! What is not signed as a page signs gets an empty answer, as from the real one; why, stands in the header `x-refused`,
//! for whoever builds a client against this.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::judge::{Signed, judge};
use super::state::Stand;
use crate::domain::Class;
use crate::sim::reply::{Content, Source, Spoil, json_reply};
use crate::sim::seed::Dice;

/// Answers a browser that has a mark and signs.
pub(super) async fn answer(
    State(stand): State<Stand>,
    Extension(spoil): Extension<Spoil>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let user_agent = header(USER_AGENT);
    let signed = Signed { query: "", body: "", user_agent, now: stand.world.clock.now() };
    let query = query.unwrap_or_default();
    let asked = match judge(&query, &signed) {
        Ok(asked) => asked,
        Err(why) => return (StatusCode::OK, [("x-refused", why)]).into_response(),
    };
    if !asked.starts_with("device_platform=webapp&aid=6383&") || !asked.ends_with("&update_version_code=170400") {
        return json_reply(StatusCode::OK, &json!({"status_code": 5, "status_msg": "bad parameter"}));
    }
    let mark = header(COOKIE).split("; ").find_map(|pair| pair.strip_prefix("ttwid=")).unwrap_or_default();
    if !stand.knows_mark(mark) {
        return json_reply(StatusCode::OK, &json!({"status_code": 8, "status_msg": "no such browser"}));
    }
    let dice = Dice::of(stand.world.seed, mark);
    let mut told = json!({
        "id": format!("7{:018}", dice.key() % 1_000_000_000_000_000_000), "user_uid": "0", "user_uid_type": 0,
        "create_time": (stand.world.clock.now().0 / 1000).to_string(), "user_agent": user_agent, "browser_name": "edge",
    });
    if let (Some(Class::Schema), Some(fields)) = (spoil.0, told.as_object_mut()) {
        fields.remove("id");
    }
    let headers = vec![(CONTENT_TYPE, "application/json; charset=utf-8".to_owned())];
    let content = Content { source: Source::Memory(told.to_string().into_bytes()), headers, status: StatusCode::OK };
    content.reply(spoil.0 == Some(Class::Network), stand.world.clock.hold())
}
