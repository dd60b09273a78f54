//! The first page: whether everything works, and if not, what does not and what to do about it; then what comes next.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::frame::{Entry, Frame, Here, Seen, answer};
use super::pieces::alarms::{Cards, severity, waits_for_person};
use super::pieces::moment::{Moment, number};
use super::pieces::takes::{Takes, needs_a_look};
use super::{jobs as jobs_page, targets};
use crate::config::Language;
use crate::domain::{AlarmName, Millis};
use crate::queue::Coming;
use crate::store;
use crate::store::alarms::{self, Alarm, Severity};
use crate::store::jobs::{self, Count};
use crate::supervise;
use crate::target::{NEVER, Standing, State, standing};
use crate::web::app::{App, Part, Readiness};
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::words::{fill, words};

words! {
    title: "Home";
    works: "Everything works";
    look_one: "One target needs a look";
    look_many: "Some targets need a look ({n})";
    works_noted: "Everything works; one note is open";
    works_notes: "Everything works; {n} notes are open";
    known_one: "One thing is known and waits for a person";
    known_many: "{n} things are known and wait for a person";
    needs_one: "One thing needs you";
    needs_many: "{n} things need you";
    closed: "New work is refused";
    running: "running";
    waiting: "waiting";
    done: "done";
    dead: "dead";
    parts: "Parts that need a look";
    task: "task";
    task_ended: "It has ended. The page of tasks shows its last error.";
    to_do: "To do";
    alarms: "Alarms";
    more_alarms: "Show all ({n})";
    targets: "Targets that need a look";
    targets_well: "None.";
    more: "{n} more need a look.";
    all_targets: "Show all ({n})";
    next: "What comes next";
    nothing_next: "Nothing is planned for later.";
    round: "next round";
    request: "next request";
    schedule: "schedule";
}

/// Rows of targets that need a look, and of what comes next.
const ROWS: usize = 6;

pub(in crate::web) const ENTRY: Entry =
    Entry { path: paths::HOME, name: |language| Words::of(language).title, routes, count: None };

fn routes() -> Router<App> {
    Router::new().route(paths::HOME, get(show))
}

