//! The house over the API: whether it is ready, what its tasks do, and the acts that only the daemon can do.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::listing::{Listing, whole};
use crate::domain::Class;
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
    Json(app.parts().acts.doctor().await)
}

pub(super) async fn back_up(State(app): State<App>) -> Result<(StatusCode, Json<Value>), Refusal> {
    match app.parts().acts.backup_create().await {
        Ok(made) => Ok((StatusCode::CREATED, Json(made))),
        Err(error) => Err(Refusal::new(
            (StatusCode::INTERNAL_SERVER_ERROR, Class::Local),
            error,
            "look at the free space and the rights of the folder for backups, then try again",
        )),
    }
}

pub(super) async fn reload(State(app): State<App>) -> Result<Json<Value>, Refusal> {
    let advice = "run `radard check`, fix what it names, and try again; the old configuration stays in force";
    app.parts().acts.reload().await.map(Json).map_err(|error| Refusal::conflict(error, advice))
}
