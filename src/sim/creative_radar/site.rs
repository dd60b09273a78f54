//! What the simulated Creative Center says of itself, and its paths.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use serde_json::{Map, Value};

use super::state::CreativeRadar;
use super::{control, faults, hashtags, list, page, script};
use crate::sim::platform::{Part, Platform, Site, nothing};

/// The Creative Center.
pub(in crate::sim) const PLATFORM: Platform = Platform {
    name: "creative_radar",
    task: "sim.creative_radar",
    keys: &[("base", "")],
    endpoints: faults::ENDPOINTS,
    endpoint_at: |_| None,
    refuse: |_, _| None,
    open: |world| Arc::new(CreativeRadar::new(world)),
};

impl Site for CreativeRadar {
    fn routes(self: Arc<Self>) -> Router {
        Router::new()
            .route("/business/creativecenter/{*page}", get(page::answer))
            .route("/creative_radar_api/v1/popular_trend/creator/list", get(list::answer))
            .route("/static/center.js", get(script::center))
            .route("/static/hashtags.js", get(script::hashtags))
            .route("/creative/creativeCenter/trends/hashtag", get(page::newer))
            .route("/CreativeOne/KnowledgeAPI/GetHashtagList", post(hashtags::answer))
            .route("/login", get(page::login))
            .route("/verify/slide", get(page::challenge))
            .fallback(nothing)
            .with_state(self)
    }

    fn control(self: Arc<Self>) -> Router {
        control::router(self)
    }

    fn state(&self) -> Map<String, Value> {
        Map::from_iter([("ads_login".to_owned(), Value::from(self.cookie().1))])
    }

    fn part(&self, _control: &str, _radard: &str) -> Part {
        let (name, value) = self.cookie();
        Part {
            settings: "\n[profile.ads]\nplatform = \"creative_radar\"\n".to_owned(),
            logins: Some(format!("TikTok Creative Radar knows one: `{name}={value}`.")),
            ..Part::default()
        }
    }
}
