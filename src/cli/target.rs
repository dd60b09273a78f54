//! `radard target` and `radard plan`: what is kept up to date, how it stands, and what a saved queue file would change.

use std::time::Duration;

use serde_json::{Value, json};

use super::desk::Desk;
use super::exit::Exit;
use super::failure::Failure;
use super::listing::{Column, Form, show};
use super::out::Answer;
use super::reach::{Need, Reach};
use super::table::clean;
use crate::config::is_only_dots;
use crate::domain::amount::counted;
use crate::domain::time::roughly;
use crate::domain::{Class, Millis};
use crate::web::encode;

const COLUMNS: &[Column] = &[
    ("TARGET", "target", Form::Plain),
    ("TAKES", "take", Form::Plain),
    ("STATE", "stands", Form::Plain),
    ("?AS", "profile", Form::Plain),
    ("?NEXT", "next", Form::When),
    ("?LAST", "ended_at", Form::When),
    ("?CLASS", "class", Form::Plain),
    ("?>FOUND", "found", Form::Plain),
    ("?>NEW", "fresh", Form::Plain),
    ("?~SAID", "said", Form::Plain),
];
const CHANGES: &[Column] = &[
    ("TARGET", "target", Form::Plain),
    ("CHANGE", "change", Form::Plain),
    (">REQUESTS", "requests", Form::Plain),
    ("~NOT KNOWN YET", "unknown", Form::Plain),
];

const EXITS: &str = "Exit codes: 0 something of it runs or goes on by itself, 16 it waits for a login, 4 for what the site \
asks of a person, 1 it is paused.";

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
    /// Take all of it now, also outside its hours; says why when nothing begins
    #[command(after_help = EXITS)]
    Run {
        /// Which target
        name: String,
    },
    /// Stop its rounds at their next page; `resume` lets them go on there
    Pause {
        /// Which target
        name: String,
    },
    /// Resume it, at once
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
        let hand =
            async |name: &str, act: &str| reach.ask("POST", &format!("{}/{act}", path(name)?), Some(json!({}))).await;
        match self {
            Self::List => Ok(listed(reach.ask("GET", "/api/v1/targets", None).await?, now)),
            Self::Show { name } => Ok(listed(reach.ask("GET", &path(name)?, None).await?, now)),
            Self::Run { name } => Ok(ran(hand(name, "run").await?)),
            Self::Pause { name } => {
                let told = hand(name, "pause").await?;
                let said = format!("`{name}` is paused; rounds that run stop at their next page and keep their place");
                Ok(Answer::done(told, said))
            }
            Self::Resume { name } => Ok(Answer::done(hand(name, "resume").await?, format!("`{name}` goes on"))),
        }
    }
}

/// The path of a target; a name that no target can have is refused.
fn path(name: &str) -> Result<String, Failure> {
    if is_only_dots(name) {
        return Err(Failure::usage(format!("no target can have the name `{name}`: see `radard target list`")));
    }
    Ok(format!("/api/v1/targets/{}", encode(name)))
}

/// How something that is taken stands: its state, and how far its round is.
fn stands(take: &Value) -> String {
    let text = |name: &str| take.get(name).and_then(Value::as_str);
    let state = text("state").unwrap_or_default();
    let state = match (state, text("waits_for")) {
        ("needs_person", Some("login")) => "needs a login",
        ("needs_person", _) => "needs a person",
        ("waiting", Some("network")) => "waits for the network",
        ("waiting", Some("lane")) => "waits, its lane is paused",
        ("waiting", Some("posts")) => "waits for the posts",
        (other, _) => other,
    };
    let page = take.get("page").and_then(Value::as_u64);
    let page = page.filter(|page| *page > 1 || state == "running");
    match (page, take.get("pages_about").and_then(Value::as_u64)) {
        (Some(page), Some(about)) => format!("{state}, page {page} of about {about}"),
        (Some(page), None) => format!("{state}, page {page}"),
        (None, _) => state.to_owned(),
    }
}

/// When something happens next: a request of the round that is under way, else the next round.
fn next(take: &Value) -> Value {
    let moment = |name: &str| take.get(name).filter(|at| at.is_i64()).cloned();
    let is_under_way = take.get("page").is_some_and(Value::is_u64);
    let next = moment("next_request_at").or_else(|| moment("next_at").filter(|_| !is_under_way));
    next.unwrap_or_default()
}

