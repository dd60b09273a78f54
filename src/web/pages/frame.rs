//! The frame around every page: its head, the navigation, its foot.
//!
//! A page of the navigation is an [`Entry`]: a path, a name and its routes. All of them stand in one list, which the
//! router hands to each request; so the frame draws the navigation without knowing the pages.
//!
//! A page reads the store once. What changed on it since is refreshed by `page.js`: it asks for the page again every
//! few seconds and replaces the elements with a `data-part` that differ. Without a script the whole page reloads.

use askama::Template;
use axum::Router;
use axum::extract::{Extension, FromRequestParts};
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};

use super::pieces::alarms::waits_for_person;
use super::pieces::moment::clock;
use crate::advice;
use crate::config::Language;
use crate::domain::Millis;
use crate::domain::time::roughly;
use crate::store::{self, Tx, Work, alarms};
use crate::web::app::App;
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::words::{fill, words};

words! {
    lang: "en";
    product: "radard";
    pages: "Pages";
    sign_out: "Sign out";
    node: "node";
    version: "version";
    up: "up";
    skip: "Skip to the content";
    old: "radard does not answer, or cannot read its database. This page shows how things were at {n}.";
}

/// A page of the navigation.
pub(in crate::web) struct Entry {
    /// Where it is; what stands below this path belongs to it, too.
    pub(in crate::web) path: &'static str,
    /// Its name in the navigation.
    pub(in crate::web) name: fn(Language) -> &'static str,
    /// The routes of the page, of the pages below it, and of its forms.
    pub(in crate::web) routes: fn() -> Router<App>,
    /// The number beside its name: how many things on it wait for a person.
    pub(in crate::web) count: Option<fn(&Waiting) -> usize>,
}

/// What waits for a person.
pub(in crate::web) struct Waiting {
    /// Open alarms that are more than a notice and that nobody acknowledged.
    pub(in crate::web) alarms: usize,
}

/// What a page reads, and the frame around it.
pub(in crate::web) struct Seen<T> {
    pub(in crate::web) frame: Frame,
    /// The moment at which it was read.
    pub(in crate::web) now: Millis,
    pub(in crate::web) shown: T,
}

/// The pages of the navigation, as the router hands them to each request.
pub(in crate::web) type Entries = &'static [Entry];

/// The request of a page: the frame is drawn from it.
pub(in crate::web) struct Here {
    pub(in crate::web) app: App,
    entries: Entries,
    path: String,
}

impl FromRequestParts<App> for Here {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let entries = Extension::<Entries>::from_request_parts(parts, app).await;
        let entries: Entries = entries.map_or(&[], |Extension(entries)| entries);
        Ok(Self { app: app.clone(), entries, path: parts.uri.path().to_owned() })
    }
}

impl Here {
    /// Reads what a page shows, by `look`, and what its frame shows, at one moment.
    pub(in crate::web) async fn read<T, F>(&self, look: F) -> Result<Seen<T>, Refusal>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<T, store::Error>> + Send + 'static,
    {
        let seen = self.app.store().read::<_, store::Error, _>(|tx| {
            Box::pin(async move {
                let shown = look(tx).await?;
                Ok((tx.now(), alarms::open(tx).await?, shown))
            })
        });
        let (now, open, shown) = seen.await?;
        let waiting = Waiting { alarms: open.iter().filter(|alarm| waits_for_person(alarm)).count() };
        Ok(Seen { frame: self.frame(now, &waiting), now, shown })
    }

    fn frame(&self, now: Millis, waiting: &Waiting) -> Frame {
        let frame = Frame::bare();
        let foot = Foot {
            version: env!("CARGO_PKG_VERSION"),
            node: self.app.queue().rules().node.clone(),
            up: roughly(self.app.parts().ambient.clock.steady()),
            now: clock(now),
        };
        let links = self.entries.iter().map(|entry| Link {
            path: entry.path,
            name: (entry.name)(Language::En),
            is_here: self.is_below(entry.path),
            is_itself: self.path == entry.path,
            count: entry.count.map(|count| count(waiting)).filter(|count| *count > 0),
        });
        Frame { links: links.collect(), old: fill(frame.t.old, &foot.now), foot: Some(foot), ..frame }
    }

    fn is_below(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The head, the navigation and the foot of a page.
pub(in crate::web) struct Frame {
    pub(in crate::web) t: &'static Words,
    pub(in crate::web) style: &'static str,
    pub(in crate::web) icon: &'static str,
    pub(in crate::web) script: &'static str,
    pub(in crate::web) home: &'static str,
    pub(in crate::web) leave: &'static str,
    /// The navigation; empty for those who are not signed in.
    pub(in crate::web) links: Vec<Link>,
    /// What is said when the page cannot be refreshed.
    pub(in crate::web) old: String,
    /// What the foot of the page tells to those who are signed in.
    pub(in crate::web) foot: Option<Foot>,
}

/// A line of the navigation.
pub(in crate::web) struct Link {
    pub(in crate::web) path: &'static str,
    pub(in crate::web) name: &'static str,
    /// It is this page, or one above it.
    pub(in crate::web) is_here: bool,
    pub(in crate::web) is_itself: bool,
    /// How much waits there for a person.
    pub(in crate::web) count: Option<usize>,
}

/// Which build runs where, since when.
pub(in crate::web) struct Foot {
    pub(in crate::web) version: &'static str,
    pub(in crate::web) node: String,
    pub(in crate::web) up: String,
    pub(in crate::web) now: String,
}

impl Frame {
    /// The frame for somebody who is not signed in.
    pub(in crate::web) fn bare() -> Self {
        Self {
            t: Words::of(Language::En),
            style: paths::style(),
            icon: paths::icon(),
            script: paths::script(),
            home: paths::HOME,
            leave: paths::LEAVE,
            links: Vec::new(),
            old: String::new(),
            foot: None,
        }
    }
}

/// The pieces of a sentence, and which of them stood in backticks. One that is never closed is none.
pub(in crate::web) fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let marks = text.matches('`').count();
    text.split('`').enumerate().map(move |(at, piece)| (at % 2 == 1 && at < marks, piece))
}

/// Turns a page into an answer.
pub(in crate::web) fn answer(page: &impl Template) -> Result<Response, Refusal> {
    match page.render() {
        Ok(text) => Ok(Html(text).into_response()),
        Err(error) => Err(Refusal::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            crate::domain::Class::Local,
            format!("cannot draw the page: {error}"),
            advice::store::bug(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_backticks_is_code_and_a_stray_one_is_not() {
        let code = |text| pieces(text).filter(|(code, _)| *code).map(|(_, piece)| piece.to_owned()).collect::<Vec<_>>();
        assert_eq!(code("run `a` or `b`"), ["a", "b"]);
        assert_eq!(code("run `a` or `b"), ["a"]);
        assert!(code("it`s").is_empty() && code("").is_empty());
    }
}
