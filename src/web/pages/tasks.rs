//! What runs inside: every background task of this process, and the schedules that queue jobs.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};

use super::frame::{Entry, Frame, Here, Seen, answer};
use super::pieces::moment::Moment;
use crate::advice;
use crate::config::Language;
use crate::domain::Millis;
use crate::queue::Coming;
use crate::supervise;
use crate::web::app::App;
use crate::web::input::Named;
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::words::words;

words! {
    title: "Tasks";
    none: "No task runs.";
    task: "Task";
    state: "State";
    since: "Since";
    restarts: "Restarts";
    last_error: "Last error";
    running: "running";
    waiting: "starts again";
    done: "ended";
    failed: "failed";
    schedules: "Schedules";
    no_schedules: "No schedule is set up.";
    schedule: "Schedule";
    kind: "Job";
    at: "At";
    next: "Next";
    run_now: "Run now";
}

pub(in crate::web) const ENTRY: Entry =
    Entry { path: paths::TASKS, name: |language| Words::of(language).title, routes, count: None };

fn routes() -> Router<App> {
    Router::new().route(paths::TASKS, get(show)).route("/tasks/schedules/{name}/run", post(run))
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct Page {
    frame: Frame,
    t: &'static Words,
    tasks: Vec<TaskRow>,
    schedules: Vec<ScheduleRow>,
}

struct TaskRow {
    name: &'static str,
    class: &'static str,
    state: &'static str,
    since: Moment,
    restarts: u32,
    last_error: Option<String>,
}

struct ScheduleRow {
    coming: Coming,
    next: Option<Moment>,
    run: String,
}

async fn show(here: Here) -> Result<Response, Refusal> {
    let Seen { frame, now, .. } = here.read(|_| Box::pin(async { Ok(()) })).await?;
    let t = Words::of(Language::En);
    let tasks = here.app.tasks().into_iter().map(|task| task_row(t, task, now)).collect();
    let schedules = here.app.queue().schedules().into_iter().map(|coming| ScheduleRow {
        next: coming.next_at.map(|at| Moment::seen(at.0, now)),
        run: format!("{}/schedules/{}/run", paths::TASKS, paths::encode(&coming.name)),
        coming,
    });
    answer(&Page { frame, t, tasks, schedules: schedules.collect() })
}

fn task_row(t: &'static Words, task: supervise::Status, now: Millis) -> TaskRow {
    let (class, state) = match task.state {
        supervise::State::Running => ("running", t.running),
        supervise::State::Waiting => ("failed", t.waiting),
        supervise::State::Done => ("done", t.done),
        supervise::State::Failed => ("dead", t.failed),
    };
    TaskRow {
        name: task.name,
        class,
        state,
        since: Moment::seen(task.since.0, now),
        restarts: task.restarts,
        last_error: task.last_error,
    }
}

async fn run(State(app): State<App>, Named(name): Named<String>) -> Result<Redirect, Refusal> {
    match app.queue().run_schedule(&name).await? {
        Some(asked) => Ok(Redirect::to(&paths::job(asked.id().0))),
        None => Err(Refusal::absent(format!("there is no schedule `{name}`"), advice::web::press_again())),
    }
}
