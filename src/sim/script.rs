//! The scripts of the simulated pages.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// `GET /static/md5.js`.
pub(super) async fn md5() -> Response {
    shown(include_str!("md5.js"))
}

/// `GET /static/page.js`: what pages of Douyin sign with.
pub(super) async fn page() -> Response {
    shown(include_str!("douyin/page.js"))
}

/// `GET /static/center.js`: what the Creative Center asks for.
pub(super) async fn center() -> Response {
    shown(include_str!("creative_radar/center.js"))
}

/// `GET /static/hashtags.js`: what its newer page asks for.
pub(super) async fn hashtags() -> Response {
    shown(include_str!("creative_radar/hashtags.js"))
}

fn shown(text: &'static str) -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], text).into_response()
}
