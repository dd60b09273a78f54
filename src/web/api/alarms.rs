//! Alarms over the API: what is open, what was, and that a person knows.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::listing::{Listing, page, whole};
use crate::advice::{self, Advice, alarm};
use crate::domain::{AlarmId, Language};
use crate::store;
use crate::store::alarms::{self, Alarm};
use crate::web::app::App;
use crate::web::input::{Asked, Named, blank, limit};
use crate::web::refusal::Refusal;

/// An alarm with what the catalogue says about it.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    alarm: Alarm,
    title: &'static str,
    r#do: Advice,
}

impl From<Alarm> for Shown {
    fn from(alarm: Alarm) -> Self {
        let title = alarm::title(Language::En, &alarm.name);
        let advice = alarm::about(&alarm.name, &alarm.subject);
        Self { alarm, title, r#do: advice }
    }
}

/// What a listing of alarms may be asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListAsked {
    #[serde(default, deserialize_with = "blank")]
    all: Option<bool>,
    #[serde(default, deserialize_with = "blank")]
    limit: Option<u32>,
    #[serde(default, deserialize_with = "blank")]
    cursor: Option<AlarmId>,
}

pub(super) async fn list(
    State(app): State<App>,
    Asked(asked): Asked<ListAsked>,
) -> Result<Json<Listing<Shown>>, Refusal> {
    let limit = limit(asked.limit)?;
    if asked.all != Some(true) {
        let open = app.store().read::<_, store::Error, _>(|tx| Box::pin(alarms::open(tx))).await?;
        return Ok(whole(open.into_iter().map(Shown::from).collect()));
    }
    let rows = app.store().read::<_, store::Error, _>(|tx| Box::pin(alarms::list(tx, asked.cursor, limit + 1)));
    let shown = rows.await?.into_iter().map(Shown::from).collect();
    Ok(page(shown, limit, |shown: &Shown| shown.alarm.id.to_string()))
}

pub(super) async fn find(State(app): State<App>, Named(id): Named<AlarmId>) -> Result<Json<Shown>, Refusal> {
    let found = app.store().read::<_, store::Error, _>(|tx| Box::pin(alarms::find(tx, id))).await?;
    found.map(|alarm| Json(alarm.into())).ok_or_else(|| absent(id))
}

pub(super) async fn ack(State(app): State<App>, Named(id): Named<AlarmId>) -> Result<Json<Value>, Refusal> {
    if app.store().write::<_, store::Error, _>(move |tx| Box::pin(alarms::ack(tx, id))).await? {
        return Ok(Json(json!({ "id": id, "acked": true })));
    }
    Err(absent(id))
}

fn absent(id: AlarmId) -> Refusal {
    Refusal::absent(format!("there is no alarm {id}"), advice::web::alarms())
}
