//! What is kept up to date over the API: how it stands, what a saved queue file would change, and a hand on it.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::web::app::App;
use crate::web::input::Body;
use crate::web::refusal::Refusal;

async fn act(app: &App, asked: Value) -> Result<Json<Value>, Refusal> {
    app.parts().acts.targets(asked).await.map(Json).map_err(Refusal::from)
}

pub(super) async fn list(State(app): State<App>) -> Result<Json<Value>, Refusal> {
    act(&app, json!({"act": "list", "name": null})).await
}

pub(super) async fn find(State(app): State<App>, Path(name): Path<String>) -> Result<Json<Value>, Refusal> {
    act(&app, json!({"act": "list", "name": name})).await
}

pub(super) async fn plan(State(app): State<App>) -> Result<Json<Value>, Refusal> {
    act(&app, json!({"act": "plan"})).await
}

pub(super) async fn run(State(app): State<App>, Path(name): Path<String>) -> Result<Json<Value>, Refusal> {
    act(&app, json!({"act": "run", "name": name})).await
}

pub(super) async fn pause(State(app): State<App>, Path(name): Path<String>) -> Result<Json<Value>, Refusal> {
    act(&app, json!({"act": "pause", "name": name})).await
}

/// Whom to forget.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Whom {
    creator: String,
}

pub(super) async fn forget(State(app): State<App>, Body(whom): Body<Whom>) -> Result<Json<Value>, Refusal> {
    act(&app, json!({"act": "forget", "creator": whom.creator})).await
}

pub(super) async fn resume(State(app): State<App>, Path(name): Path<String>) -> Result<Json<Value>, Refusal> {
    act(&app, json!({"act": "resume", "name": name})).await
}
