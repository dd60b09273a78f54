//! Jobs in lists: the word for a state, what a person may do with it, a row.

use crate::config::Language;
use crate::domain::{Class, Millis};
use crate::store::jobs::{Job, State};
use crate::web::pages::pieces::moment::Moment;
use crate::web::paths;
use crate::web::words::words;

words! {
    queued: "Queued";
    running: "Running";
    snoozed: "Snoozed";
    failed: "Failed";
    done: "Done";
    dead: "Dead";
    cancelled: "Cancelled";
    unknown: "Unknown";
    job: "Job";
    state: "State";
    attempts: "Attempts";
    last_error: "Last error";
    changed: "Changed";
    retry: "Retry";
}

/// The word for a state.
pub(in crate::web) const fn state_word(state: State) -> &'static str {
    let t = Words::of(Language::En);
    match state {
        State::Queued => t.queued,
        State::Running => t.running,
        State::Snoozed => t.snoozed,
        State::Failed => t.failed,
        State::Done => t.done,
        State::Dead => t.dead,
        State::Cancelled => t.cancelled,
        State::Unknown => t.unknown,
    }
}

/// States in which a person may retry a job, and in which they may cancel it.
pub(in crate::web) const fn may_retry(state: State) -> bool {
    matches!(state, State::Dead | State::Cancelled | State::Failed | State::Snoozed | State::Unknown)
}

pub(in crate::web) const fn may_cancel(state: State) -> bool {
    matches!(state, State::Queued | State::Running | State::Snoozed | State::Failed)
}

/// Jobs in a table.
pub(in crate::web) struct Jobs {
    pub(in crate::web) t: &'static Words,
    pub(in crate::web) rows: Vec<JobRow>,
}

/// A job in it.
pub(in crate::web) struct JobRow {
    pub(in crate::web) job: Job,
    pub(in crate::web) link: String,
    pub(in crate::web) state: &'static str,
    pub(in crate::web) changed: Moment,
    pub(in crate::web) retry: Option<String>,
}

impl JobRow {
    /// The class of its last failure.
    pub(in crate::web) fn class(&self) -> Option<Class> {
        self.job.class.filter(|class| *class != Class::Ok)
    }
}

impl Jobs {
    /// A row for each of `jobs`.
    pub(in crate::web) fn of(jobs: Vec<Job>, now: Millis) -> Self {
        Self { t: Words::of(Language::En), rows: jobs.into_iter().map(|job| row(job, now)).collect() }
    }
}

fn row(job: Job, now: Millis) -> JobRow {
    let state = job.state;
    let link = paths::job(job.id);
    JobRow {
        state: state_word(state),
        changed: Moment::seen(job.updated_at, now),
        retry: may_retry(state).then(|| format!("{link}/retry")),
        link,
        job,
    }
}