/// What the order to run a target came to, a line for each thing that is taken of it.
fn ran(told: Value) -> Answer {
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(clean);
    let takes = told.get("takes").and_then(Value::as_array).into_iter().flatten();
    let lines = takes.map(|take| {
        let advice = text(take, "do").map(|advice| format!("\n  do: {advice}")).unwrap_or_default();
        let [what, said] = ["take", "told"].map(|name| text(take, name).unwrap_or_default());
        format!("{what}: {said}{advice}")
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    let stuck: Option<Class> = text(&told, "stuck").and_then(|class| class.parse().ok());
    match stuck {
        None => Answer::done(told, lines),
        Some(class) => Answer::shown(told, lines).exit(Exit::of_class(class)),
    }
}

/// A row for each thing that is taken of each target.
fn listed(page: Value, now: Millis) -> Answer {
    let targets = page.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let rows = targets.iter().flat_map(|target| {
        let name = target.get("name").cloned().unwrap_or_default();
        let takes = target.get("takes").and_then(Value::as_array).cloned().unwrap_or_default();
        takes.into_iter().map(move |mut take| {
            let (stands, next) = (stands(&take), next(&take));
            if let Some(fields) = take.as_object_mut() {
                fields.insert("target".to_owned(), name.clone());
                fields.insert("stands".to_owned(), stands.into());
                fields.insert("next".to_owned(), next);
            }
            take
        })
    });
    let rows = json!({"items": rows.collect::<Vec<_>>()});
    let shown = show(rows, COLUMNS, now).told(page);
    if targets.is_empty() {
        return shown.note("a running radard takes targets over from queue.toml as soon as it is saved");
    }
    shown
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
            let plan = match reach.call("GET", "/api/v1/plan", None).await? {
                (200..=299, plan) => plan,
                // As `radard check` ends for the same mistake.
                (400, refused) => return Err(Failure::of_answer(400, refused).exit(Exit::Config)),
                (status, failed) => return Err(Failure::of_answer(status, failed)),
            };
            let is_empty = plan.get("items").and_then(Value::as_array).is_none_or(Vec::is_empty);
            let same = plan.get("same").and_then(Value::as_u64).unwrap_or(0);
            let note = format!("targets that stay as they are: {same}{}", cost(&plan));
            let warnings = plan.get("warnings").and_then(Value::as_array).into_iter().flatten();
            let note = std::iter::once(note).chain(warnings.map(warn)).collect::<Vec<_>>().join("\n");
            let answer = show(plan, CHANGES, now).note(note);
            Ok(if self.exit_code && !is_empty { answer.exit(Exit::Changes) } else { answer })
        })
        .await
    }
}

/// A warning with its place and what to do.
fn warn(warning: &Value) -> String {
    let text = |name: &str| warning.get(name).and_then(Value::as_str).map(clean).unwrap_or_default();
    let number = |name: &str| warning.get(name).and_then(Value::as_u64).map(|n| format!(":{n}")).unwrap_or_default();
    let place = format!("{}{}{}", text("file"), number("line"), number("column"));
    format!("warning: {place}  {}\n  do: {}", text("message"), text("advice"))
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
    format!("\nthe first rounds take {bound}{} and {span}{limit}", counted(requests, "request"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::out::Out;
    use crate::cli::reach::tests::{answering, asked};

    const PERSON: Out = Out { json: false, quiet: false, color: false };
    const NOW: Millis = Millis(10_000_000);

    #[tokio::test]
    async fn a_listing_tells_how_far_a_round_is_and_what_it_waits_for() {
        let take = |take: &str, more: Value| {
            let mut row = json!({"take": take, "profile": "main", "next_at": 12_000_000, "found": null, "fresh": null});
            row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            row
        };
        let takes = [
            take("comments", json!({"state": "waiting", "phase": "waiting", "waits_for": "posts", "page": null})),
            take(
                "likes",
                json!({"state": "needs_person", "waits_for": "login", "page": 1, "class": "auth", "said": "log in"}),
            ),
            take(
                "music",
                json!({"state": "waiting", "waits_for": "network", "page": 3, "next_request_at": 10_060_000}),
            ),
            take(
                "posts",
                json!({"state": "running", "waits_for": "rate_limit", "page": 12, "pages_about": 154, "next_request_at": 10_008_000}),
            ),
            take(
                "profile",
                json!({"state": "ok", "phase": "resting", "page": null, "class": "ok", "found": 1, "fresh": 0}),
            ),
        ];
        let (reach, _) = answering(200, json!({"items": [{"name": "c", "takes": takes}]}));
        let answer = TargetCommand::List.ask(&reach, NOW).await.unwrap();
        insta::assert_snapshot!(answer.to_stdout(PERSON), @r"
        TARGET  TAKES     STATE                          AS    NEXT       LAST  CLASS  FOUND  NEW  SAID
        c       comments  waits for the posts            main  in 33 min
        c       likes     needs a login                  main                   auth               log in
        c       music     waits for the network, page 3  main  in 60 s
        c       posts     running, page 12 of about 154  main  in 8 s
        c       profile   ok                             main  in 33 min        ok         1    0
        ");
    }

    #[tokio::test]
    async fn an_order_to_run_says_why_nothing_runs_and_ends_with_the_code_of_it() {
        for (stuck, code) in [(Value::Null, 0), (json!("auth"), 16), (json!("risk"), 4), (json!("local"), 1)] {
            let told = json!({"target": "c", "jobs": [], "stuck": stuck, "takes": [
                {"take": "likes", "told": "waits for a login, page 1", "do": "run `radard profile login main`"},
                {"take": "posts", "told": "running, page 3", "do": null}]});
            let (reach, log) = answering(200, told.clone());
            let answer = TargetCommand::Run { name: "c".to_owned() }.ask(&reach, NOW).await.unwrap();
            assert_eq!(asked(&log), ["POST /api/v1/targets/c/run {}"]);
            assert_eq!(answer.code().code(), code);
            let text =
                "likes: waits for a login, page 1\n  do: run `radard profile login main`\nposts: running, page 3";
            assert_eq!(answer.to_stdout(PERSON), text);
            assert_eq!(answer.to_stdout(Out { json: true, ..PERSON }), told.to_string());
        }
    }
}
