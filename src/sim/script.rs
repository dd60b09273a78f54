//! Scripts of simulated pages, and the one that pages of several platforms load.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// `GET /static/md5.js`.
pub(super) async fn md5() -> Response {
    shown(include_str!("md5.js").to_owned())
}

/// A script as it is sent.
pub(super) fn shown(text: String) -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], text).into_response()
}
