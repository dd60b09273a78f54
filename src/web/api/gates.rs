//! Lanes and gates over the API: what waits where, what is closed or paused, and pausing it.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::listing::{Listing, whole};
use crate::store;
use crate::store::gates::Scope;
use crate::web::app::App;
use crate::web::input::Body;
use crate::web::lanes::{self, Lane};
use crate::web::refusal::Refusal;

pub(super) async fn lanes(State(app): State<App>) -> Result<Json<Listing<Lane>>, Refusal> {
    let pace = app.parts().pace.clone();
    let load = app.store().read::<_, store::Error, _>(|tx| Box::pin(async move { lanes::load(tx, &pace).await }));
    Ok(whole(load.await?))
}

/// What is paused or resumed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    scope: Scope,
    name: String,
    paused: bool,
}

pub(super) async fn pause(State(app): State<App>, Body(asked): Body<Pause>) -> Result<Json<Value>, Refusal> {
    lanes::pause(&app, asked.scope, &asked.name, asked.paused).await?;
    Ok(Json(json!({ "scope": asked.scope, "name": asked.name, "paused": asked.paused })))
}
