//! Schedules over the API: when each comes next, and running one now.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::listing::{Listing, whole};
use crate::advice;
use crate::queue::Coming;
use crate::web::app::App;
use crate::web::input::Named;
use crate::web::refusal::Refusal;

pub(super) async fn list(State(app): State<App>) -> Json<Listing<Coming>> {
    whole(app.queue().schedules())
}

pub(super) async fn run(
    State(app): State<App>,
    Named(name): Named<String>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let Some(asked) = app.queue().run_schedule(&name).await? else {
        let error = format!("there is no schedule `{name}`");
        return Err(Refusal::absent(error, advice::web::schedules()));
    };
    Ok((StatusCode::CREATED, Json(json!({ "name": name, "id": asked.id() }))))
}
