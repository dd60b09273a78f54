//! One target: how what is taken of it stands, what its rounds found, and what the queue file says of it.

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::frame::{Frame, Here, Seen, answer};
use super::pieces::moment::{Moment, number};
use super::pieces::takes::{Hand, Takes, link};
use crate::advice;
use crate::config::Language;
use crate::domain::Millis;
use crate::store::crawl::targets::Course;
use crate::target::{Standing, standing};
use crate::web::app::App;
use crate::web::input::Named;
use crate::web::refusal::Refusal;
use crate::web::words::words;

words! {
    back: "Targets";
    subject: "Stands for";
    paused: "paused";
    run_now: "Run now";
    pause: "Pause";
    resume: "Resume";
    rounds: "Rounds so far";
    take: "What";
    ended: "Rounds";
    yielded: "Last found something";
    full: "Last read whole";
    doubted: "Doubted since";
    job: "Job";
    said: "What the queue file says";
}

#[derive(Template)]
#[template(path = "target.html")]
struct Page {
    frame: Frame,
    t: &'static Words,
    name: String,
    url: Option<String>,
    subject: Option<String>,
    is_paused: bool,
    hand: Hand,
    takes: Takes,
    rounds: Vec<Rounds>,
    said: String,
}

/// What the rounds of one thing that is taken came to.
struct Rounds {
    take: String,
    count: String,
    yielded: Option<Moment>,
    full: Option<Moment>,
    doubted: Option<Moment>,
    job: Option<String>,
}

pub(super) async fn show(here: Here, Named(name): Named<String>) -> Result<Response, Refusal> {
    let (pace, served) = (here.app.parts().pace.clone(), here.app.parts().served.clone());
    let wanted = name.clone();
    let seen = here.read(move |tx| Box::pin(async move { standing(tx, &served, Some(&pace), Some(&wanted)).await }));
    let Seen { frame, now, mut shown } = seen.await?;
    let Some(standing) = shown.pop() else {
        return Err(Refusal::absent(format!("no target is called `{name}`"), advice::web::list_of_targets()));
    };
    answer(&page(frame, &standing, now))
}

fn page(frame: Frame, standing: &Standing, now: Millis) -> Page {
    let said: serde_json::Value = serde_json::from_str(&standing.target.said).unwrap_or_default();
    let mut takes = Takes::of(std::slice::from_ref(standing), |_| true, now);
    // The buttons of the target stand below its name.
    takes.rows.iter_mut().for_each(|row| row.hand = None);
    Page {
        t: Words::of(Language::En),
        name: standing.target.name.clone(),
        url: said.get("url").and_then(|url| url.as_str()).map(str::to_owned),
        subject: standing.target.subject.clone(),
        is_paused: standing.is_paused,
        hand: Hand::of(standing),
        takes,
        rounds: standing.takes.iter().map(|taken| rounds(&taken.course, now)).collect(),
        said: serde_json::to_string_pretty(&said).unwrap_or_default(),
        frame,
    }
}

fn rounds(course: &Course, now: Millis) -> Rounds {
    let seen = |at: i64| Moment::seen(at, now);
    Rounds {
        take: course.take.clone(),
        count: number(course.rounds),
        yielded: course.yielded_at.map(seen),
        full: course.full_at.map(seen),
        doubted: course.doubted_at.map(seen),
        job: course.job.clone(),
    }
}

/// What the buttons of a target do.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Act {
    Run,
    Pause,
    Resume,
}

pub(super) async fn act(
    State(app): State<App>,
    path: Result<Path<(String, Act)>, PathRejection>,
) -> Result<Redirect, Refusal> {
    let Path((name, act)) = path.map_err(|error| Refusal::absent(error.body_text(), advice::web::press_again()))?;
    let targets = &app.parts().targets;
    match act {
        Act::Run => drop(targets.run(&name).await?),
        Act::Pause => targets.hold(&name, true).await?,
        Act::Resume => targets.hold(&name, false).await?,
    }
    Ok(Redirect::to(&link(&name)))
}
