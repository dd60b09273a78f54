//! What the simulated Douyin says of itself, and its paths.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use super::state::Douyin;
use super::{control, door, entrance, faults, file, folder, query_user, script, short, token};
use crate::sim::files;
use crate::sim::platform::{Part, Platform, Site};

/// Douyin.
pub(in crate::sim) const PLATFORM: Platform = Platform {
    name: "douyin",
    task: "sim.douyin",
    keys: &[
        ("base", ""),
        ("live", ""),
        ("webcast", ""),
        ("socket", ""),
        ("short", "/short"),
        ("ttwid", ""),
        ("mssdk", "/mssdk"),
        ("webid", ""),
    ],
    endpoints: faults::ENDPOINTS,
    endpoint_at: door::name_of,
    refuse: faults::refuse,
    open: |world| Arc::new(Douyin::new(world)),
};

impl Site for Douyin {
    fn routes(self: Arc<Self>) -> Router {
        Router::new()
            .route("/files/{name}", get(files::answer).with_state(self.world.clone()))
            .route("/", get(entrance::page))
            .route("/static/page.js", get(script::page))
            .route("/passport/web/check_qr/", get(entrance::check))
            .route("/media/{name}", get(file::media))
            .route("/short/{code}/", get(short::answer))
            .route("/ttwid/union/register/", post(token::ttwid))
            .route("/mssdk/web/r/token", post(token::ms_token))
            .route("/mssdk/web/report", post(token::older_ms_token))
            .route("/webid", post(token::web_id))
            .route("/aweme/v1/web/query/user/", get(query_user::answer))
            .fallback(door::answer)
            .with_state(self)
    }

    fn control(self: Arc<Self>) -> Router {
        control::router(self)
    }

    fn state(&self) -> Map<String, Value> {
        let members = [
            ("short_links", json!(short::short_links(self.world.seed))),
            ("creators", json!(self.cast.names().collect::<Vec<_>>())),
            ("login", json!(self.cast.login())),
            ("codes", json!(self.codes.shown())),
        ];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn part(&self, control: &str, radard: &str) -> Part {
        folder::part(self, control, radard)
    }
}
