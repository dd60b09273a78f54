//! How far the round of something that is taken is, and what it waits for.
//!
//! All of it is read from the round's job and from the gates of the queue. Nothing of it is stored with the target, so a
//! round that only waits never looks like one that failed.

use std::time::Duration;

use crate::domain::time::roughly;
use crate::domain::{Class, Millis};
use crate::store::crawl::targets::Course;
use crate::store::gates::Gate;
use crate::store::jobs::{self, Outline};

/// Comments wait for the first round of posts for at most this long.
const PATIENCE: Duration = Duration::from_hours(24);

/// What happens with something that is taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// No round is under way.
    #[default]
    Resting,
    /// A round is due and waits for a worker.
    Queued,
    /// A round reads pages, as fast as its limits allow.
    Running,
    /// A round cannot go on before something else happens.
    Waiting,
    /// A person, or the queue file, holds it back.
    Paused,
}

impl Phase {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resting => "resting",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Paused => "paused",
        }
    }
}

/// What a round waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// The rate limit of its lane, or quiet hours.
    RateLimit,
    /// A login.
    Login,
    /// A person: the site asked for a captcha or blocked the account.
    Person,
    /// The network.
    Network,
    /// Its next attempt, after one that failed.
    Retry,
    /// This machine: a full disk or a busy database.
    Local,
    /// Its lane or its kind of job, which a person paused.
    Lane,
    /// The first round of the posts whose comments it takes.
    Posts,
}

impl WaitsFor {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RateLimit => "rate_limit",
            Self::Login => "login",
            Self::Person => "person",
            Self::Network => "network",
            Self::Retry => "retry",
            Self::Local => "local",
            Self::Lane => "lane",
            Self::Posts => "posts",
        }
    }

    /// What a miss of this class is waited for with, where the job is in this state.
    const fn after(class: Class, state: jobs::State) -> Self {
        match class {
            Class::Rate => Self::RateLimit,
            Class::Auth => Self::Login,
            Class::Risk => Self::Person,
            Class::Network => Self::Network,
            Class::Local if matches!(state, jobs::State::Snoozed) => Self::Local,
            Class::Ok | Class::Gone | Class::Private | Class::Signature | Class::Schema | Class::Local => Self::Retry,
        }
    }
}

/// What the present round of something that is taken is about to do, and what it met last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outlook {
    /// What happens now.
    pub phase: Phase,
    /// The page that is read, or that is read next.
    pub page: Option<u64>,
    /// About how many pages the list has, where that is known.
    pub pages_about: Option<u64>,
    /// When the next request may go, where that is known and not now.
    pub next_request_at: Option<Millis>,
    /// What it waits for.
    pub waits_for: Option<WaitsFor>,
    /// What it waits after; else how the last round ended.
    pub class: Option<Class>,
    /// The same in words, when it did not end well.
    pub said: Option<String>,
}

/// What an [`Outlook`] is read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) course: &'a Course,
    /// Whether the target is paused.
    pub(super) is_paused: bool,
    /// The job of its latest round.
    pub(super) job: Option<&'a Outline>,
    /// The pages that this job has read.
    pub(super) pages: Option<u64>,
    /// What keeps the jobs of its lane from being taken.
    pub(super) gate: Option<&'a Gate>,
    pub(super) now: Millis,
}

/// Why a job waits, and until when.
struct Wait {
    class: Option<Class>,
    said: Option<String>,
    until: Option<i64>,
}

