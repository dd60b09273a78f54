//! Jobs over the API: ask for one, look at them, give one another life, take one back.
//!
//! `POST /jobs` answers after the commit is on the disk. It asks for readiness first: what `/readyz` says about new
//! work and what happens to new work must be the same, also when the disk is only nearly full.

use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::listing::{Listing, page, whole};
use crate::advice;
use crate::domain::{Class, JobId, Millis};
use crate::queue::{Ask, Asked, OpenTo};
use crate::store;
use crate::store::jobs::{self, Count, Filter};
use crate::web::app::{App, Part};
use crate::web::auth::{Caller, Scope};
use crate::web::input::{Asked as Query, Body, Named, blank, limit, plain};
use crate::web::paths;
use crate::web::refusal::Refusal;

/// A job as scripts see it.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    id: Uuid,
    kind: String,
    key: String,
    lane: String,
    target: Option<String>,
    state: jobs::State,
    attempt: i64,
    attempts_max: i64,
    crash_count: i64,
    snoozes: i64,
    priority: i64,
    payload: Value,
    run_at: i64,
    retry_after_capped: Option<i64>,
    give_up_at: Option<Millis>,
    lease_owner: Option<String>,
    lease_until: Option<i64>,
    class: Option<Class>,
    last_error: Option<String>,
    result: Option<Value>,
    created_at: i64,
    updated_at: i64,
}

impl Shown {
    /// `job`, which is retried for `retry_for` while it fails without spending attempts.
    fn of(job: jobs::Job, retry_for: Duration) -> Self {
        Self {
            give_up_at: job.give_up_at(retry_for),
            state: job.state,
            id: job.id,
            kind: job.kind,
            key: job.key,
            lane: job.lane,
            target: Some(job.target).filter(|target| !target.is_empty()),
            attempt: job.attempts,
            attempts_max: job.attempts_max,
            crash_count: job.crashes,
            snoozes: job.snoozes,
            priority: job.priority,
            payload: value(job.payload),
            run_at: job.run_at,
            retry_after_capped: job.retry_after_capped,
            lease_owner: job.lease_owner,
            lease_until: job.lease_until,
            class: job.class,
            last_error: job.last_error,
            result: job.result.map(value),
            created_at: job.created_at,
            updated_at: job.updated_at,
        }
    }
}

/// JSON that we wrote; should it ever not be JSON, it is shown as the text that it is.
fn value(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

pub(super) async fn add(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Body(ask): Body<Ask>,
) -> Result<Response, Refusal> {
    may_add(&app, &caller, &ask.kind)?;
    accepts_work(&app)?;
    let asked = app.queue().ask(ask).await?;
    let (status, told) = match asked {
        Asked::New(id) => (StatusCode::CREATED, json!({ "id": id, "new": true })),
        Asked::Same(id) => (StatusCode::OK, json!({ "id": id, "new": false })),
        Asked::Dead(id) => {
            let advice = advice::web::retry(id);
            (StatusCode::OK, json!({ "id": id, "new": false, "state": jobs::State::Dead, "do": advice }))
        }
    };
    let mut answer = (status, Json(told)).into_response();
    if let Ok(place) = HeaderValue::try_from(paths::api_job(asked.id().0)) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    Ok(answer)
}

/// Refuses jobs of a kind that the caller may not add. The queue knows what to say of a kind that there is not.
fn may_add(app: &App, caller: &Caller, kind: &str) -> Result<(), Refusal> {
    match app.queue().open_to(kind) {
        Some(OpenTo::Radard) => {
            let error = format!("jobs of kind `{kind}` are not added over the API: radard and its schedules add them");
            Err(Refusal::new(StatusCode::FORBIDDEN, Class::Schema, error, advice::web::only_radard_adds()))
        }
        Some(OpenTo::Owner) => needs_admin(caller, kind),
        Some(OpenTo::Scripts) | None => Ok(()),
    }
}

/// Refuses to retry or cancel what the caller may not add. The owner may do that with every kind.
fn may_change(app: &App, caller: &Caller, kind: &str) -> Result<(), Refusal> {
    match app.queue().open_to(kind) {
        Some(OpenTo::Owner | OpenTo::Radard) => needs_admin(caller, kind),
        Some(OpenTo::Scripts) | None => Ok(()),
    }
}

fn needs_admin(caller: &Caller, kind: &str) -> Result<(), Refusal> {
    if caller.scopes.allow(Scope::Admin) {
        return Ok(());
    }
    let error = format!("a key needs `admin` for jobs of kind `{kind}`");
    Err(Refusal::forbidden(error, advice::web::ask_the_owner_for_jobs()))
}

/// Refuses to change the job `id` if the caller may not change jobs of its kind.
async fn may_change_one(app: &App, caller: &Caller, id: JobId) -> Result<(), Refusal> {
    let found = app.store().read::<_, store::Error, _>(|tx| Box::pin(jobs::find(tx, id)));
    let job = found.await?.ok_or_else(|| no_job(id))?;
    may_change(app, caller, &job.kind)
}

/// Refuses new work while the house says that it takes none.
///
/// A part may be unwell without keeping work out, so the store goes before the disk, and both before the others.
fn accepts_work(app: &App) -> Result<(), Refusal> {
    let readiness = app.readiness();
    if readiness.ready {
        return Ok(());
    }
    let rank = |part: &Part| ["store", "disk"].iter().position(|name| *name == part.name).unwrap_or(usize::MAX);
    let Some(part) = readiness.parts.into_iter().filter(|part| !part.ok).min_by_key(rank) else {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return Err(Refusal::new(status, Class::Local, "no new work is accepted now", advice::web::doctor()));
    };
    let full = part.name == "disk";
    let status = if full { StatusCode::INSUFFICIENT_STORAGE } else { StatusCode::SERVICE_UNAVAILABLE };
    let advice = part.r#do.unwrap_or_else(advice::web::doctor);
    Err(Refusal::new(status, part.class, format!("no new work is accepted now because of the {}", part.name), advice))
}

/// What a listing of jobs may be asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListAsked {
    #[serde(default, deserialize_with = "blank")]
    state: Option<jobs::State>,
    #[serde(default, deserialize_with = "blank")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "blank")]
    lane: Option<String>,
    #[serde(default, deserialize_with = "blank")]
    limit: Option<u32>,
    #[serde(default, deserialize_with = "blank")]
    cursor: Option<JobId>,
}

