//! `GET /creative_radar_api/v1/popular_trend/creator/list`: three creators for anybody, all of them for whoever is logged
//! in, nothing for what is not signed as the page signs.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use super::state::Stand;
use crate::domain::Class;
use crate::sim::reply::{Spoil, json_reply};
use crate::sim::seed::Dice;

/// How old a signature may be, in seconds.
const MAX_AGE: u64 = 600;
/// Creators there are, and how many of them anybody sees.
const ALL: u64 = 459;
const SHOWN: u64 = 3;
/// The most of a page.
const PAGE: u64 = 50;

/// What is asked.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default = "first")]
    page: u64,
    #[serde(default = "usual")]
    limit: u64,
}

const fn first() -> u64 {
    1
}

const fn usual() -> u64 {
    20
}

/// A page of creators.
pub(super) async fn answer(
    State(stand): State<Stand>,
    Query(asked): Query<Asked>,
    Extension(spoil): Extension<Spoil>,
    headers: HeaderMap,
) -> Response {
    let world = &stand.world;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_signed(&header, u64::try_from(world.clock.now().0 / 1000).unwrap_or(0)) {
        return json_reply(StatusCode::OK, &json!({"code": 40_101, "msg": "no permission", "data": null}));
    }
    if spoil.0 == Some(Class::Gone) {
        return json_reply(StatusCode::OK, &json!({"code": 0, "msg": "deprecated", "request_id": "0", "data": {}}));
    }
    let is_known = stand.is_in(header("cookie"));
    let limit = asked.limit.clamp(1, PAGE);
    let (from, to) = if is_known {
        let from = asked.page.saturating_sub(1).saturating_mul(limit).min(ALL);
        (from, (from + limit).min(ALL))
    } else {
        (0, SHOWN)
    };
    let creators: Vec<Value> = (from..to).map(|nth| creator(world.seed, nth)).collect();
    let pages = json!({"page": asked.page, "size": limit, "total": ALL, "has_more": is_known && to < ALL});
    let data = json!({"creators": creators, "pagination": pages});
    json_reply(StatusCode::OK, &json!({"code": 0, "msg": "OK", "request_id": "0", "data": data}))
}

/// Looks at a signature from its other end: its halves have to be those that the digest gives.
fn is_signed<'h>(header: &impl Fn(&str) -> &'h str, now: u64) -> bool {
    let middle = if header("web-id").is_empty() { header("anonymous-user-id") } else { header("web-id") };
    let (moment, sign) = (header("timestamp"), header("user-sign"));
    let is_fresh = moment.parse().is_ok_and(|moment: u64| moment.abs_diff(now) <= MAX_AGE);
    let text = ["A7B&9z#1G6$2K@8M!3", middle, moment].join("-");
    let digest: Vec<u8> = Md5::digest(text).iter().flat_map(|byte| [byte >> 4, byte & 15]).collect();
    let given: Vec<u8> =
        sign.chars().filter_map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let (front, back) = digest.split_at(16);
    let undone = given.iter().zip(back).map(|(given, back)| given ^ back);
    is_fresh && !header("anonymous-user-id").is_empty() && sign.len() == 16 && undone.eq(front.iter().copied())
}

fn creator(seed: u64, nth: u64) -> Value {
    let dice = Dice::of(seed, &format!("creative_radar/creator/{nth}"));
    let name = dice.choose(0, &["lin", "maya", "sol", "kito", "ana", "wei", "remy", "odd"]);
    json!({
        "tcm_id": (7_000_000_000_000_000_000 + nth).to_string(), "user_id": (6_800_000_000_000_000_000 + nth).to_string(),
        "nick_name": format!("{name} {nth}"), "country_code": "US", "follower_cnt": 9_000_000 - nth * 17_000,
        "liked_cnt": dice.below(1, 90_000_000), "tt_link": format!("https://www.tiktok.com/@{name}{nth}"), "items": [],
    })
}
