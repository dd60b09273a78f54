//! The house over the API: whether it is ready, what its tasks do, and what is done to it as a whole.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::listing::{Listing, whole};
use crate::advice;
use crate::doctor::report;
use crate::domain::Class;
use crate::store::backup::{self, Verified};
use crate::supervise::Status;
use crate::web::app::{App, Readiness};
use crate::web::refusal::Refusal;

pub(super) async fn readiness(State(app): State<App>) -> Json<Readiness> {
    Json(app.readiness())
}

pub(super) async fn tasks(State(app): State<App>) -> Json<Listing<Status>> {
    whole(app.tasks())
}

pub(super) async fn doctor(State(app): State<App>) -> Json<Value> {
    Json(json!(report(&app.parts().doctor.examine().await)))
}

pub(super) async fn back_up(State(app): State<App>) -> Result<(StatusCode, Json<Verified>), Refusal> {
    match backup::create(app.store(), &app.parts().backups).await {
        Ok(made) => Ok((StatusCode::CREATED, Json(made))),
        Err(error) => {
            Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, Class::Local, error.to_string(), advice::web::backup()))
        }
    }
}

/// What changed.
#[derive(Debug, Serialize)]
pub(super) struct Reloaded {
    said: String,
}

pub(super) async fn reload(State(app): State<App>) -> Result<Json<Reloaded>, Refusal> {
    let said = match &app.parts().reload {
        Some(reload) => reload().await,
        None => Err("no daemon runs, so there is nothing to reload".to_owned()),
    };
    said.map(|said| Json(Reloaded { said })).map_err(|error| Refusal::conflict(error, advice::web::reload()))
}
