//! One target: how what is taken of it stands, what its rounds found, and what the queue file says of it.

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use jiff::civil::Time;
use serde::Deserialize;

use super::frame::{Frame, Here, Seen, answer};
use super::pieces::moment::{Moment, clock, number};
use super::pieces::takes::{Hand, Takes};
use crate::advice;
use crate::config::Language;
use crate::domain::Millis;
use crate::domain::time::write_duration;
use crate::store::crawl::targets::Course;
use crate::target::{Spec, Standing, standing};
use crate::web::app::App;
use crate::web::input::{Named, plain};
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::words::words;

words! {
    back: "Targets";
    subject: "Account or page";
    paused: "paused";
    run_now: "Run now";
    pause: "Pause";
    resume: "Resume";
    rounds: "Rounds so far";
    take: "What";
    ended: "Rounds";
    yielded: "Last found something";
    full: "Last complete read";
    doubted: "Doubted since";
    job: "Job";
    said: "What the queue file says";
    unreadable: "Another version of radard wrote this down.";
    query: "Looks for";
    takes: "Takes";
    every: "Every";
    at: "At";
    windows: "Only within";
    timezone: "Time zone";
    between: "Only made between";
    and: "and";
    max: "At most";
    records: "records in a round";
    priority: "Priority";
    profiles: "As";
    order: "Order";
    oldest_first: "oldest first";
    note: "Note";
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
    /// What the queue file says, each with its name.
    said: Vec<(&'static str, String)>,
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
    let t = Words::of(Language::En);
    let spec = Spec::read(&standing.target.said);
    let mut takes = Takes::of(std::slice::from_ref(standing), |_| true, now);
    // The buttons of the target stand below its name.
    takes.rows.iter_mut().for_each(|row| row.hand = None);
    Page {
        t,
        name: standing.target.name.clone(),
        url: spec.as_ref().and_then(|spec| spec.url.clone()),
        subject: standing.target.subject.clone(),
        is_paused: standing.is_paused,
        hand: Hand::of(standing),
        takes,
        rounds: standing.takes.iter().map(|taken| rounds(&taken.course, now)).collect(),
        said: spec.map_or_else(Vec::new, |spec| said(t, &spec)),
        frame,
    }
}

/// What the queue file says, without what it leaves open.
fn said(t: &'static Words, spec: &Spec) -> Vec<(&'static str, String)> {
    let list = |texts: Vec<String>| (!texts.is_empty()).then(|| texts.join(", "));
    let hours = |time: Time| time.strftime("%H:%M").to_string();
    let at: Vec<_> = spec.at().map(hours).collect();
    let every = at.is_empty().then(|| write_duration(spec.every()));
    let windows = spec.windows().map(|(from, to)| format!("{}–{}", hours(from), hours(to)));
    let between = spec.between().map(|between| format!("{} {} {}", clock(between.start), t.and, clock(between.end)));
    let all = [
        (t.query, spec.query.clone()),
        (t.takes, list(spec.take.clone())),
        (t.every, every),
        (t.at, list(at)),
        (t.windows, list(windows.collect())),
        (t.timezone, Some(spec.timezone.clone())),
        (t.between, between),
        (t.max, spec.max.map(|max| format!("{max} {}", t.records))),
        (t.priority, (spec.priority != 0).then(|| spec.priority.to_string())),
        (t.profiles, list(spec.profiles.clone())),
        (t.order, spec.oldest_first.then(|| t.oldest_first.to_owned())),
        (t.note, Some(spec.note().to_owned()).filter(|note| !note.is_empty())),
    ];
    all.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
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
    plain("the path", &name)?;
    let targets = &app.parts().targets;
    match act {
        Act::Run => drop(targets.run(&name).await?),
        Act::Pause => targets.hold(&name, true).await?,
        Act::Resume => targets.hold(&name, false).await?,
    }
    Ok(Redirect::to(&paths::target(&name)))
}
