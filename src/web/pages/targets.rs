//! The targets on the status page: those that find nothing first, and so many that a person still reads them.

use super::show::{Moment, number};
use crate::domain::{Class, Millis};
use crate::target::{NEVER, Phase, Standing, State, Taken, WaitsFor};
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
    /// How far its round is: the page, and about how many there are.
    pub(super) page: Option<String>,
    /// Since when it is silent.
    pub(super) silent: Option<Moment>,
    pub(super) next: Option<Moment>,
    /// Whether that is the next request of a round, and not the next round.
    pub(super) next_is_request: bool,
    pub(super) last: Option<Moment>,
    pub(super) class: Option<&'static str>,
    pub(super) said: Option<String>,
    /// What a person does so that it goes on.
    pub(super) advice: Option<String>,
    pub(super) found: String,
    pub(super) fresh: String,
    /// What a person can do with the whole target; with its first row alone.
    pub(super) hand: Option<Hand>,
}

impl TargetRow {
    /// Whether there is more to say of it than its numbers.
    pub(super) fn has_remark(&self) -> bool {
        self.silent.is_some() || self.class.is_some() || self.said.is_some() || self.advice.is_some()
    }
}

/// Where a target is sent out, and where it is held back or let go.
pub(super) struct Hand {
    pub(super) run: String,
    pub(super) hold: String,
    pub(super) is_paused: bool,
}

/// The rows of `all`, the worst first.
pub(super) fn targets(t: &'static Texts, mut all: Vec<Standing>, now: Millis) -> Targets {
    all.sort_by_key(|standing| standing.takes.iter().map(|taken| taken.state).min());
    let count = all.iter().map(|standing| standing.takes.len()).sum::<usize>();
    let rows: Vec<_> = all.iter().flat_map(|standing| rows_of(t, standing, now)).take(ROWS).collect();
    let more = count.saturating_sub(rows.len());
    Targets { rows, more: (more > 0).then(|| fill(t.more_targets, &more)) }
}

fn rows_of<'a>(t: &'static Texts, standing: &'a Standing, now: Millis) -> impl Iterator<Item = TargetRow> + 'a {
    let name = &standing.target.name;
    standing.takes.iter().enumerate().map(move |(n, taken)| {
        let hand = (n == 0).then(|| Hand {
            run: paths::target(name, "run"),
            hold: paths::target(name, if standing.is_paused { "resume" } else { "pause" }),
            is_paused: standing.is_paused,
        });
        // What somebody paused is as they want it, and the button beside it ends that.
        let advice = standing.advice(taken).filter(|_| taken.state != State::Paused).map(String::from);
        TargetRow { advice, hand, ..row(t, taken, now) }
    })
}

fn row(t: &'static Texts, Taken { course, outlook, state, .. }: &Taken, now: Millis) -> TargetRow {
    let seen = |at: i64| Moment::seen(at, now);
    let request = outlook.next_request_at.filter(|at| *at > now);
    let is_under_way = outlook.page.is_some();
    let round = Some(course.next_at).filter(|at| *at != NEVER.0 && !is_under_way);
    let page = outlook.page.filter(|page| *page > 1 || outlook.phase == Phase::Running);
    let page = page.map(|page| match outlook.pages_about {
        Some(about) => fill(t.page_of, &page).replace("{m}", &about.to_string()),
        None => fill(t.page, &page),
    });
    TargetRow {
        name: course.target.clone(),
        take: course.take.clone(),
        profile: course.profile.clone(),
        state: state_of(t, *state, outlook.waits_for),
        page,
        silent: course.silent_at.map(seen),
        next: request.map(|at| at.0).or(round).map(seen),
        next_is_request: request.is_some(),
        last: course.ended_at.map(seen),
        class: outlook.class.filter(|class| *class != Class::Ok).map(Class::as_str),
        said: outlook.said.clone(),
        advice: None,
        found: course.last_counts().map_or_else(String::new, |(found, _)| number(found)),
        fresh: course.last_counts().map_or_else(String::new, |(_, fresh)| number(fresh)),
        hand: None,
    }
}

/// Class and word of a state.
const fn state_of(t: &'static Texts, state: State, waits_for: Option<WaitsFor>) -> (&'static str, &'static str) {
    match state {
        State::NeedsPerson => match waits_for {
            Some(WaitsFor::Login) => ("dead", t.target_needs_login),
            Some(
                WaitsFor::Person
                | WaitsFor::RateLimit
                | WaitsFor::Network
                | WaitsFor::Retry
                | WaitsFor::Local
                | WaitsFor::Lane
                | WaitsFor::Posts,
            )
            | None => ("dead", t.target_needs_person),
        },
        State::Silent => ("dead", t.target_silent),
        State::Missed => ("failed", t.target_missed),
        State::Doubted => ("failed", t.target_doubted),
        State::Waiting => ("snoozed", waits(t, waits_for)),
        State::Running => ("running", t.target_running),
        State::New => ("queued", t.target_new),
        State::Ok => ("done", t.target_ok),
        State::Paused => ("snoozed", t.paused),
    }
}

/// What something waits for that comes by itself.
const fn waits(t: &'static Texts, waits_for: Option<WaitsFor>) -> &'static str {
    match waits_for {
        Some(WaitsFor::Network) => t.waits_network,
        Some(WaitsFor::Lane) => t.waits_lane,
        Some(WaitsFor::Posts) => t.waits_posts,
        Some(WaitsFor::RateLimit | WaitsFor::Login | WaitsFor::Person | WaitsFor::Retry | WaitsFor::Local) | None => {
            t.waits
        }
    }
}