#[derive(Template)]
#[template(path = "home.html")]
struct Page {
    frame: Frame,
    t: &'static Words,
    /// The class of the headline: `good`, `noted` or `bad`.
    mood: &'static str,
    headline: String,
    /// Jobs by word: how many run, wait, are done, are dead.
    sums: [(&'static str, String); 4],
    /// New work is accepted.
    ready: bool,
    broken: Vec<Part>,
    /// Tasks that have ended for good.
    failed: Vec<&'static str>,
    alarms: Cards,
    /// The words of the link to all alarms, when there are more.
    more_alarms: Option<String>,
    takes: Takes,
    /// The words of the link to all targets.
    targets: String,
    /// What is said where no target is followed.
    no_targets: Option<&'static str>,
    /// How many more need a look.
    more: Option<String>,
    /// What is said where no job has run.
    no_jobs: Option<&'static str>,
    next: Vec<Next>,
}

/// Something that comes by itself.
struct Next {
    at: i64,
    when: Moment,
    name: String,
    what: &'static str,
    link: Option<String>,
}

/// What one read of the store gives.
struct Stored {
    counts: Vec<Count>,
    alarms: Vec<Alarm>,
    targets: Vec<Standing>,
}

async fn show(here: Here) -> Result<Response, Refusal> {
    let (pace, served) = (here.app.parts().pace.clone(), here.app.parts().served.clone());
    let seen = here.read(move |tx| {
        Box::pin(async move {
            let targets = standing(tx, &served, Some(&pace), None).await?;
            Ok::<_, store::Error>(Stored { counts: jobs::counts(tx).await?, alarms: alarms::open(tx).await?, targets })
        })
    });
    answer(&page(&here.app, seen.await?))
}

fn page(app: &App, seen: Seen<Stored>) -> Page {
    let Seen { frame, now, shown: Stored { counts, alarms, mut targets } } = seen;
    let t = Words::of(Language::En);
    let readiness = app.readiness();
    let tasks = app.tasks();
    let ill = targets.iter().filter(|standing| standing.takes.iter().any(needs_a_look)).count();
    let (mood, headline) = headline(t, &readiness, &alarms, &tasks, ill);
    let failed = failed(&tasks, &alarms).map(|task| task.name).collect();
    targets.sort_by_key(|standing| standing.takes.iter().map(|taken| taken.state).min());
    let mut takes = Takes::of(&targets, needs_a_look, now);
    let more = takes.rows.len().saturating_sub(ROWS);
    takes.rows.truncate(ROWS);
    let count = number(i64::try_from(targets.len()).unwrap_or(i64::MAX));
    Page {
        t,
        mood,
        headline,
        sums: sums(t, &counts),
        ready: readiness.ready,
        failed,
        broken: readiness.parts.into_iter().filter(|part| !part.ok).collect(),
        more_alarms: (alarms.len() > ROWS).then(|| fill(t.more_alarms, &alarms.len())),
        alarms: Cards::first(alarms, ROWS, now),
        takes,
        targets: fill(t.all_targets, &count),
        no_targets: targets.is_empty().then(|| targets::Words::of(Language::En).none),
        more: (more > 0).then(|| fill(t.more, &more)),
        no_jobs: counts.is_empty().then(|| jobs_page::Words::of(Language::En).none),
        next: next(t, &targets, app.queue().schedules(), now),
        frame,
    }
}

/// What the page says first. An alarm that a person acknowledged counts as known. A part that does not work counts when
/// no other alarm needs somebody: mostly one of them is about that part. `ill` targets need a look, which no alarm tells
/// before a round has failed for good.
fn headline(
    t: &'static Words,
    readiness: &Readiness,
    alarms: &[Alarm],
    tasks: &[supervise::Status],
    ill: usize,
) -> (&'static str, String) {
    let unknown = alarms.iter().filter(|alarm| waits_for_person(alarm)).count();
    let known = alarms.iter().filter(|alarm| alarm.acked_at.is_some() && severity(alarm) > Severity::Notice).count();
    let unwell = readiness.parts.iter().filter(|part| !part.ok).count();
    let unsaid = if unknown == 0 { unwell } else { 0 };
    let needs = unknown + unsaid + failed(tasks, alarms).count();
    match (readiness.ready, needs, known) {
        (false, ..) => ("bad", t.closed.to_owned()),
        (true, 1, _) => ("bad", t.needs_one.to_owned()),
        (true, 2.., _) => ("bad", fill(t.needs_many, &needs)),
        (true, 0, 1) => ("noted", t.known_one.to_owned()),
        (true, 0, 2..) => ("noted", fill(t.known_many, &known)),
        (true, 0, 0) => match alarms.len() {
            0 if ill == 1 => ("noted", t.look_one.to_owned()),
            0 if ill > 1 => ("noted", fill(t.look_many, &ill)),
            0 => ("good", t.works.to_owned()),
            1 => ("good", t.works_noted.to_owned()),
            notes => ("good", fill(t.works_notes, &notes)),
        },
    }
}

/// Tasks that have ended for good, where no alarm tells of it yet.
fn failed<'a>(tasks: &'a [supervise::Status], alarms: &'a [Alarm]) -> impl Iterator<Item = &'a supervise::Status> {
    let is_told = |task: &supervise::Status| {
        alarms.iter().any(|alarm| alarm.name == AlarmName::TaskRestarting && alarm.subject == task.name)
    };
    tasks.iter().filter(move |task| task.state == supervise::State::Failed && !is_told(task))
}

fn sums(t: &'static Words, counts: &[Count]) -> [(&'static str, String); 4] {
    use jobs::State::{Dead, Done, Failed, Queued, Running, Snoozed};
    let sum = |states: &[jobs::State]| {
        let of_these = counts.iter().filter(|count| states.contains(&count.state));
        number(of_these.map(|count| count.n).sum())
    };
    [
        (t.running, sum(&[Running])),
        (t.waiting, sum(&[Queued, Snoozed, Failed])),
        (t.done, sum(&[Done])),
        (t.dead, sum(&[Dead])),
    ]
}

/// What comes by itself, the soonest first.
fn next(t: &'static Words, targets: &[Standing], schedules: Vec<Coming>, now: Millis) -> Vec<Next> {
    let rounds = targets.iter().flat_map(|standing| &standing.takes).filter(|taken| taken.state != State::Paused);
    let rounds = rounds.filter_map(|taken| {
        let request = taken.outlook.next_request_at.filter(|at| *at > now).map(|at| at.0);
        let round = Some(taken.course.next_at).filter(|at| *at != NEVER.0 && taken.outlook.page.is_none());
        let at = request.or(round)?;
        let what = if request.is_some() { t.request } else { t.round };
        let link = Some(paths::target(&taken.course.target));
        Some(Next { at, when: Moment::seen(at, now), name: taken.course.name().to_string(), what, link })
    });
    let schedules = schedules.into_iter().filter_map(|coming| {
        let at = coming.next_at?.0;
        Some(Next { at, when: Moment::seen(at, now), name: coming.name, what: t.schedule, link: None })
    });
    let mut next: Vec<_> = rounds.chain(schedules).filter(|next| next.at > now.0).collect();
    next.sort_by_key(|next| next.at);
    next.truncate(ROWS);
    next
}
