//! Limits: which lanes wait or are closed and when they are done, and the rules that all requests obey.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};

use super::frame::{Entry, Frame, Here, Seen, answer};
use super::pieces::moment::{Moment, number};
use crate::config::{KeyedBy, Language, PaceRule};
use crate::domain::Millis;
use crate::domain::time::write_duration;
use crate::store::gates::Scope;
use crate::web::app::App;
use crate::web::input::Pressed;
use crate::web::lanes::{self, Lane};
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::words::words;

words! {
    title: "Limits";
    intro: "A lane is one login and one kind of request. Its jobs wait here when a limit, a pause or a refusal by the site holds them back.";
    lanes: "Lanes";
    none: "No lane is closed, and no job waits for a limit.";
    lane: "Lane";
    waiting: "Waiting";
    drained: "All sent by";
    state: "State";
    open: "open";
    paused: "paused";
    closed_until: "closed, opens";
    open_now: "Open now";
    pause: "Pause";
    resume: "Resume";
    rules: "Rules from the settings";
    no_rules: "The settings add no rule of their own. `pace` in `radard.toml` holds the limits that always count.";
    rule: "Rule";
    at_most: "At most";
    per: "Within";
    on: "Requests";
    of_all: "all";
    each: "Counted for each";
    account: "login";
    token: "token";
    address: "address";
    endpoint: "kind of request";
}

pub(in crate::web) const ENTRY: Entry =
    Entry { path: paths::LIMITS, name: |language| Words::of(language).title, routes, count: None };

fn routes() -> Router<App> {
    Router::new().route(paths::LIMITS, get(show)).route(paths::LANE, post(pause))
}

#[derive(Template)]
#[template(path = "limits.html")]
struct Page {
    frame: Frame,
    t: &'static Words,
    lanes: Vec<LaneRow>,
    rules: Vec<RuleRow>,
}

struct LaneRow {
    lane: Lane,
    opens: Option<Moment>,
    waiting: String,
    /// When the last of what waits may go, and the limit that makes it take so long.
    drained: Option<(Moment, Option<String>)>,
}

struct RuleRow {
    name: String,
    at_most: u32,
    per: String,
    on: String,
    each: &'static str,
}

async fn show(here: Here) -> Result<Response, Refusal> {
    let pace = here.app.parts().pace.clone();
    let seen = here.read(move |tx| Box::pin(async move { lanes::load(tx, &pace).await }));
    let Seen { frame, now, shown } = seen.await?;
    let t = Words::of(Language::En);
    let lanes = shown.into_iter().filter(|lane| lane.scope == Scope::Lane).map(|lane| row(lane, now)).collect();
    let rules = here.app.parts().current.now().pace_rules.iter().map(|of| rule(t, of)).collect();
    answer(&Page { frame, t, lanes, rules })
}

fn row(lane: Lane, now: Millis) -> LaneRow {
    LaneRow {
        opens: lane.closed_until.map(|at| Moment::seen(at, now)),
        waiting: number(lane.all()),
        drained: lane.forecast.as_ref().map(|told| (Moment::seen(told.drained_at.0, now), told.limit.clone())),
        lane,
    }
}

fn rule(t: &'static Words, PaceRule { name, on, at_most, per, keyed_by }: &PaceRule) -> RuleRow {
    RuleRow {
        name: name.clone(),
        at_most: *at_most,
        per: write_duration(*per),
        on: if on.is_empty() { t.of_all.to_owned() } else { on.join(", ") },
        each: match keyed_by {
            KeyedBy::Account => t.account,
            KeyedBy::Token => t.token,
            KeyedBy::Address => t.address,
            KeyedBy::Endpoint => t.endpoint,
        },
    }
}

async fn pause(State(app): State<App>, Pressed(asked): Pressed<lanes::Pause>) -> Result<Redirect, Refusal> {
    lanes::pause(&app, Scope::Lane, &asked.name, asked.paused).await?;
    Ok(Redirect::to(paths::LIMITS))
}
