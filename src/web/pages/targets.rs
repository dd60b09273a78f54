//! The targets on the status page: those that find nothing first, and so many that a person still reads them.

use super::show::{Moment, number};
use crate::crawl::{NEVER, Standing, State};
use crate::domain::Millis;
use crate::store::crawl::targets::Course;
use crate::web::paths;
use crate::web::text::{Texts, fill};

/// The most rows that are shown.
const ROWS: usize = 60;

/// What the page shows of targets.
pub(super) struct Targets {
    pub(super) rows: Vec<TargetRow>,
    /// How many more there are, in words.
    pub(super) more: Option<String>,
}

/// One thing that is taken of a target.
pub(super) struct TargetRow {
    pub(super) name: String,
    pub(super) take: String,
    pub(super) profile: String,
    /// Its state: class and word.
    pub(super) state: (&'static str, &'static str),
    /// Since when it is silent.
    pub(super) silent: Option<Moment>,
    pub(super) next: Option<Moment>,
    pub(super) last: Option<Moment>,
    pub(super) class: Option<String>,
    pub(super) said: Option<String>,
    pub(super) found: String,
    pub(super) fresh: String,
    /// What a person can do with the whole target; with its first row alone.
    pub(super) hand: Option<Hand>,
}

/// Where a target is sent out, and where it is held back or let go.
pub(super) struct Hand {
    pub(super) run: String,
    pub(super) hold: String,
    pub(super) is_paused: bool,
}

/// The rows of `all`, the worst first.
pub(super) fn targets(t: &'static Texts, mut all: Vec<Standing>, now: Millis) -> Targets {
    all.sort_by_key(|standing| standing.courses.iter().map(State::of).min());
    let count = all.iter().map(|standing| standing.courses.len()).sum::<usize>();
    let rows: Vec<_> = all.iter().flat_map(|standing| rows_of(t, standing, now)).take(ROWS).collect();
    let more = count.saturating_sub(rows.len());
    Targets { rows, more: (more > 0).then(|| fill(t.more_targets, &more)) }
}

fn rows_of<'a>(t: &'static Texts, standing: &'a Standing, now: Millis) -> impl Iterator<Item = TargetRow> + 'a {
    let name = &standing.target.name;
    standing.courses.iter().enumerate().map(move |(n, course)| {
        let hand = (n == 0).then(|| Hand {
            run: paths::target(name, "run"),
            hold: paths::target(name, if standing.is_paused { "resume" } else { "pause" }),
            is_paused: standing.is_paused,
        });
        row(t, course, hand, now)
    })
}

fn row(t: &'static Texts, course: &Course, hand: Option<Hand>, now: Millis) -> TargetRow {
    let seen = |at: i64| Moment::seen(at, now);
    let state = match State::of(course) {
        State::Silent => ("dead", t.target_silent),
        State::Missed => ("failed", t.target_missed),
        State::New => ("queued", t.target_new),
        State::Ok => ("done", t.target_ok),
        State::Paused => ("snoozed", t.paused),
    };
    TargetRow {
        name: course.target.clone(),
        take: course.take.clone(),
        profile: course.profile.clone(),
        state,
        silent: course.silent_at.map(seen),
        next: Some(course.next_at).filter(|at| *at != NEVER.0).map(seen),
        last: course.ended_at.map(seen),
        class: course.class.clone().filter(|class| class != "ok"),
        said: course.said.clone(),
        found: number(course.found),
        fresh: number(course.fresh),
        hand,
    }
}
