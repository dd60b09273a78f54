//! A refusal for a person: one calm page with what happened and what to do.
//!
//! Handlers and doors refuse in one way, for scripts. This layer looks at what goes out: a refusal outside the API
//! becomes a page.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::enter;
use super::frame::{Frame, answer};
use crate::config::Language;
use crate::web::app::App;
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::words::words;

words! {
    stranger_title: "Please sign in";
    stranger_text: "This page is for the people who run radard.";
    refused_title: "This was not allowed";
    absent_title: "There is nothing here";
    conflict_title: "This does not fit any more";
    busy_title: "radard cannot answer right now";
    broken_title: "Something went wrong";
    bad_title: "This could not be read";
    home: "Go to the first page";
}

#[derive(Template)]
#[template(path = "plain.html")]
struct Page {
    frame: Frame,
    title: &'static str,
    text: String,
    advice: String,
    /// The words of a link to the first page, where that is worth one.
    home: Option<&'static str>,
}

/// Shows a person a page where a script would read a refusal.
pub(in crate::web) async fn dress(State(_): State<App>, request: Request, next: Next) -> Response {
    let for_scripts =
        request.uri().path().strip_prefix(paths::API).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let mut plain = next.run(request).await;
    if for_scripts {
        return plain;
    }
    let Some(refusal) = plain.extensions_mut().remove::<Refusal>() else { return plain };
    let Ok(mut page) = answer(&page(&refusal)) else { return plain };
    *page.status_mut() = plain.status();
    if let Some(again) = plain.headers().get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, again.clone());
    }
    page.into_response()
}

fn page(refusal: &Refusal) -> Page {
    let frame = Frame::bare();
    let t = Words::of(Language::En);
    let (title, text) = match refusal.status {
        StatusCode::UNAUTHORIZED => {
            return Page {
                title: t.stranger_title,
                text: t.stranger_text.to_owned(),
                advice: enter::Words::of(Language::En).new_link.to_owned(),
                home: None,
                frame,
            };
        }
        StatusCode::FORBIDDEN => (t.refused_title, &refusal.error),
        StatusCode::NOT_FOUND => (t.absent_title, &refusal.error),
        StatusCode::CONFLICT | StatusCode::GONE => (t.conflict_title, &refusal.error),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE => (t.busy_title, &refusal.error),
        StatusCode::INTERNAL_SERVER_ERROR => (t.broken_title, &refusal.error),
        _ => (t.bad_title, &refusal.error),
    };
    let (text, advice) = (sentence(text), sentence(refusal.r#do.text(Language::En)));
    Page { frame, title, text, advice, home: Some(t.home) }
}

/// An error as a sentence of a page: with a capital and a full stop.
fn sentence(error: &str) -> String {
    let mut letters = error.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let mut text: String = first.chain(letters).collect();
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}
