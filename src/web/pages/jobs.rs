//! Jobs: how many there are by kind and state, what failed, and any list of them.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::frame::{Entry, Frame, Here, Seen, answer};
use super::job;
use super::pieces::jobs::{Jobs, state_word};
use super::pieces::moment::number;
use crate::config::Language;
use crate::domain::JobId;
use crate::store::gates::{self, Scope};
use crate::store::jobs::{self, Count, Filter, Job};
use crate::store::{self, Tx};
use crate::web::app::App;
use crate::web::input::{Asked, Pressed, blank};
use crate::web::refusal::Refusal;
use crate::web::words::words;
use crate::web::{lanes, paths};

words! {
    title: "Jobs";
    none: "No job has run yet. Follow a target, or queue a job with `radard job add`.";
    none_such: "There is no such job.";
    kind: "Kind";
    total: "All";
    paused: "paused";
    pause: "Pause";
    resume: "Resume";
    trouble: "Failed and dead jobs";
    no_trouble: "None. A job that fails or dies shows here with its last error.";
    newest: "Newest jobs";
    all: "Show all jobs";
    of_kind: "of kind";
    older: "Older";
}

/// Failed and dead jobs that are shown, and jobs of a list.
const TROUBLE: u8 = 12;
const ROWS: u8 = 50;

pub(in crate::web) const ENTRY: Entry =
    Entry { path: paths::JOBS, name: |language| Words::of(language).title, routes, count: None };

fn routes() -> Router<App> {
    Router::new()
        .route(paths::JOBS, get(show))
        .route("/jobs/{id}", get(job::show))
        .route("/jobs/{id}/retry", post(job::retry))
        .route("/jobs/{id}/cancel", post(job::cancel))
        .route(paths::KINDS, post(pause))
}

/// Which jobs are listed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default, deserialize_with = "blank")]
    state: Option<jobs::State>,
    #[serde(default, deserialize_with = "blank")]
    kind: Option<String>,
    /// Those older than this one.
    #[serde(default, deserialize_with = "blank")]
    before: Option<JobId>,
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct Page {
    frame: Frame,
    t: &'static Words,
    /// Heads of the columns: class and word.
    states: [(&'static str, &'static str); 8],
    kinds: Vec<KindRow>,
    total: [Cell; 8],
    /// There is no job at all.
    is_empty: bool,
    /// What is listed, when a person chose: the word of a state, a kind.
    chosen: Option<(Option<&'static str>, Option<String>)>,
    /// Failed and dead jobs, when a person chose nothing.
    trouble: Option<Jobs>,
    jobs: Jobs,
    older: Option<String>,
}

struct Cell {
    class: &'static str,
    n: String,
    link: Option<String>,
}

struct KindRow {
    kind: String,
    cells: [Cell; 8],
    is_paused: bool,
    /// Whether this process runs the kind, so that pausing it means something.
    is_known: bool,
}

/// What one read of the store gives.
struct Stored {
    counts: Vec<Count>,
    paused: Vec<String>,
    trouble: Vec<Job>,
    jobs: Vec<Job>,
}

async fn show(here: Here, Asked(wanted): Asked<Wanted>) -> Result<Response, Refusal> {
    let filter = Filter {
        state: wanted.state,
        kind: wanted.kind.clone(),
        lane: None,
        before: wanted.before,
        limit: u32::from(ROWS) + 1,
    };
    let seen = here.read(move |tx| Box::pin(async move { look(tx, &filter).await }));
    answer(&page(&here.app, seen.await?, wanted))
}

async fn look(tx: &mut Tx, filter: &Filter) -> Result<Stored, store::Error> {
    let mut trouble = Vec::new();
    for state in [jobs::State::Dead, jobs::State::Unknown, jobs::State::Failed] {
        let filter = Filter { state: Some(state), limit: TROUBLE.into(), ..Filter::default() };
        trouble.extend(jobs::list(tx, &filter).await?);
    }
    trouble.sort_by_key(|job| std::cmp::Reverse((job.updated_at, job.id)));
    trouble.truncate(TROUBLE.into());
    let gates = gates::list(tx).await?.into_iter();
    let paused = gates.filter(|gate| gate.scope == Scope::Kind && gate.paused).map(|gate| gate.name);
    let (paused, counts) = (paused.collect(), jobs::counts(tx).await?);
    Ok(Stored { counts, paused, trouble, jobs: jobs::list(tx, filter).await? })
}

fn page(app: &App, seen: Seen<Stored>, Wanted { state, kind, before }: Wanted) -> Page {
    let Seen { frame, now, shown: Stored { counts, paused, trouble, mut jobs } } = seen;
    let names = app.queue().kinds();
    let mut total = [0; 8];
    let kinds = by_kind(&counts, &names).into_iter().map(|(kind, row)| {
        total.iter_mut().zip(row).for_each(|(sum, n)| *sum += n);
        KindRow {
            cells: cells(row, Some(kind)),
            is_paused: paused.iter().any(|paused| paused == kind),
            is_known: names.contains(&kind),
            kind: kind.to_owned(),
        }
    });
    let kinds: Vec<_> = kinds.collect();
    let is_chosen = state.is_some() || kind.is_some() || before.is_some();
    let has_more = jobs.len() > ROWS.into();
    jobs.truncate(ROWS.into());
    let older = jobs.last().filter(|_| has_more).map(|job| link(state, kind.as_deref(), Some(JobId(job.id))));
    Page {
        t: Words::of(Language::En),
        states: jobs::State::ALL.map(|state| (state.as_str(), state_word(state))),
        kinds,
        total: cells(total, None),
        is_empty: counts.is_empty(),
        chosen: is_chosen.then(|| (state.map(state_word), kind)),
        trouble: (!is_chosen).then(|| Jobs::of(trouble, now)),
        jobs: Jobs::of(jobs, now),
        older,
        frame,
    }
}

/// The list of these jobs.
fn link(state: Option<jobs::State>, kind: Option<&str>, before: Option<JobId>) -> String {
    let state = state.map(|state| format!("state={}", state.as_str()));
    let kind = kind.map(|kind| format!("kind={}", paths::encode(kind)));
    let before = before.map(|id| format!("before={id}"));
    let query: Vec<_> = [state, kind, before].into_iter().flatten().collect();
    format!("{}?{}", paths::JOBS, query.join("&"))
}

/// Kinds that have jobs or that this process runs, each with its counts in the order of the states.
fn by_kind<'a>(counts: &'a [Count], names: &[&'a str]) -> BTreeMap<&'a str, [i64; 8]> {
    let mut rows: BTreeMap<&str, [i64; 8]> = names.iter().map(|name| (*name, [0; 8])).collect();
    for count in counts {
        let row = rows.entry(count.kind.as_str()).or_default();
        let cells = row.iter_mut().zip(jobs::State::ALL);
        cells.filter(|(_, state)| *state == count.state).for_each(|(cell, _)| *cell += count.n);
    }
    rows
}

fn cells(row: [i64; 8], kind: Option<&str>) -> [Cell; 8] {
    let mut states = jobs::State::ALL.into_iter();
    row.map(|n| {
        let state = states.next();
        let class = state.filter(|_| n != 0).map_or("none", jobs::State::as_str);
        Cell { class, n: number(n), link: (n != 0).then(|| link(state, kind, None)) }
    })
}

async fn pause(State(app): State<App>, Pressed(asked): Pressed<lanes::Pause>) -> Result<Redirect, Refusal> {
    lanes::pause(&app, Scope::Kind, &asked.name, asked.paused).await?;
    Ok(Redirect::to(paths::JOBS))
}
