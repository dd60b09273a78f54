//! `radard target` and `radard plan`: what is kept up to date, how it stands, and what a saved queue file would change.

use std::time::Duration;

use serde_json::{Value, json};

use super::desk::Desk;
use super::exit::Exit;
use super::failure::Failure;
use super::listing::{Column, Form, show};
use super::out::Answer;
use super::reach::{Need, Reach};
use crate::domain::Millis;
use crate::domain::time::roughly;

const COLUMNS: &[Column] = &[
    ("TARGET", "target", Form::Plain),
    ("TAKES", "take", Form::Plain),
    ("STATE", "state", Form::Plain),
    ("AS", "profile", Form::Plain),
    ("NEXT", "next_at", Form::When),
    ("LAST", "ended_at", Form::When),
    ("CLASS", "class", Form::Plain),
    (">FOUND", "found", Form::Plain),
    (">NEW", "fresh", Form::Plain),
    ("SAID", "said", Form::Plain),
];
const CHANGES: &[Column] = &[
    ("TARGET", "target", Form::Plain),
    ("CHANGE", "change", Form::Plain),
    (">REQUESTS", "requests", Form::Plain),
    ("NOT KNOWN YET", "unknown", Form::Plain),
];

/// Commands of `radard target`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum TargetCommand {
    /// List targets: what is taken of each, when next, how the last round ended
    List,
    /// Show one
    Show {
        /// Which target
        name: String,
    },
    /// Take all of it now
    Run {
        /// Which target
        name: String,
    },
    /// Hold it back; what it found stays
    Pause {
        /// Which target
        name: String,
    },
    /// Let it go on, at once
    Resume {
        /// Which target
        name: String,
    },
}

impl TargetCommand {
    /// Does it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let need = if matches!(self, Self::List | Self::Show { .. }) { Need::Reading } else { Need::Writing };
        let now = desk.ambient.clock.now();
        Reach::with(desk, need, async |reach| self.ask(reach, now).await).await
    }

    async fn ask(&self, reach: &Reach, now: Millis) -> Result<Answer, Failure> {
        let hand = async |name: &str, act: &str| {
            reach.ask("POST", &format!("/api/v1/targets/{name}/{act}"), Some(json!({}))).await
        };
        match self {
            Self::List => Ok(listed(reach.ask("GET", "/api/v1/targets", None).await?, now)),
            Self::Show { name } => Ok(listed(reach.ask("GET", &format!("/api/v1/targets/{name}"), None).await?, now)),
            Self::Run { name } => {
                let told = hand(name, "run").await?;
                let count = told.get("jobs").and_then(Value::as_array).map_or(0, Vec::len);
                Ok(Answer::done(told, format!("rounds of `{name}` that begin: {count}")))
            }
            Self::Pause { name } => {
                let told = hand(name, "pause").await?;
                Ok(Answer::done(told, format!("`{name}` is held back; what it found stays")))
            }
            Self::Resume { name } => Ok(Answer::done(hand(name, "resume").await?, format!("`{name}` goes on"))),
        }
    }
}

/// A row for each thing that is taken of each target.
fn listed(page: Value, now: Millis) -> Answer {
    let targets = page.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let rows = targets.iter().flat_map(|target| {
        let name = target.get("name").cloned().unwrap_or_default();
        let takes = target.get("takes").and_then(Value::as_array).cloned().unwrap_or_default();
        takes.into_iter().map(move |mut take| {
            if let Some(fields) = take.as_object_mut() {
                fields.insert("target".to_owned(), name.clone());
            }
            take
        })
    });
    let rows = json!({"items": rows.collect::<Vec<_>>()});
    show(rows, COLUMNS, now).told(page)
}

/// Flags of `radard plan`.
#[derive(Debug, clap::Args)]
pub(super) struct PlanCommand {
    /// End with 3 when the file would change something
    #[arg(long)]
    exit_code: bool,
}

impl PlanCommand {
    /// Looks, and tells.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let now = desk.ambient.clock.now();
        Reach::with(desk, Need::Foreseeing, async |reach| {
            let plan = reach.ask("GET", "/api/v1/plan", None).await?;
            let is_empty = plan.get("items").and_then(Value::as_array).is_none_or(Vec::is_empty);
            let same = plan.get("same").and_then(Value::as_u64).unwrap_or(0);
            let note = format!("targets that stay as they are: {same}{}", cost(&plan));
            let answer = show(plan, CHANGES, now).note(note);
            Ok(if self.exit_code && !is_empty { answer.exit(Exit::Changes) } else { answer })
        })
        .await
    }
}

/// What the first rounds cost, in a sentence; nothing when they cost nothing.
fn cost(plan: &Value) -> String {
    let number = |name: &str| plan.get(name).and_then(Value::as_u64).unwrap_or(0);
    let (requests, span) = (number("requests"), Duration::from_millis(number("duration_ms")));
    if requests == 0 {
        return String::new();
    }
    let items = plan.get("items").and_then(Value::as_array).into_iter().flatten();
    let is_open = items.filter_map(|item| item.get("unknown")?.as_array()).any(|unknown| !unknown.is_empty());
    let bound = if is_open { "at least " } else { "" };
    let limits = plan.get("profiles").and_then(Value::as_array).into_iter().flatten();
    let last = limits.max_by_key(|profile| profile.get("until").and_then(Value::as_i64));
    let limit = last.and_then(|profile| profile.get("limit")?.as_str());
    let limit = limit.map(|limit| format!(", by the limit of {limit}")).unwrap_or_default();
    let span = if span.is_zero() { "no waiting".to_owned() } else { roughly(span) };
    format!("\nthe first rounds take {bound}{requests} requests and {span}{limit}")
}
