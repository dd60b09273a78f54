//! `radard job list` and `radard job show`: jobs and lanes as they stand.

use crate::cli::failure::Failure;
use crate::cli::listing::{Column, Form, show, show_fields};
use crate::cli::out::Answer;
use crate::cli::reach::{Reach, query};
use crate::domain::{JobId, Millis};

const JOBS: &[Column] = &[
    ("ID", "id", Form::Plain),
    ("KIND", "kind", Form::Plain),
    ("~KEY", "key", Form::Plain),
    ("STATE", "state", Form::Plain),
    ("?>TRIES", "attempt", Form::Plain),
    ("?>CRASHES", "crash_count", Form::Plain),
    ("?RUNS", "run_at", Form::When),
    ("?LANE", "lane", Form::Plain),
    ("?CLASS", "class", Form::Plain),
    ("?~ERROR", "last_error", Form::Plain),
];
const LANES: &[Column] = &[
    ("WHAT", "scope", Form::Plain),
    ("NAME", "name", Form::Plain),
    ("?>DUE", "waiting", Form::Plain),
    ("?>RESTING", "resting", Form::Plain),
    ("?NEXT", "next_at", Form::When),
    ("?DRAINED", "drained_at", Form::When),
    ("?~LIMIT", "limit", Form::Plain),
    ("OPEN", "open", Form::Plain),
    ("?PAUSED", "paused", Form::Plain),
    ("?OPENS", "closed_until", Form::When),
    ("?CLASS", "class", Form::Plain),
    ("?~REASON", "reason", Form::Plain),
];
/// What a person looks for first in a job.
const FIRST: &[&str] =
    &["id", "kind", "key", "state", "class", "last_error", "lane", "target", "attempt", "run_at", "give_up_at"];

/// Flags of `radard job list`.
#[derive(Debug, Default, clap::Args)]
pub(in crate::cli) struct List {
    /// Only jobs in this state
    #[arg(long, value_name = "STATE", value_parser = STATES)]
    state: Option<String>,
    /// Only jobs of this kind
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only jobs of this lane
    #[arg(long, value_name = "LANE")]
    lane: Option<String>,
    /// At most this many, up to 1000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: Option<u32>,
    /// Go on after this one, as a listing before has said
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    /// List the lanes instead: what waits in each, and which are held back
    #[arg(long, conflicts_with_all = ["state", "kind", "lane", "limit", "cursor"])]
    lanes: bool,
}

/// Every state.
const STATES: [&str; 8] = ["queued", "running", "snoozed", "failed", "done", "dead", "cancelled", "unknown"];

impl List {
    /// Lists them.
    pub(super) async fn ask(&self, reach: &Reach, now: Millis) -> Result<Answer, Failure> {
        if self.lanes {
            return Ok(show(reach.ask("GET", "/api/v1/lanes", None).await?, LANES, now));
        }
        let fields = [
            ("state", self.state.clone()),
            ("kind", self.kind.clone()),
            ("lane", self.lane.clone()),
            ("limit", self.limit.map(|limit| limit.to_string())),
            ("cursor", self.cursor.clone()),
        ];
        Ok(show(reach.ask("GET", &query("/api/v1/jobs", &fields), None).await?, JOBS, now))
    }
}

/// Shows all of one job.
pub(super) async fn show_one(reach: &Reach, id: JobId, now: Millis) -> Result<Answer, Failure> {
    let job = reach.ask("GET", &format!("/api/v1/jobs/{id}"), None).await?;
    Ok(show_fields(job, FIRST, now))
}
