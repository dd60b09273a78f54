//! One job: its state, its payload, its result, and the buttons that retry and cancel it.

use askama::Template;
use axum::extract::State;
use axum::response::{Redirect, Response};

use super::frame::{Frame, Here, Seen, answer};
use super::pieces::jobs::{may_cancel, may_retry, state_word};
use super::pieces::moment::Moment;
use crate::advice;
use crate::config::Language;
use crate::domain::time::roughly;
use crate::domain::{JobId, Millis};
use crate::store::jobs::{self, Job};
use crate::web::app::App;
use crate::web::input::Named;
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::words::words;

words! {
    back: "Jobs";
    changed: "Changed";
    retry: "Retry";
    cancel: "Cancel";
    last_error: "Last error";
    id: "Id";
    key: "Key";
    lane: "Lane";
    target: "Target";
    class: "Class";
    attempts: "Attempts";
    crashes: "Crashes";
    snoozes: "Snoozes";
    priority: "Priority";
    run_at: "Not before";
    asked_wait: "Wait asked for";
    gives_up: "Gives up";
    lease: "Held by";
    until: "until";
    created: "Created";
    payload: "Payload";
    result: "Result";
}

#[derive(Template)]
#[template(path = "job.html")]
struct Page {
    frame: Frame,
    t: &'static Words,
    job: Job,
    state: &'static str,
    payload: String,
    result: Option<String>,
    run_at: Moment,
    created: Moment,
    changed: Moment,
    lease: Option<(String, Moment)>,
    asked_wait: Option<String>,
    gives_up: Option<Moment>,
    retry: Option<String>,
    cancel: Option<String>,
}

pub(super) async fn show(here: Here, Named(id): Named<JobId>) -> Result<Response, Refusal> {
    let Seen { frame, now, shown } = here.read(move |tx| Box::pin(jobs::find(tx, id))).await?;
    answer(&page(&here.app, frame, shown.ok_or_else(|| absent(id))?, now))
}

fn absent(id: JobId) -> Refusal {
    Refusal::absent(format!("there is no job {id}"), advice::web::old_jobs())
}

fn page(app: &App, frame: Frame, job: Job, now: Millis) -> Page {
    let state = job.state;
    let held = job.lease_owner.clone().zip(job.lease_until);
    let link = paths::job(job.id);
    Page {
        t: Words::of(Language::En),
        state: state_word(state),
        payload: pretty(&job.payload),
        result: job.result.as_deref().map(pretty),
        run_at: Moment::seen(job.run_at, now),
        created: Moment::seen(job.created_at, now),
        changed: Moment::seen(job.updated_at, now),
        lease: held.map(|(owner, until)| (owner, Moment::seen(until, now))),
        asked_wait: job.retry_after_capped.map(|ms| roughly(Millis(ms).since(Millis(0)))),
        gives_up: job.give_up_at(app.queue().rules().retry_for).map(|at| Moment::seen(at.0, now)),
        retry: may_retry(state).then(|| format!("{link}/retry")),
        cancel: may_cancel(state).then(|| format!("{link}/cancel")),
        frame,
        job,
    }
}

/// JSON on several lines; a text that is none stays as it is.
fn pretty(text: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(text);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| text.to_owned())
}

pub(super) async fn retry(State(app): State<App>, Named(id): Named<JobId>) -> Result<Redirect, Refusal> {
    match app.queue().retry(id).await? {
        Some((_, true)) => Ok(Redirect::to(&paths::job(id.0))),
        Some((state, false)) => Err(Refusal::not_in(id, state, "retried")),
        None => Err(absent(id)),
    }
}

pub(super) async fn cancel(State(app): State<App>, Named(id): Named<JobId>) -> Result<Redirect, Refusal> {
    match app.queue().cancel(id).await? {
        Some((_, true)) => Ok(Redirect::to(&paths::job(id.0))),
        Some((state, false)) => Err(Refusal::not_in(id, state, "cancelled")),
        None => Err(absent(id)),
    }
}
