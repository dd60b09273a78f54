//! `POST /CreativeOne/KnowledgeAPI/GetHashtagList`: what takes the place of the older lists. Nothing is signed; anybody
//! sees three hashtags of each question, and a hundred whoever is logged in.

use axum::Json;
use axum::extract::State;
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::state::Stand;
use crate::sim::reply::json_reply;
use crate::sim::seed::Dice;

/// Hashtags there are of each question, and how many of them anybody sees.
const ALL: u64 = 100;
const SHOWN: u64 = 3;
/// The most of a page.
const PAGE: u64 = 50;

/// What is asked.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    country_code: String,
    time_range: u64,
    page: u64,
    limit: u64,
}

/// A page of hashtags.
pub(super) async fn answer(State(stand): State<Stand>, headers: HeaderMap, Json(asked): Json<Asked>) -> Response {
    let world = &stand.world;
    if ![7, 30, 90, 120].contains(&asked.time_range) {
        let wrong = json!({"StatusCode": 40_000, "StatusMessage": "invalid timeRange"});
        return json_reply(StatusCode::OK, &json!({"BaseResp": wrong}));
    }
    let cookies = headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_known = stand.is_in(cookies);
    let limit = asked.limit.clamp(1, PAGE);
    let from = if is_known { asked.page.saturating_sub(1).saturating_mul(limit).min(ALL) } else { 0 };
    let to = if is_known { (from + limit).min(ALL) } else { SHOWN };
    // Ids come as texts to who asks for that, else as numbers.
    let as_texts = headers.get("agw-js-conv").is_some_and(|value| value == "str");
    let rows: Vec<Value> = (from..to).map(|nth| hashtag(world.seed, &asked, nth, as_texts)).collect();
    let pages = json!({"page": asked.page, "totalCount": ALL, "hasMore": is_known && to < ALL});
    let fine = json!({"StatusCode": 0, "StatusMessage": ""});
    json_reply(StatusCode::OK, &json!({"BaseResp": fine, "items": rows, "pagination": pages}))
}

fn hashtag(seed: u64, asked: &Asked, nth: u64, as_texts: bool) -> Value {
    let dice = Dice::of(seed, &format!("creative_one/{}/{}/{nth}", asked.country_code, asked.time_range));
    let number = 1_600_000_000_000_000_000 + dice.below(0, 1_000_000_000);
    let id = if as_texts { json!(number.to_string()) } else { json!(number) };
    let word = dice.choose(1, &["winter", "market", "recipe", "haircut", "puppy", "outfit", "study", "garden"]);
    json!({
        "hashtagID": id, "hashtagName": format!("{word}{nth}"), "publishCnt": (90_000 - nth * 700).to_string(),
        "vv": 80_000_000 - nth * 600_000, "rankIndex": nth + 1, "industryIDs": [22_000_000_000_u64],
        "popularityCurve": [], "topCreators": [],
    })
}
