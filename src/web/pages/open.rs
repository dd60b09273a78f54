//! What anyone may ask who reaches the listener: is the process alive, can it take work, its numbers, its dress.
//!
//! None of it names an account, a payload or an error text; it is what a load balancer and a scraper need.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};

use crate::observe::metric;
use crate::web::app::{App, Readiness};
use crate::web::paths;

/// A browser may keep it for good: its link changes with its content.
const FOR_GOOD: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");

pub(in crate::web) async fn health() -> &'static str {
    "ok"
}

pub(in crate::web) async fn ready(State(app): State<App>) -> (StatusCode, Json<Readiness>) {
    let readiness = app.readiness();
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

pub(in crate::web) async fn metrics(State(app): State<App>) -> ([(HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, metric::CONTENT_TYPE)], app.parts().metrics.render())
}

pub(in crate::web) async fn style() -> ([(HeaderName, &'static str); 2], &'static str) {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), FOR_GOOD], paths::STYLE_TEXT)
}

pub(in crate::web) async fn icon() -> ([(HeaderName, &'static str); 2], &'static str) {
    ([(header::CONTENT_TYPE, "image/svg+xml"), FOR_GOOD], paths::ICON_TEXT)
}
