//! Alarms: those that are open, and those that are over.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::frame::{Entry, Frame, Here, Seen, answer};
use super::pieces::alarms::Cards;
use crate::advice;
use crate::config::Language;
use crate::domain::AlarmId;
use crate::store;
use crate::store::alarms;
use crate::web::app::App;
use crate::web::input::{Asked, Named, blank};
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::words::words;

words! {
    title: "Alarms";
    now_open: "Open";
    over: "Over";
    none_over: "None.";
    older: "Older";
}

/// Alarms that are read for one page of those that are over.
const ROWS: u32 = 30;

pub(in crate::web) const ENTRY: Entry = Entry {
    path: paths::ALARMS,
    name: |language| Words::of(language).title,
    routes,
    count: Some(|waiting| waiting.alarms),
};

fn routes() -> Router<App> {
    Router::new().route(paths::ALARMS, get(show)).route("/alarms/{id}/ack", post(ack))
}

/// Which alarms that are over are shown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Those older than this one.
    #[serde(default, deserialize_with = "blank")]
    before: Option<AlarmId>,
}

#[derive(Template)]
#[template(path = "alarms.html")]
struct Page {
    frame: Frame,
    t: &'static Words,
    open: Cards,
    over: Cards,
    older: Option<String>,
}

async fn show(here: Here, Asked(Wanted { before }): Asked<Wanted>) -> Result<Response, Refusal> {
    let seen = here.read(move |tx| {
        Box::pin(async move {
            let open = alarms::open(tx).await?;
            Ok::<_, store::Error>((open, alarms::closed(tx, before, ROWS + 1).await?))
        })
    });
    let Seen { frame, now, shown: (open, mut all) } = seen.await?;
    let rows = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let has_more = all.len() > rows;
    all.truncate(rows);
    let older = all.last().filter(|_| has_more).map(|alarm| format!("{}?before={}", paths::ALARMS, alarm.id));
    let t = Words::of(Language::En);
    answer(&Page { frame, t, open: Cards::open(open, now), over: Cards::of(all, now), older })
}

async fn ack(State(app): State<App>, Named(id): Named<AlarmId>) -> Result<Redirect, Refusal> {
    if app.store().write::<_, store::Error, _>(move |tx| Box::pin(alarms::ack(tx, id))).await? {
        return Ok(Redirect::to(paths::ALARMS));
    }
    Err(Refusal::absent(format!("there is no alarm {id}"), advice::web::alarm_closed()))
}
