//! `GET /probe`: who a platform is, where it stands, what its clock says, and how often it was asked.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use serde_json::json;

use super::platform::Stand;
use super::reply::{Content, Source, Spoil};
use super::seed::Dice;
use crate::domain::Class;

const REGIONS: [&str; 5] = ["cn-north", "ap-southeast", "eu-central", "us-east", "us-west"];
const CITIES: [&str; 6] = ["harbour", "meadow", "lantern", "river", "summit", "orchard"];

/// Answers a probe. Spoilt by `schema`, it forgets the time; by `network`, it breaks off.
pub(super) async fn answer(State(stand): State<Stand>, Extension(spoil): Extension<Spoil>) -> Response {
    let Stand { platform, world } = stand;
    let platform = platform.name;
    let dice = Dice::of(world.seed, platform);
    let mut told = json!({
        "ok": true,
        "platform": platform,
        "name": format!("{platform}-{}", dice.choose(0, &CITIES)),
        "region": dice.choose(1, &REGIONS),
        "now": world.clock.now(),
        "seq": world.next_probe(platform),
    });
    if let (Some(Class::Schema), Some(fields)) = (spoil.0, told.as_object_mut()) {
        fields.remove("now");
    }
    let headers = vec![(CONTENT_TYPE, "application/json; charset=utf-8".to_owned())];
    let content = Content { source: Source::Memory(told.to_string().into_bytes()), headers, status: StatusCode::OK };
    content.reply(spoil.0 == Some(Class::Network), world.clock.hold())
}
