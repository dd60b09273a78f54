//! What control can do to the simulated Douyin.
//!
//! `POST /rename {"page": …, "from": …, "to": …}`, after which answers of a page call a member something else; `POST /scan
//! {"says": …}` for a code that a page shows; `POST /live`, after which works are made and people come and go, until
//! `DELETE /live`; `POST /lists {"lead": …}`, after which lists lie, until `DELETE /lists`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};

use super::change::{Lost, Rename};
use super::state::Stand;
use crate::sim::reply::{done, refuse};

pub(super) fn router(stand: Stand) -> Router {
    Router::new()
        .route("/rename", post(rename))
        .route("/scan", post(scan))
        .route("/live", post(live).delete(still))
        .route("/lists", post(lose).delete(find))
        .with_state(stand)
}

/// Changes the site: answers of a page call a member something else.
async fn rename(State(stand): State<Stand>, Json(asked): Json<Rename>) -> Response {
    stand.renames.add(asked);
    done()
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Scan {
    says: String,
}

/// Scans the code of a login page, as somebody with the app does.
async fn scan(State(stand): State<Stand>, Json(asked): Json<Scan>) -> Response {
    if stand.codes.scan(&asked.says) {
        return done();
    }
    refuse("no page shows such a code")
}

/// Lets the site live.
async fn live(State(stand): State<Stand>) -> Response {
    stand.live();
    done()
}

/// Lets it stand still.
async fn still(State(stand): State<Stand>) -> Response {
    stand.stand();
    done()
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Lose {
    lead: Lost,
}

/// Lets lists lie.
async fn lose(State(stand): State<Stand>, Json(asked): Json<Lose>) -> Response {
    stand.lists.lead(Some(asked.lead));
    done()
}

/// Lets them tell the truth again.
async fn find(State(stand): State<Stand>) -> Response {
    stand.lists.lead(None);
    done()
}