pub(super) async fn list(
    State(app): State<App>,
    Query(asked): Query<ListAsked>,
) -> Result<Json<Listing<Shown>>, Refusal> {
    let limit = limit(asked.limit)?;
    let filter =
        Filter { state: asked.state, kind: asked.kind, lane: asked.lane, before: asked.cursor, limit: limit + 1 };
    let rows = app.store().read::<_, store::Error, _>(|tx| Box::pin(async move { jobs::list(tx, &filter).await }));
    let retry_for = app.queue().rules().retry_for;
    let shown = rows.await?.into_iter().map(|job| Shown::of(job, retry_for)).collect();
    Ok(page(shown, limit, |job: &Shown| job.id.to_string()))
}

pub(super) async fn find(State(app): State<App>, Named(id): Named<JobId>) -> Result<Json<Shown>, Refusal> {
    let found = app.store().read::<_, store::Error, _>(|tx| Box::pin(jobs::find(tx, id)));
    found.await?.map(|job| Json(Shown::of(job, app.queue().rules().retry_for))).ok_or_else(|| no_job(id))
}

fn no_job(id: JobId) -> Refusal {
    Refusal::absent(format!("there is no job {id}"), advice::web::jobs())
}

pub(super) async fn retry(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Named(id): Named<JobId>,
) -> Result<Json<Value>, Refusal> {
    may_change_one(&app, &caller, id).await?;
    match app.queue().retry(id).await? {
        Some((was, true)) => Ok(Json(json!({ "id": id, "was": was, "state": jobs::State::Queued }))),
        Some((state, false)) => Err(Refusal::not_in(id, state, "retried")),
        None => Err(no_job(id)),
    }
}

pub(super) async fn cancel(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Named(id): Named<JobId>,
) -> Result<Json<Value>, Refusal> {
    may_change_one(&app, &caller, id).await?;
    match app.queue().cancel(id).await? {
        Some((was, true)) => Ok(Json(json!({ "id": id, "was": was, "state": jobs::State::Cancelled }))),
        Some((state, false)) => Err(Refusal::not_in(id, state, "cancelled")),
        None => Err(no_job(id)),
    }
}

/// Which dead jobs are given another life.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetryKind {
    kind: String,
}

pub(super) async fn retry_kind(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Body(RetryKind { kind }): Body<RetryKind>,
) -> Result<Json<Value>, Refusal> {
    plain("kind", &kind)?;
    may_change(&app, &caller, &kind)?;
    let retried = app.queue().retry_kind(&kind).await?;
    Ok(Json(json!({ "retried": retried })))
}

pub(super) async fn counts(State(app): State<App>) -> Result<Json<Listing<Count>>, Refusal> {
    Ok(whole(app.store().read::<_, store::Error, _>(|tx| Box::pin(jobs::counts(tx))).await?))
}

/// A kind of job, and the scope that adds one; nothing when the API adds none.
#[derive(Debug, Serialize)]
pub(super) struct KindShown {
    kind: &'static str,
    scope: Option<Scope>,
}

pub(super) async fn kinds(State(app): State<App>) -> Json<Listing<KindShown>> {
    let scope = |kind| match app.queue().open_to(kind)? {
        OpenTo::Scripts => Some(Scope::JobsWrite),
        OpenTo::Owner => Some(Scope::Admin),
        OpenTo::Radard => None,
    };
    whole(app.queue().kinds().into_iter().map(|kind| KindShown { kind, scope: scope(kind) }).collect())
}
