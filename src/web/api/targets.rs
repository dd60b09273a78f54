//! What is kept up to date over the API: how it stands, what a saved queue file would change, and a hand on it.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::listing::{Listing, whole};
use crate::crawl::Forgotten;
use crate::domain::time::span_millis;
use crate::domain::{Class, Millis};
use crate::store::copies::Holding;
use crate::target::{Change, Cost, Foreseen, NEVER, Ran, Standing, Taken, WaitsFor};
use crate::web::app::App;
use crate::web::input::{Body, Named};
use crate::web::refusal::Refusal;

pub(super) async fn list(State(app): State<App>) -> Result<Json<Listing<Value>>, Refusal> {
    shown(&app, None).await
}

pub(super) async fn find(State(app): State<App>, Named(name): Named<String>) -> Result<Json<Listing<Value>>, Refusal> {
    shown(&app, Some(name)).await
}

async fn shown(app: &App, name: Option<String>) -> Result<Json<Listing<Value>>, Refusal> {
    Ok(whole(app.parts().targets.list(name).await?.iter().map(standing_shown).collect()))
}

pub(super) async fn plan(State(app): State<App>) -> Result<Json<Value>, Refusal> {
    Ok(Json(foreseen(&app.parts().targets.plan().await?)))
}

pub(super) async fn run(State(app): State<App>, Named(name): Named<String>) -> Result<Json<Value>, Refusal> {
    Ok(Json(ran_shown(&app.parts().targets.run(&name).await?, app.store().now())))
}

/// That a target is held back, or goes on.
#[derive(Debug, Serialize)]
pub(super) struct Held {
    target: String,
    is_paused: bool,
}

pub(super) async fn pause(State(app): State<App>, Named(name): Named<String>) -> Result<Json<Held>, Refusal> {
    hold(&app, name, true).await
}

pub(super) async fn resume(State(app): State<App>, Named(name): Named<String>) -> Result<Json<Held>, Refusal> {
    hold(&app, name, false).await
}

async fn hold(app: &App, target: String, is_paused: bool) -> Result<Json<Held>, Refusal> {
    app.parts().targets.hold(&target, is_paused).await?;
    Ok(Json(Held { target, is_paused }))
}

/// Whom to forget.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Whom {
    creator: String,
}

/// What was thrown away, and which copies of the database still hold it; `null` when they are a server's.
#[derive(Debug, Serialize)]
pub(super) struct Forgot {
    #[serde(flatten)]
    forgotten: Forgotten,
    copies: Option<Vec<Holding>>,
}

pub(super) async fn forget(State(app): State<App>, Body(whom): Body<Whom>) -> Result<Json<Forgot>, Refusal> {
    let (forgotten, copies) = app.parts().forgetter.forget(&whom.creator).await?;
    Ok(Json(Forgot { forgotten, copies }))
}

/// A target as the API shows it.
pub fn standing_shown(standing: &Standing) -> Value {
    let said: Value = serde_json::from_str(&standing.target.said).unwrap_or_default();
    let takes: Vec<Value> = standing.takes.iter().map(taken).collect();
    json!({
        "name": standing.target.name, "is_paused": standing.is_paused, "said": said,
        "subject": standing.target.subject, "takes": takes,
    })
}

fn taken(taken: &Taken) -> Value {
    let Taken { course, outlook, state, .. } = taken;
    let next_at = Some(course.next_at).filter(|at| *at != NEVER.0);
    let (found, fresh) = course.last_counts().unzip();
    json!({
        "take": course.take, "state": state.as_str(), "profile": course.profile, "next_at": next_at,
        "phase": outlook.phase.as_str(), "page": outlook.page, "pages_about": outlook.pages_about,
        "waits_for": outlook.waits_for.map(WaitsFor::as_str), "next_request_at": outlook.next_request_at,
        "ended_at": course.ended_at, "class": outlook.class.map(Class::as_str), "said": outlook.said,
        "found": found, "fresh": fresh, "rounds": course.rounds, "yielded_at": course.yielded_at,
        "silent_at": course.silent_at, "full_at": course.full_at, "job": course.job,
        "doubted_at": course.doubted_at,
    })
}

/// What became of the order to run a target, as the API shows it.
pub fn ran_shown(ran: &Ran, now: Millis) -> Value {
    let take = |one: &Taken| {
        let mut shown = taken(one);
        if let Some(fields) = shown.as_object_mut() {
            fields.insert("told".to_owned(), ran.told(one, now).into());
            fields.insert("do".to_owned(), ran.standing.advice(one).map(String::from).into());
        }
        shown
    };
    let takes: Vec<Value> = ran.standing.takes.iter().map(take).collect();
    let class = ran.stuck().map(Class::as_str);
    json!({"v": 1, "target": ran.standing.target.name, "jobs": ran.jobs, "takes": takes, "stuck": class})
}

fn foreseen(foreseen: &Foreseen) -> Value {
    let Foreseen { plan, costs, warnings, at } = foreseen;
    let item = |(name, change): (&String, &Change)| {
        let Cost { requests, unknown } = costs.of.get(name).cloned().unwrap_or_default();
        json!({"target": name, "change": change, "requests": requests, "unknown": unknown})
    };
    let items: Vec<_> = plan.changes.iter().map(item).collect();
    let lanes =
        costs.until.iter().map(|(profile, (at, limit))| json!({"profile": profile, "until": at, "limit": limit}));
    let span = costs.until().map_or(0, |until| span_millis(until.since(*at)));
    json!({
        "v": 1, "items": items, "same": plan.same, "requests": costs.requests(), "duration_ms": span,
        "profiles": lanes.collect::<Vec<_>>(), "warnings": warnings, "next": null,
    })
}