impl Outlook {
    /// What follows from `seen`.
    pub(super) fn of(seen: Seen<'_>) -> Self {
        let Seen { course, is_paused, job, pages, gate, now } = seen;
        let met = |job: &Outline| (job.class, job.last_error.clone());
        let ended = (course.class, course.said.clone());
        let state = job.map(|job| job.state);
        let Some((job, state)) = job.zip(state).filter(|(_, state)| !state.is_over()) else {
            let dead = job.filter(|_| state == Some(jobs::State::Dead));
            let (class, said) = dead.map_or(ended, met);
            let phase = if is_paused { Phase::Paused } else { Phase::Resting };
            return Self { phase, class, said, ..Self::default() };
        };
        // Earlier versions wrote a wait down as if the round had ended with it.
        let (class, said) = if ended.0.is_some_and(is_waited_for) { (None, None) } else { ended };
        let page = Some(pages.unwrap_or(0) + 1);
        let well = Self { phase: Phase::Running, page, class, said, ..Self::default() };
        if is_paused {
            return Self { phase: Phase::Paused, ..well };
        }
        // A job that waits for its own time does not wait for its lane yet, unless that needs a person.
        let is_due = state == jobs::State::Queued || Millis(job.run_at) <= now;
        let needs_person = |gate: &&Gate| gate.class == Some(Class::Risk);
        match (state, gate.filter(|gate| is_due || needs_person(gate))) {
            (jobs::State::Queued | jobs::State::Snoozed | jobs::State::Failed, Some(gate)) if gate.paused => {
                Self { phase: Phase::Waiting, waits_for: Some(WaitsFor::Lane), ..well }
            }
            (jobs::State::Queued | jobs::State::Snoozed | jobs::State::Failed, Some(gate)) => {
                let wait = Wait { class: gate.class, said: gate.reason.clone(), until: gate.open_at };
                well.waiting(wait, state, now)
            }
            (jobs::State::Queued, None) => Self { phase: Phase::Queued, ..well },
            (jobs::State::Snoozed | jobs::State::Failed, None) => {
                let (class, said) = met(job);
                well.waiting(Wait { class, said, until: Some(job.run_at) }, state, now)
            }
            (
                jobs::State::Running
                | jobs::State::Done
                | jobs::State::Dead
                | jobs::State::Cancelled
                | jobs::State::Unknown,
                _,
            ) => well,
        }
    }

    /// The outlook of a job in `state` that waits. One that waits for its rate limit still counts as running.
    fn waiting(self, wait: Wait, state: jobs::State, now: Millis) -> Self {
        let waits_for = WaitsFor::after(wait.class.unwrap_or(Class::Local), state);
        let next_request_at = wait.until.map(Millis).filter(|at| *at > now);
        let well = Self { waits_for: Some(waits_for), next_request_at, ..self };
        if waits_for == WaitsFor::RateLimit {
            return well;
        }
        Self { phase: Phase::Waiting, class: wait.class, said: wait.said, ..well }
    }

    /// What happens now, in a sentence; `now` is the moment that spans count from.
    pub fn say(&self, now: Millis) -> String {
        let page = self.page.filter(|page| *page > 1 || self.phase == Phase::Running);
        let page = match (page, self.pages_about) {
            (Some(page), Some(about)) => format!(", page {page} of about {about}"),
            (Some(page), None) => format!(", page {page}"),
            (None, _) => String::new(),
        };
        let next = self.next_request_at.filter(|at| *at > now);
        let next = next.map(|at| format!(", next request in {}", roughly(at.since(now)))).unwrap_or_default();
        match (self.phase, self.waits_for) {
            (Phase::Resting, _) => "no round is under way".to_owned(),
            (Phase::Queued, _) => format!("waits for a worker{page}"),
            (Phase::Running, Some(_)) => format!("running{page}, waits for its rate limit{next}"),
            (Phase::Running, None) => format!("running{page}{next}"),
            (Phase::Paused, _) => format!("paused{page}"),
            (Phase::Waiting, None) => format!("waits{page}{next}"),
            (Phase::Waiting, Some(what)) => format!("waits for {}{page}{next}", what.say()),
        }
    }
}

