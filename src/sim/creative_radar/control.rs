//! What control can do to the simulated Creative Center: `POST /expire {"after": …}` for a login that is lost after so many
//! uses.

use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};

use super::state::Stand;
use crate::sim::reply::done;

pub(super) fn router(stand: Stand) -> Router {
    Router::new().route("/expire", post(expire)).with_state(stand)
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    after: u64,
}

/// Lets the login be lost after so many uses.
async fn expire(State(stand): State<Stand>, Json(asked): Json<Expire>) -> Response {
    stand.login.ends_after(asked.after);
    done()
}
