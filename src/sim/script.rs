//! The scripts of the simulated pages.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::world::Stand;

/// `GET /static/md5.js`.
pub(super) async fn md5() -> Response {
    shown(include_str!("md5.js").to_owned())
}

/// `GET /static/page.js`: what pages of Douyin sign with, of this version of the site.
pub(super) async fn page(State(stand): State<Stand>) -> Response {
    let (changed, scripts) =
        (stand.world.page.changed(), concat!(include_str!("douyin/signature.js"), include_str!("douyin/page.js")));
    shown(format!("const changed = {changed};\n{scripts}"))
}

/// `GET /static/center.js`: what the Creative Center asks for, of this version of the site.
pub(super) async fn center(State(stand): State<Stand>) -> Response {
    let (changed, script) = (stand.world.page.changed(), include_str!("creative_radar/center.js"));
    shown(format!("const changed = {changed};\n{script}"))
}

/// `GET /static/hashtags.js`: what its newer page asks for.
pub(super) async fn hashtags() -> Response {
    shown(include_str!("creative_radar/hashtags.js").to_owned())
}

fn shown(text: String) -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], text).into_response()
}
