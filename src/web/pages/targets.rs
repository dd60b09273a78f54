//! Every target: what is taken of it, how it stands, when it is next.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use super::frame::{Entry, Frame, Here, Seen, answer};
use super::pieces::takes::Takes;
use super::target;
use crate::config::Language;
use crate::target::{Standing, standing};
use crate::web::app::App;
use crate::web::input::{Asked, blank};
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::words::{fill, words};

words! {
    title: "Targets";
    none: "No target is followed yet. Write what you want to follow into `queue.toml`; radard reads it as soon as it is saved.";
    none_named: "No target has `{n}` in its name.";
    name: "Name contains";
    search: "Search";
    page_of: "Targets {n} of {m}";
    before: "Before";
    after: "More";
}

/// Targets on one page.
const TARGETS: usize = 50;

pub(in crate::web) const ENTRY: Entry =
    Entry { path: paths::TARGETS, name: |language| Words::of(language).title, routes, count: None };

fn routes() -> Router<App> {
    Router::new()
        .route(paths::TARGETS, get(show))
        .route("/targets/{name}", get(target::show))
        .route("/targets/{name}/{act}", post(target::act))
}

/// Which targets are shown.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Those with this in their name.
    #[serde(default)]
    name: String,
    /// From which on.
    #[serde(default, deserialize_with = "blank")]
    from: Option<usize>,
}

#[derive(Template)]
#[template(path = "targets.html")]
struct Page {
    frame: Frame,
    t: &'static Words,
    takes: Takes,
    name: String,
    /// Why there is none.
    empty: Option<String>,
    /// Which are shown, of how many.
    place: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

async fn show(here: Here, Asked(wanted): Asked<Wanted>) -> Result<Response, Refusal> {
    let (pace, served) = (here.app.parts().pace.clone(), here.app.parts().served.clone());
    let seen = here.read(move |tx| Box::pin(async move { standing(tx, &served, Some(&pace), None).await }));
    answer(&page(seen.await?, wanted))
}

fn page(seen: Seen<Vec<Standing>>, Wanted { name, from }: Wanted) -> Page {
    let Seen { frame, now, shown: mut all } = seen;
    let t = Words::of(Language::En);
    let has_any = !all.is_empty();
    all.retain(|standing| standing.target.name.to_lowercase().contains(&name.to_lowercase()));
    // What a person should see to comes first.
    all.sort_by_key(|standing| standing.takes.iter().map(|taken| taken.state).min());
    let from = from.filter(|from| *from < all.len()).unwrap_or(0);
    let to = all.len().min(from.saturating_add(TARGETS));
    let link = |from: usize| format!("{}?name={}&from={from}", paths::TARGETS, paths::encode(&name));
    let empty = match (all.is_empty(), has_any) {
        (true, true) => Some(fill(t.none_named, &name)),
        (true, false) => Some(t.none.to_owned()),
        (false, _) => None,
    };
    let is_part = from > 0 || to < all.len();
    let place = is_part.then(|| fill(t.page_of, &format!("{}–{to}", from + 1)).replace("{m}", &all.len().to_string()));
    Page {
        t,
        takes: Takes::of(all.get(from..to).unwrap_or_default(), |_| true, now),
        empty,
        place,
        before: (from > 0).then(|| link(from.saturating_sub(TARGETS))),
        after: (to < all.len()).then(|| link(to)),
        name,
        frame,
    }
}
