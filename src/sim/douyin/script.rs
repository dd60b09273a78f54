//! The script of its pages.

use axum::extract::State;
use axum::response::Response;

use super::state::Stand;
use crate::sim::script::shown;

/// `GET /static/page.js`: what its pages sign with, of this version of the site.
pub(super) async fn page(State(stand): State<Stand>) -> Response {
    let (changed, scripts) =
        (stand.world.page.changed(), concat!(include_str!("signature.js"), include_str!("page.js")));
    shown(format!("const changed = {changed};\n{scripts}"))
}
