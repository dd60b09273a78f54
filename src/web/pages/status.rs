//! The status page: whether everything works, and if not, what does not and what to do about it.
//!
//! What a person must see comes first. The page is one read of the store and what the daemon knows; it changes nothing,
//! so it may ask for itself again every few seconds.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;

use super::show::{Frame, Moment, answer, may_retry, number, state_word};
use super::targets::{Targets, targets};
use crate::advice;
use crate::domain::{Language, Millis, Stored};
use crate::pace::Pace;
use crate::store::alarms::{self, Alarm, Severity};
use crate::store::gates::Scope;
use crate::store::jobs::{self, Count, Filter, Job};
use crate::store::{self, Tx};
use crate::supervise;
use crate::target::{Served, Standing, standing};
use crate::web::app::{App, Part, Readiness};
use crate::web::lanes::{self, Lane};
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::text::{Texts, fill};

/// Failed and dead jobs that are shown.
const TROUBLE: u8 = 12;

#[derive(Template)]
#[template(path = "status.html")]
struct Page {
    frame: Frame,
    /// The class of the headline: `good`, `noted` or `bad`.
    mood: &'static str,
    headline: String,
    /// Jobs by word: how many run, wait, are done, are dead.
    sums: [(&'static str, String); 4],
    /// New work is accepted.
    ready: bool,
    broken: Vec<Part>,
    alarms: Vec<AlarmRow>,
    /// Heads of the queue's columns: class and word.
    states: [(&'static str, &'static str); 8],
    kinds: Vec<KindRow>,
    total: [Cell; 8],
    /// Nobody has asked for anything yet.
    no_jobs: bool,
    targets: Targets,
    lanes: Vec<LaneRow>,
    trouble: Vec<JobRow>,
    tasks: Vec<TaskRow>,
}

struct AlarmRow {
    severity: String,
    word: &'static str,
    title: &'static str,
    subject: String,
    detail: String,
    advice: String,
    first: Moment,
    last: Moment,
    seen: String,
    acked: Option<Moment>,
    ack: String,
}

struct Cell {
    class: &'static str,
    n: String,
}

struct KindRow {
    kind: String,
    cells: [Cell; 8],
    paused: bool,
    /// Whether this process does the kind, so that pausing it means something.
    known: bool,
}

struct LaneRow {
    lane: Lane,
    opens: Option<Moment>,
    waiting: String,
    /// When the last of what waits may go, and the limit that makes it take so long.
    drained: Option<(Moment, Option<String>)>,
}

struct JobRow {
    job: Job,
    link: String,
    state: &'static str,
    changed: Moment,
    retry: Option<String>,
}

struct TaskRow {
    name: &'static str,
    class: &'static str,
    state: &'static str,
    since: Moment,
    restarts: u32,
    last_error: Option<String>,
}

/// What one read of the store gives.
struct Seen {
    now: Millis,
    counts: Vec<Count>,
    alarms: Vec<Alarm>,
    targets: Vec<Standing>,
    lanes: Vec<Lane>,
    trouble: Vec<Job>,
}

pub(in crate::web) async fn show(State(app): State<App>) -> Result<Response, Refusal> {
    let (pace, served) = (app.parts().pace.clone(), app.parts().served.clone());
    let seen = app.store().read::<_, store::Error, _>(|tx| Box::pin(async move { look(tx, &pace, &served).await }));
    let seen = seen.await?;
    answer(&page(&app, seen))
}

async fn look(tx: &mut Tx, pace: &Pace, served: &Served) -> Result<Seen, store::Error> {
    let mut trouble = Vec::new();
    for state in [jobs::State::Dead, jobs::State::Unknown, jobs::State::Failed] {
        let filter = Filter { state: Some(state), limit: TROUBLE.into(), ..Filter::default() };
        trouble.extend(jobs::list(tx, &filter).await?);
    }
    trouble.sort_by_key(|job| std::cmp::Reverse((job.updated_at, job.id)));
    trouble.truncate(TROUBLE.into());
    Ok(Seen {
        now: tx.now(),
        counts: jobs::counts(tx).await?,
        alarms: alarms::open(tx).await?,
        targets: standing(tx, served, Some(pace), None).await?,
        lanes: lanes::load(tx, pace).await?,
        trouble,
    })
}

fn page(app: &App, seen: Seen) -> Page {
    let Seen { now, counts, mut alarms, targets: known, lanes, trouble } = seen;
    let frame = Frame::full(app, now);
    let t = frame.t;
    let readiness = app.readiness();
    let tasks = app.tasks();
    // What nobody knows of yet comes first, the loudest before the others.
    alarms.sort_by_key(|alarm| (alarm.acked_at.is_some(), loudness(&alarm.severity), alarm.first_at));
    let (mood, headline) = headline(t, &readiness, &alarms, &tasks);
    let names = app.queue().kinds();
    let (paused, lanes): (Vec<_>, Vec<_>) = lanes.into_iter().partition(|lane| lane.scope == Scope::Kind);
    let paused = |kind: &str| paused.iter().any(|lane| lane.name == kind);
    let by_kind = by_kind(&counts, &names);
    let mut total = [0; 8];
    let kinds = by_kind.into_iter().map(|(kind, row)| {
        total.iter_mut().zip(row).for_each(|(sum, n)| *sum += n);
        KindRow { cells: cells(row), paused: paused(kind), known: names.contains(&kind), kind: kind.to_owned() }
    });
    let kinds: Vec<_> = kinds.collect();
    Page {
        mood,
        headline,
        sums: sums(t, total),
        ready: readiness.ready,
        broken: readiness.parts.into_iter().filter(|part| !part.ok).collect(),
        alarms: alarms.into_iter().map(|alarm| alarm_row(t, alarm, now)).collect(),
        states: jobs::State::ALL.map(|state| (state.as_str(), state_word(t, state))),
        kinds,
        total: cells(total),
        no_jobs: counts.is_empty(),
        targets: targets(t, known, now),
        lanes: lanes.into_iter().map(|lane| lane_row(lane, now)).collect(),
        trouble: trouble.into_iter().map(|job| job_row(t, job, now)).collect(),
        tasks: tasks.into_iter().map(|task| task_row(t, task, now)).collect(),
        frame,
    }
}

/// What the page says first. An alarm that a person knows of no longer shouts; a part that is unwell counts when no
/// alarm speaks of it.
fn headline(
    t: &'static Texts,
    readiness: &Readiness,
    alarms: &[Alarm],
    tasks: &[supervise::Status],
) -> (&'static str, String) {
    let loud = alarms.iter().filter(|alarm| alarm.severity != Severity::Notice);
    let (known, unknown): (Vec<_>, Vec<_>) = loud.partition(|alarm| alarm.acked_at.is_some());
    let unwell = readiness.parts.iter().filter(|part| !part.ok).count();
    let unsaid = if known.is_empty() && unknown.is_empty() { unwell } else { 0 };
    let failed = tasks.iter().filter(|task| task.state == supervise::State::Failed).count();
    let (needs, known) = (unknown.len() + unsaid + failed, known.len());
    match (readiness.ready, needs, known) {
        (false, ..) => ("bad", t.closed.to_owned()),
        (true, 1, _) => ("bad", t.needs_one.to_owned()),
        (true, 2.., _) => ("bad", fill(t.needs_many, &needs)),
        (true, 0, 1) => ("noted", t.known_one.to_owned()),
        (true, 0, 2..) => ("noted", fill(t.known_many, &known)),
        (true, 0, 0) if alarms.is_empty() => ("good", t.works.to_owned()),
        (true, 0, 0) => ("good", t.works_noted.to_owned()),
    }
}

const fn loudness(severity: &Stored<Severity>) -> u8 {
    match severity {
        Stored::Known(Severity::Critical) => 0,
        Stored::Known(Severity::Warning) => 1,
        Stored::Known(Severity::Notice) | Stored::Other(_) => 2,
    }
}

/// Kinds that have jobs or are done here, each with its counts in the order of the states.
fn by_kind<'a>(counts: &'a [Count], names: &[&'a str]) -> BTreeMap<&'a str, [i64; 8]> {
    let mut rows: BTreeMap<&str, [i64; 8]> = names.iter().map(|name| (*name, [0; 8])).collect();
    for count in counts {
        let row = rows.entry(count.kind.as_str()).or_default();
        let cells = row.iter_mut().zip(jobs::State::ALL);
        cells.filter(|(_, state)| *state == count.state).for_each(|(cell, _)| *cell += count.n);
    }
    rows
}

fn cells(row: [i64; 8]) -> [Cell; 8] {
    let mut states = jobs::State::ALL.into_iter();
    row.map(|n| {
        let class = states.next().map_or("", jobs::State::as_str);
        Cell { class: if n == 0 { "none" } else { class }, n: number(n) }
    })
}

fn sums(t: &'static Texts, total: [i64; 8]) -> [(&'static str, String); 4] {
    let [queued, running, snoozed, failed, done, dead, _, _] = total;
    [
        (t.jobs_running, number(running)),
        (t.jobs_waiting, number(queued + snoozed + failed)),
        (t.jobs_done, number(done)),
        (t.jobs_dead, number(dead)),
    ]
}

fn alarm_row(t: &'static Texts, alarm: Alarm, now: Millis) -> AlarmRow {
    AlarmRow {
        word: match alarm.severity {
            Stored::Known(Severity::Critical) => t.critical,
            Stored::Known(Severity::Warning) => t.warning,
            Stored::Known(Severity::Notice) | Stored::Other(_) => t.notice,
        },
        title: advice::alarm::title(Language::En, &alarm.name),
        advice: advice::alarm::about(&alarm.name, &alarm.subject).text(Language::En).to_owned(),
        first: Moment::seen(alarm.first_at, now),
        last: Moment::seen(alarm.last_at, now),
        seen: if alarm.count == 1 { t.seen_once.to_owned() } else { fill(t.seen_often, &number(alarm.count)) },
        acked: alarm.acked_at.map(|at| Moment::seen(at, now)),
        ack: paths::alarm_ack(alarm.id),
        severity: alarm.severity.to_string(),
        subject: alarm.subject,
        detail: alarm.detail,
    }
}

fn lane_row(lane: Lane, now: Millis) -> LaneRow {
    LaneRow {
        opens: lane.closed_until.map(|at| Moment::seen(at, now)),
        waiting: number(lane.all()),
        drained: lane.forecast.as_ref().map(|told| (Moment::seen(told.drained_at.0, now), told.limit.clone())),
        lane,
    }
}

fn job_row(t: &'static Texts, job: Job, now: Millis) -> JobRow {
    let state = job.state();
    JobRow {
        link: paths::job(job.id),
        state: state_word(t, state),
        changed: Moment::seen(job.updated_at, now),
        retry: may_retry(state).then(|| paths::job_retry(job.id)),
        job,
    }
}

fn task_row(t: &'static Texts, task: supervise::Status, now: Millis) -> TaskRow {
    let (class, state) = match task.state {
        supervise::State::Running => ("running", t.task_running),
        supervise::State::Waiting => ("failed", t.task_waiting),
        supervise::State::Done => ("done", t.task_done),
        supervise::State::Failed => ("dead", t.task_failed),
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
