//! What everybody who reaches the listener may ask: health, readiness, metrics; and the stylesheet, icon and script.
//!
//! To a stranger none of it names an account, a file, a payload or an error text; it is what a load balancer and a scraper
//! need. The owner and a key with `metrics:read` see the rest, too.

use axum::Json;
use axum::extract::State;
use axum::http::{Extensions, HeaderName, StatusCode, header};

use crate::observe::metric;
use crate::web::app::{App, Readiness};
use crate::web::auth::{Caller, Scope};
use crate::web::paths;

/// A browser may keep it for good: its link changes with its content.
const FOR_GOOD: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");

pub(in crate::web) async fn health() -> &'static str {
    "ok"
}

pub(in crate::web) async fn ready(State(app): State<App>, known: Extensions) -> (StatusCode, Json<Readiness>) {
    let mut readiness = app.readiness();
    if !sees_names(&known) {
        for part in &mut readiness.parts {
            part.r#do = None;
        }
    }
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

pub(in crate::web) async fn metrics(
    State(app): State<App>,
    known: Extensions,
) -> ([(HeaderName, &'static str); 1], String) {
    let metrics = &app.parts().metrics;
    let text = if sees_names(&known) { metrics.render() } else { metrics.render_without_names() };
    ([(header::CONTENT_TYPE, metric::CONTENT_TYPE)], text)
}

fn sees_names(known: &Extensions) -> bool {
    known.get::<Caller>().is_some_and(|caller| caller.scopes.allow(Scope::MetricsRead))
}

pub(in crate::web) async fn style() -> ([(HeaderName, &'static str); 2], &'static str) {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), FOR_GOOD], paths::STYLE_TEXT)
}

pub(in crate::web) async fn icon() -> ([(HeaderName, &'static str); 2], &'static str) {
    ([(header::CONTENT_TYPE, "image/svg+xml"), FOR_GOOD], paths::ICON_TEXT)
}

pub(in crate::web) async fn script() -> ([(HeaderName, &'static str); 2], &'static str) {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), FOR_GOOD], paths::SCRIPT_TEXT)
}
