//! The scripts of its pages.

use axum::extract::State;
use axum::response::Response;

use super::state::Stand;
use crate::sim::script::shown;

/// `GET /static/center.js`: what a page asks for, of this version of the site.
pub(super) async fn center(State(stand): State<Stand>) -> Response {
    let (changed, script) = (stand.world.page.changed(), include_str!("center.js"));
    shown(format!("const changed = {changed};\n{script}"))
}

/// `GET /static/hashtags.js`: what its newer page asks for.
pub(super) async fn hashtags() -> Response {
    shown(include_str!("hashtags.js").to_owned())
}
