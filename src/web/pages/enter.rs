//! Signing a browser in by a link that works once, and out again.
//!
//! Opening the link only shows a button. Chat programs and mail scanners open every link they see; what uses this one
//! up is the button's form.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::frame::{Frame, answer};
use crate::config::Language;
use crate::web::app::App;
use crate::web::refusal::Refusal;
use crate::web::words::words;
use crate::web::{auth, door, paths, token};

words! {
    title: "Sign in to radard";
    text: "This link works once and for ten minutes. It signs this browser in for seven days, or until it has not been used for twelve hours.";
    button: "Sign in";
    used_title: "This link no longer works";
    used_text: "It was used before, or it is older than ten minutes.";
    new_link: "Run `radard open` on the machine where radard runs. It prints a new link that works once.";
}

#[derive(Template)]
#[template(path = "enter.html")]
struct Page {
    frame: Frame,
    t: &'static Words,
    /// Where the button leads; nothing when the link was used.
    link: Option<String>,
}

pub(in crate::web) async fn show(Path(link): Path<String>) -> Result<Response, Refusal> {
    if !token::is_token(&link) {
        return no_link();
    }
    answer(&Page { frame: Frame::bare(), t: Words::of(Language::En), link: Some(paths::enter(&link)) })
}

/// What opens nothing: it was used, has expired, or never was a link.
fn no_link() -> Result<Response, Refusal> {
    let mut page = answer(&Page { frame: Frame::bare(), t: Words::of(Language::En), link: None })?;
    *page.status_mut() = StatusCode::GONE;
    Ok(page)
}

pub(in crate::web) async fn enter(
    State(app): State<App>,
    Path(link): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let visit = auth::enter(&app, &link).await?;
    let cookie = visit.and_then(|visit| door::visit_cookie(&headers, &visit));
    let Some(cookie) = cookie else {
        return no_link();
    };
    tracing::info!("A browser signed in with a one-time link");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(paths::HOME)).into_response())
}

pub(in crate::web) async fn leave(State(app): State<App>, headers: HeaderMap) -> Result<Response, Refusal> {
    if let Some(visit) = door::visit(&headers) {
        auth::leave(&app, visit).await?;
    }
    let mut answer = Redirect::to(paths::HOME).into_response();
    if let Some(cookie) = door::no_visit_cookie(&headers) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}
