//! What a person changes about jobs that are there: another life, none at all, a pause.

use serde_json::{Value, json};

use crate::advice::{self, Advice};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::listing::page;
use crate::cli::out::Answer;
use crate::cli::reach::Reach;
use crate::cli::table::clean;
use crate::domain::JobId;
use crate::domain::amount::{are, counted};
use crate::domain::words::did_you_mean;

/// Flags of `radard job retry`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Retry {
    /// Which jobs
    #[arg(required_unless_present = "kind", conflicts_with = "kind", value_name = "ID")]
    ids: Vec<JobId>,
    /// Every dead job of this kind
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
}

impl Retry {
    /// Revives them; if only some could be, the code says so.
    pub(super) async fn ask(&self, reach: &Reach) -> Result<Answer, Failure> {
        if let Some(kind) = &self.kind {
            let answer = reach.ask("POST", "/api/v1/jobs/retry", Some(json!({"kind": kind}))).await?;
            let count = answer.get("retried").and_then(Value::as_u64).unwrap_or_default();
            return Ok(Answer::done(answer, {
                let jobs = counted(count, "job");
                format!("{jobs} of kind `{kind}` {} queued again", are(count))
            }));
        }
        let (mut items, mut lines, mut worst) = (Vec::new(), Vec::new(), Exit::Done);
        for id in &self.ids {
            match reach.ask("POST", &format!("/api/v1/jobs/{id}/retry"), Some(json!({}))).await {
                Ok(job) => {
                    lines.push(format!("job {id} is queued again"));
                    items.push(job);
                }
                Err(failure) => {
                    worst = if self.ids.len() == 1 { failure.code() } else { Exit::Failed };
                    lines.push(failure.to_text());
                    items.push(with_id(failure.to_json(), *id));
                }
            }
        }
        let answer = if worst == Exit::Done { Answer::done } else { Answer::shown };
        Ok(answer(page(&items), lines.join("\n")).exit(worst))
    }
}

fn with_id(mut refused: Value, id: JobId) -> Value {
    if let Some(fields) = refused.as_object_mut() {
        fields.entry("id").or_insert_with(|| json!(id));
    }
    refused
}

/// Takes a job back.
pub(super) async fn cancel(reach: &Reach, id: JobId) -> Result<Answer, Failure> {
    let job = reach.ask("POST", &format!("/api/v1/jobs/{id}/cancel"), Some(json!({}))).await?;
    Ok(Answer::done(job, format!("job {id} is cancelled")))
}

/// Flags of `radard job pause` and `radard job resume`: one of the two.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(in crate::cli) struct Gate {
    /// Every job of this lane
    #[arg(long, value_name = "NAME")]
    lane: Option<String>,
    /// Every job of this kind
    #[arg(long, value_name = "NAME")]
    kind: Option<String>,
}

impl Gate {
    /// Pauses or resumes it.
    pub(super) async fn ask(&self, reach: &Reach, paused: bool) -> Result<Answer, Failure> {
        let (scope, name) = match (&self.lane, &self.kind) {
            (Some(lane), _) => ("lane", lane),
            (None, Some(kind)) => ("kind", kind),
            (None, None) => return Err(Failure::usage("neither a lane nor a kind is named")),
        };
        let strange = if scope == "lane" { strange(reach, name).await? } else { None };
        if let Some(Strange { what, near }) = strange.as_ref().filter(|_| !paused) {
            return Err(Failure::new(what).advise(near.clone().unwrap_or_else(advice::cli::lanes)));
        }
        let body = json!({"scope": scope, "name": name, "paused": paused});
        let answer = reach.ask("POST", "/api/v1/gates", Some(body)).await?;
        let does = if paused { "is paused" } else { "goes on" };
        let answer = Answer::done(answer, format!("{scope} `{name}` {does}"));
        Ok(match strange {
            Some(Strange { what, near }) => answer.note(near.map_or(what.clone(), |near| format!("{what}; {near}"))),
            None => answer,
        })
    }
}

/// A lane whose name may be a slip.
struct Strange {
    what: String,
    /// The name that may have been meant.
    near: Option<Advice>,
}

/// What to say of a lane in which nothing waits and that nothing holds back.
async fn strange(reach: &Reach, name: &str) -> Result<Option<Strange>, Failure> {
    let lanes = reach.ask("GET", "/api/v1/lanes", None).await?;
    let lanes = lanes.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_lane = |lane: &&Value| lane.get("scope").and_then(Value::as_str) == Some("lane");
    let names: Vec<_> = lanes.iter().filter(is_lane).filter_map(|lane| lane.get("name")?.as_str()).collect();
    if names.contains(&name) {
        return Ok(None);
    }
    let near = did_you_mean(name, names).map(|near| advice::cli::did_you_mean(&clean(near)));
    Ok(Some(Strange { what: format!("no job waits in lane `{}`, and nothing holds it back", clean(name)), near }))
}