impl WaitsFor {
    const fn say(self) -> &'static str {
        match self {
            Self::RateLimit => "its rate limit",
            Self::Login => "a login",
            Self::Person => "a person",
            Self::Network => "the network",
            Self::Retry => "its next attempt",
            Self::Local => "this machine",
            Self::Lane => "its lane, which is paused",
            Self::Posts => "the first round of the posts",
        }
    }
}

/// Whether the first round of `comments` should wait for the first one of `posts`, whose latest job is `job`. Comments are
/// read below the posts that are known, so the posts come first; but nobody waits for them longer than a day.
pub(super) fn waits_for_posts(comments: &Course, posts: &Course, job: Option<&Outline>, now: Millis) -> bool {
    let is_first = comments.ended_at.is_none() && posts.ended_at.is_none();
    let is_coming = match job.filter(|job| !job.state.is_over()) {
        Some(job) => now.since(Millis(job.created_at)) < PATIENCE,
        None => posts.next_at <= now.0,
    };
    is_first && is_coming
}

/// Whether a miss of this class is waited for, so that no round ever ends with it.
const fn is_waited_for(class: Class) -> bool {
    match class {
        Class::Rate | Class::Auth | Class::Risk | Class::Network => true,
        Class::Ok | Class::Gone | Class::Private | Class::Signature | Class::Schema | Class::Local => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::gates::Scope;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn job(state: jobs::State, class: Option<Class>) -> Outline {
        Outline {
            id: uuid::Uuid::nil(),
            key: "c/posts@1".to_owned(),
            lane: "main/posts".to_owned(),
            state,
            run_at: NOW.0 + 8000,
            class,
            last_error: class.map(|class| format!("it met {class}")),
            progress: None,
            created_at: NOW.0,
        }
    }

    fn seen<'a>(course: &'a Course, job: Option<&'a Outline>) -> Seen<'a> {
        Seen { course, is_paused: false, job, pages: Some(11), gate: None, now: NOW }
    }

    #[test]
    fn each_state_and_class_of_a_job_is_a_phase_and_what_is_waited_for() {
        use jobs::State::{Dead, Done, Failed, Queued, Running, Snoozed};
        let course = Course { class: Some(Class::Ok), ..Course::default() };
        let table = [
            (Queued, None, Phase::Queued, None, "waits for a worker, page 12"),
            (Running, None, Phase::Running, None, "running, page 12"),
            (
                Snoozed,
                Some(Class::Rate),
                Phase::Running,
                Some(WaitsFor::RateLimit),
                "running, page 12, waits for its rate limit, next request in 8 s",
            ),
            (
                Snoozed,
                Some(Class::Auth),
                Phase::Waiting,
                Some(WaitsFor::Login),
                "waits for a login, page 12, next request in 8 s",
            ),
            (
                Snoozed,
                Some(Class::Risk),
                Phase::Waiting,
                Some(WaitsFor::Person),
                "waits for a person, page 12, next request in 8 s",
            ),
            (
                Failed,
                Some(Class::Network),
                Phase::Waiting,
                Some(WaitsFor::Network),
                "waits for the network, page 12, next request in 8 s",
            ),
            (
                Failed,
                Some(Class::Schema),
                Phase::Waiting,
                Some(WaitsFor::Retry),
                "waits for its next attempt, page 12, next request in 8 s",
            ),
            (
                Failed,
                Some(Class::Local),
                Phase::Waiting,
                Some(WaitsFor::Retry),
                "waits for its next attempt, page 12, next request in 8 s",
            ),
            (
                Snoozed,
                Some(Class::Local),
                Phase::Waiting,
                Some(WaitsFor::Local),
                "waits for this machine, page 12, next request in 8 s",
            ),
            (Done, None, Phase::Resting, None, "no round is under way"),
            (Dead, Some(Class::Schema), Phase::Resting, None, "no round is under way"),
        ];
        for (state, class, phase, waits_for, said) in table {
            let job = job(state, class);
            let outlook = Outlook::of(seen(&course, Some(&job)));
            assert_eq!((outlook.phase, outlook.waits_for, outlook.say(NOW).as_str()), (phase, waits_for, said));
            let is_met = !matches!(outlook.waits_for, Some(WaitsFor::RateLimit)) && class.is_some();
            assert_eq!(outlook.class, if is_met { class } else { Some(Class::Ok) }, "{state} {class:?}");
        }
        let held = job(Snoozed, Some(Class::Rate));
        let paused = Outlook::of(Seen { is_paused: true, ..seen(&course, Some(&held)) });
        assert_eq!((paused.phase, paused.say(NOW).as_str()), (Phase::Paused, "paused, page 12"));
    }

    #[test]
    fn a_due_job_behind_a_shut_gate_waits_for_whoever_shut_it() {
        let course = Course::default();
        let queued = job(jobs::State::Queued, None);
        let due = Outline { run_at: NOW.0, ..job(jobs::State::Snoozed, Some(Class::Local)) };
        let outlook = |job: &Outline, paused, class: Class| {
            let gate = Gate {
                scope: Scope::Lane,
                name: "main/posts".to_owned(),
                paused,
                open_at: Some(NOW.0 + 8000),
                class: Some(class),
                reason: Some("it is shut".to_owned()),
                subject: None,
                updated_at: 0,
            };
            Outlook::of(Seen { gate: Some(&gate), ..seen(&course, Some(job)) })
        };
        let table = [
            (true, Class::Risk, "waits for its lane, which is paused, page 12"),
            (false, Class::Risk, "waits for a person, page 12, next request in 8 s"),
            (false, Class::Network, "waits for the network, page 12, next request in 8 s"),
            (false, Class::Rate, "running, page 12, waits for its rate limit, next request in 8 s"),
        ];
        let later = job(jobs::State::Snoozed, Some(Class::Rate));
        assert!(outlook(&later, false, Class::Risk).say(NOW).starts_with("waits for a person, page 12"));
        assert!(outlook(&later, false, Class::Rate).say(NOW).starts_with("running, page 12, waits for its rate limit"));
        for (paused, class, said) in table {
            let shown = if paused || class == Class::Rate { None } else { Some(class) };
            for job in [&queued, &due] {
                let outlook = outlook(job, paused, class);
                assert_eq!((outlook.say(NOW).as_str(), outlook.class), (said, shown));
                assert_eq!(outlook.said.as_deref(), shown.map(|_| "it is shut"));
            }
        }
    }

    #[test]
    fn a_wait_that_an_earlier_version_wrote_down_is_no_failure_while_a_round_is_under_way() {
        let course = Course { class: Some(Class::Rate), said: Some("wait".to_owned()), ..Course::default() };
        let job = job(jobs::State::Running, None);
        let outlook = Outlook::of(seen(&course, Some(&job)));
        assert_eq!((outlook.class, outlook.said), (None, None));
    }

    #[test]
    fn comments_wait_for_posts_that_come_or_are_under_way_for_a_day() {
        let (due, later) =
            (Course { next_at: NOW.0, ..Course::default() }, Course { next_at: NOW.0 + 1, ..Course::default() });
        let comments = Course::default();
        let ended = Course { ended_at: Some(1), ..Course::default() };
        let [running, dead] = [jobs::State::Running, jobs::State::Dead].map(|state| job(state, None));
        let waits = |posts: &Course, job: Option<&Outline>, hours: u64| {
            waits_for_posts(&comments, posts, job, NOW + Duration::from_hours(hours))
        };
        assert!(waits(&due, None, 0), "they come in the same moment");
        assert!(waits(&later, Some(&running), 23) && !waits(&later, Some(&running), 24));
        assert!(!waits(&later, Some(&dead), 0), "they failed for good");
        assert!(!waits(&later, None, 0) && !waits(&ended, Some(&running), 0));
        assert!(!waits_for_posts(&ended, &due, None, NOW), "later rounds do not wait");
    }
}
