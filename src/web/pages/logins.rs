//! Logins: each profile with the login that is in use, how the last check of it ended, and when the next one comes.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::frame::{Entry, Frame, Here, answer};
use super::pieces::moment::Moment;
use crate::config::Language;
use crate::domain::{Class, Millis};
use crate::session::{self, Overview};
use crate::store::captures::Standing;
use crate::web::app::App;
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::words::{fill, words};

words! {
    title: "Logins";
    none: "No profile is set up. Add a `[profile.NAME]` to `radard.toml`, or import a login with `radard profile import`.";
    profile: "Profile";
    state: "State";
    active: "logged in";
    unproved: "not checked yet";
    stopped: "needs you";
    no_login: "no login";
    expired: "cookie expired";
    proved: "Last good check";
    next: "Next check";
    ends: "Cookie ends";
    source: "From";
    to_do: "To do";
    log_in: "Run `radard profile login {n}`, or `radard profile import {n} FILE` with cookies from your browser.";
}

pub(in crate::web) const ENTRY: Entry =
    Entry { path: paths::LOGINS, name: |language| Words::of(language).title, routes, count: None };

fn routes() -> Router<App> {
    Router::new().route(paths::LOGINS, get(show))
}

#[derive(Template)]
#[template(path = "logins.html")]
struct Page {
    frame: Frame,
    t: &'static Words,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    platform: &'static str,
    /// Class and word.
    state: (&'static str, &'static str),
    proved: Option<Moment>,
    next: Option<Moment>,
    ends: Option<Moment>,
    source: String,
    class: Option<Class>,
    said: Option<String>,
    advice: Option<String>,
}

async fn show(here: Here) -> Result<Response, Refusal> {
    let profiles = here.app.parts().profiles.by_hand().list().await?;
    let seen = here.read(|_| Box::pin(async { Ok(()) })).await?;
    let t = Words::of(Language::En);
    let with_login = profiles.iter().filter(|it| session::rules(it.profile.platform).is_some());
    let rows = with_login.map(|profile| row(t, profile, seen.now)).collect();
    answer(&Page { frame: seen.frame, t, rows })
}

fn row(t: &'static Words, Overview { profile, active, last, next_at, .. }: &Overview, now: Millis) -> Row {
    let seen = |at: i64| Moment::seen(at, now);
    let state = match active {
        None if last.as_ref().is_some_and(|it| it.standing == Standing::Waiting) => ("queued", t.unproved),
        None => ("dead", t.no_login),
        Some(login) if login.class.is_some_and(session::is_no) => ("dead", t.stopped),
        Some(login) if login.ends_at.is_some_and(|at| at <= now.0) => ("dead", t.expired),
        Some(_) => ("done", t.active),
    };
    let needs_login = state.0 == "dead";
    let last = last.as_ref().filter(|login| login.class.is_some_and(|class| class != Class::Ok));
    Row {
        name: profile.name.clone(),
        platform: profile.platform.as_str(),
        state,
        proved: active.as_ref().and_then(|login| login.proved_at).map(seen),
        next: next_at.map(|at| seen(at.0)),
        ends: active.as_ref().and_then(|login| login.ends_at).map(seen),
        source: active.as_ref().map_or_else(String::new, |login| login.source.clone()),
        class: last.and_then(|login| login.class),
        said: last.and_then(|login| login.said.clone()),
        advice: needs_login.then(|| fill(t.log_in, &profile.name)),
    }
}
