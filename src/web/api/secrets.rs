//! Sealed credentials over the API: which there are, never what they say; a new value, an end, another key.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::listing::{Listing, whole};
use crate::advice;
use crate::domain::Secret;
use crate::queue::{Ask, Asked};
use crate::store;
use crate::vault::{Entry, ROTATE, SetError, leaving_key};
use crate::web::app::App;
use crate::web::input::{Body, Named};
use crate::web::refusal::Refusal;

pub(super) async fn list(State(app): State<App>) -> Result<Json<Listing<Entry>>, Refusal> {
    Ok(whole(app.credentials().list().await?))
}

/// A value to seal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    value: String,
}

pub(super) async fn set(
    State(app): State<App>,
    Named(name): Named<String>,
    Body(Set { value }): Body<Set>,
) -> Result<Json<Value>, Refusal> {
    match app.credentials().set(&name, Secret::new(value)).await {
        Ok(used) => Ok(Json(json!({ "name": name, "used": used }))),
        Err(SetError::Vault(error)) => Err(error.into()),
        Err(error @ SetError::Name { .. }) => Err(Refusal::bad(error.to_string(), advice::web::these_names())),
        Err(error @ SetError::Value { .. }) => Err(Refusal::bad(error.to_string(), advice::web::secret_alone())),
    }
}

pub(super) async fn forget(State(app): State<App>, Named(name): Named<String>) -> Result<Json<Value>, Refusal> {
    if app.credentials().forget(&name).await? {
        return Ok(Json(json!({ "name": name, "forgotten": true })));
    }
    Err(Refusal::absent(format!("nothing is sealed under `{name}`"), advice::web::sealed()))
}

/// Asks for a rotation; one that has begun and not ended is given another life instead of a second beside it.
pub(super) async fn rotate(State(app): State<App>) -> Result<(StatusCode, Json<Value>), Refusal> {
    let leaving = app.store().read::<_, store::Error, _>(|tx| Box::pin(leaving_key(tx))).await?;
    let Some(key) = leaving else {
        let error = "nothing was ever sealed, so there is no key to change";
        return Err(Refusal::conflict(error, advice::web::seal_first()));
    };
    let (kind, key) = (ROTATE.to_owned(), key.to_string());
    let ask = Ask { kind, key, payload: json!({}), priority: 0, run_at: None };
    let asked = app.queue().ask(ask).await?;
    let status = match asked {
        Asked::New(_) => StatusCode::CREATED,
        Asked::Same(id) | Asked::Dead(id) => {
            app.queue().retry(id).await?;
            StatusCode::OK
        }
    };
    Ok((status, Json(json!({ "id": asked.id(), "new": status == StatusCode::CREATED }))))
}
