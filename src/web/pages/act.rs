//! The buttons of the pages: each does what its path of the API does, then shows the page again.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Redirect;
use serde::Deserialize;

use crate::advice;
use crate::domain::{AlarmId, JobId};
use crate::store;
use crate::store::{alarms, gates};
use crate::web::app::App;
use crate::web::input::{Named, Pressed};
use crate::web::refusal::Refusal;
use crate::web::{lanes, paths};

fn no_job(id: JobId) -> Refusal {
    Refusal::absent(format!("there is no job {id}"), advice::web::old_jobs())
}

/// A retry is pressed in a list, so the list comes back.
pub(in crate::web) async fn retry(State(app): State<App>, Named(id): Named<JobId>) -> Result<Redirect, Refusal> {
    match app.queue().retry(id).await? {
        Some((_, true)) => Ok(Redirect::to(paths::STATUS)),
        Some((state, false)) => Err(Refusal::not_in(id, state, "retried")),
        None => Err(no_job(id)),
    }
}

pub(in crate::web) async fn cancel(State(app): State<App>, Named(id): Named<JobId>) -> Result<Redirect, Refusal> {
    match app.queue().cancel(id).await? {
        Some((_, true)) => Ok(Redirect::to(&paths::job(id.0))),
        Some((state, false)) => Err(Refusal::not_in(id, state, "cancelled")),
        None => Err(no_job(id)),
    }
}

pub(in crate::web) async fn ack(State(app): State<App>, Named(id): Named<AlarmId>) -> Result<Redirect, Refusal> {
    if app.store().write::<_, store::Error, _>(move |tx| Box::pin(alarms::ack(tx, id))).await? {
        return Ok(Redirect::to(paths::STATUS));
    }
    Err(Refusal::absent(format!("there is no alarm {id}"), advice::web::alarm_closed()))
}

/// What the buttons of a target do.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::web) enum Hand {
    Run,
    Pause,
    Resume,
}

pub(in crate::web) async fn target(
    State(app): State<App>,
    path: Result<Path<(String, Hand)>, PathRejection>,
) -> Result<Redirect, Refusal> {
    let Path((name, hand)) = path.map_err(|error| Refusal::absent(error.body_text(), advice::web::press_again()))?;
    let targets = &app.parts().targets;
    match hand {
        Hand::Run => drop(targets.run(&name).await?),
        Hand::Pause => targets.hold(&name, true).await?,
        Hand::Resume => targets.hold(&name, false).await?,
    }
    Ok(Redirect::to(paths::STATUS))
}

/// The form of a pause button.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct Pause {
    scope: gates::Scope,
    name: String,
    paused: bool,
}

pub(in crate::web) async fn gate(State(app): State<App>, Pressed(asked): Pressed<Pause>) -> Result<Redirect, Refusal> {
    lanes::pause(&app, asked.scope, &asked.name, asked.paused).await?;
    Ok(Redirect::to(paths::STATUS))
}
