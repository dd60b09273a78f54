//! One job, whole: where it stands, what it was asked, what it gave, and the two things a person can do.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::show::{Frame, Moment, answer, may_cancel, may_retry, state_word};
use crate::advice;
use crate::domain::time::roughly;
use crate::domain::{JobId, Millis};
use crate::store;
use crate::store::jobs::{self, Job};
use crate::web::app::App;
use crate::web::input::Named;
use crate::web::paths;
use crate::web::refusal::Refusal;

#[derive(Template)]
#[template(path = "job.html")]
struct Page {
    frame: Frame,
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

pub(in crate::web) async fn show(State(app): State<App>, Named(id): Named<JobId>) -> Result<Response, Refusal> {
    let found = app.store().read::<_, store::Error, _>(|tx| Box::pin(jobs::find(tx, id)));
    let job = found.await?.ok_or_else(|| Refusal::absent(format!("there is no job {id}"), advice::web::old_jobs()))?;
    answer(&page(&app, job))
}

fn page(app: &App, job: Job) -> Page {
    let now = app.store().now();
    let frame = Frame::full(app, now);
    let state = job.state();
    let held = job.lease_owner.clone().zip(job.lease_until);
    Page {
        state: state_word(frame.t, state),
        payload: pretty(&job.payload),
        result: job.result.as_deref().map(pretty),
        run_at: Moment::seen(job.run_at, now),
        created: Moment::seen(job.created_at, now),
        changed: Moment::seen(job.updated_at, now),
        lease: held.map(|(owner, until)| (owner, Moment::seen(until, now))),
        asked_wait: job.retry_after_capped.map(|ms| roughly(Millis(ms).since(Millis(0)))),
        gives_up: job.give_up_at(app.queue().rules().retry_for).map(|at| Moment::seen(at.0, now)),
        retry: may_retry(state).then(|| paths::job_retry(job.id)),
        cancel: may_cancel(state).then(|| paths::job_cancel(job.id)),
        frame,
        job,
    }
}

/// JSON on several lines; a text that is none stays as it is.
fn pretty(text: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(text);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| text.to_owned())
}
