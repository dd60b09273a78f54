//! Rows of targets: a row for each thing that is taken, with how it stands and what a person does about it.

use super::moment::{Moment, number};
use crate::config::Language;
use crate::domain::{Class, Millis};
use crate::target::{NEVER, Phase, Spec, Standing, State, Taken, WaitsFor};
use crate::web::paths;
use crate::web::words::{fill, words};

words! {
    target: "Target";
    state: "State";
    silent: "silent";
    missed: "missed";
    doubted: "doubted";
    needs_login: "needs a login";
    needs_person: "needs you";
    running: "running";
    waits: "waits";
    waits_network: "waits for the network";
    waits_lane: "its lane is paused";
    waits_posts: "waits for the posts";
    page: "page {n}";
    page_of: "page {n} of about {m}";
    next_request: "next request";
    new: "new";
    ok: "ok";
    paused: "paused";
    silent_since: "nothing since";
    next_round: "Next";
    last_round: "Last";
    found: "Found";
    fresh: "New";
    run_now: "Run now";
    pause: "Pause";
    resume: "Resume";
    to_do: "To do";
}

/// Rows of targets.
pub(in crate::web) struct Takes {
    pub(in crate::web) t: &'static Words,
    pub(in crate::web) rows: Vec<TakeRow>,
}

/// One thing that is taken of a target.
pub(in crate::web) struct TakeRow {
    /// The page of the target.
    pub(in crate::web) link: String,
    pub(in crate::web) name: String,
    pub(in crate::web) take: String,
    pub(in crate::web) profile: String,
    /// Its state: class and word.
    pub(in crate::web) state: (&'static str, &'static str),
    /// How far its round is: the page, and about how many there are.
    pub(in crate::web) page: Option<String>,
    /// Since when it is silent.
    pub(in crate::web) silent: Option<Moment>,
    pub(in crate::web) next: Option<Moment>,
    /// Whether that is the next request of a round, and not the next round.
    pub(in crate::web) next_is_request: bool,
    pub(in crate::web) last: Option<Moment>,
    pub(in crate::web) class: Option<&'static str>,
    pub(in crate::web) said: Option<String>,
    /// What a person does so that it goes on.
    pub(in crate::web) advice: Option<String>,
    pub(in crate::web) found: String,
    pub(in crate::web) fresh: String,
    /// What a person can do with the whole target; with its first row alone.
    pub(in crate::web) hand: Option<Hand>,
}

impl TakeRow {
    /// Whether there is more to say of it than its numbers.
    pub(in crate::web) fn has_remark(&self) -> bool {
        self.silent.is_some() || self.class.is_some() || self.said.is_some() || self.advice.is_some()
    }
}

/// The addresses of the buttons of a target.
pub(in crate::web) struct Hand {
    pub(in crate::web) run: String,
    /// Nothing where the queue file pauses the target.
    pub(in crate::web) hold: Option<String>,
    pub(in crate::web) is_paused: bool,
}

/// What a person should see to.
pub(in crate::web) const fn needs_a_look(taken: &Taken) -> bool {
    match taken.state {
        State::NeedsPerson | State::Silent | State::Missed | State::Doubted => true,
        State::Waiting | State::Running | State::New | State::Ok | State::Paused => false,
    }
}

impl Takes {
    /// A row for each thing that is taken of `all` and that `is_shown`.
    pub(in crate::web) fn of(all: &[Standing], is_shown: impl Fn(&Taken) -> bool, now: Millis) -> Self {
        let t = Words::of(Language::En);
        let rows = all.iter().flat_map(|standing| {
            let shown = standing.takes.iter().filter(|taken| is_shown(taken));
            shown.enumerate().map(|(n, taken)| {
                let hand = (n == 0).then(|| Hand::of(standing));
                // What somebody paused is as they want it, and the button beside it ends that.
                let says_itself = taken.state == State::Paused && !is_paused_by_file(standing);
                let advice = standing.advice(taken).filter(|_| !says_itself).map(String::from);
                TakeRow { advice, hand, ..row(t, taken, now) }
            })
        });
        Self { t, rows: rows.collect() }
    }
}

impl Hand {
    /// What a person can do with `standing`.
    pub(in crate::web) fn of(standing: &Standing) -> Self {
        let (link, is_paused) = (paths::target(&standing.target.name), standing.is_paused);
        let hold = if is_paused { "resume" } else { "pause" };
        let hold = (!is_paused_by_file(standing)).then(|| format!("{link}/{hold}"));
        Self { run: format!("{link}/run"), hold, is_paused }
    }
}

/// Whether the queue file pauses it, which no button ends.
fn is_paused_by_file(standing: &Standing) -> bool {
    Spec::read(&standing.target.said).is_some_and(|spec| spec.paused)
}

fn row(t: &'static Words, Taken { course, outlook, state, .. }: &Taken, now: Millis) -> TakeRow {
    let seen = |at: i64| Moment::seen(at, now);
    let request = outlook.next_request_at.filter(|at| *at > now);
    let is_under_way = outlook.page.is_some();
    let round = Some(course.next_at).filter(|at| *at != NEVER.0 && !is_under_way);
    let page = outlook.page.filter(|page| *page > 1 || outlook.phase == Phase::Running);
    let page = page.map(|page| match outlook.pages_about {
        Some(about) => fill(t.page_of, &page).replace("{m}", &about.to_string()),
        None => fill(t.page, &page),
    });
    TakeRow {
        link: paths::target(&course.target),
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
const fn state_of(t: &'static Words, state: State, waits_for: Option<WaitsFor>) -> (&'static str, &'static str) {
    match state {
        State::NeedsPerson => match waits_for {
            Some(WaitsFor::Login) => ("dead", t.needs_login),
            Some(
                WaitsFor::Person
                | WaitsFor::RateLimit
                | WaitsFor::Network
                | WaitsFor::Retry
                | WaitsFor::Local
                | WaitsFor::Lane
                | WaitsFor::Posts,
            )
            | None => ("dead", t.needs_person),
        },
        State::Silent => ("dead", t.silent),
        State::Missed => ("failed", t.missed),
        State::Doubted => ("failed", t.doubted),
        State::Waiting => ("snoozed", waits(t, waits_for)),
        State::Running => ("running", t.running),
        State::New => ("queued", t.new),
        State::Ok => ("done", t.ok),
        State::Paused => ("snoozed", t.paused),
    }
}

/// What something waits for that comes by itself.
const fn waits(t: &'static Words, waits_for: Option<WaitsFor>) -> &'static str {
    match waits_for {
        Some(WaitsFor::Network) => t.waits_network,
        Some(WaitsFor::Lane) => t.waits_lane,
        Some(WaitsFor::Posts) => t.waits_posts,
        Some(WaitsFor::RateLimit | WaitsFor::Login | WaitsFor::Person | WaitsFor::Retry | WaitsFor::Local) | None => {
            t.waits
        }
    }
}
