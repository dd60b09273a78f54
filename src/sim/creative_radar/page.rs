//! The pages: one that asks for a list as soon as it is open, the login that it leads to, and the challenge.

use axum::Extension;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};

use super::state::Stand;
use crate::domain::Class;
use crate::sim::reply::Spoil;
use crate::sim::seed::Dice;

/// `GET /business/creativecenter/…`: where a session is lost it leads to the login, where there is a risk to a challenge,
/// where it is retired to the newer page; spoilt by `schema`, it never asks for anything, by `private` it shows a
/// challenge in its own place.
pub(super) async fn answer(State(stand): State<Stand>, Extension(spoil): Extension<Spoil>) -> Response {
    let lead = |place: &'static str| (StatusCode::FOUND, [(LOCATION, place)]).into_response();
    match spoil.0 {
        Some(Class::Auth) => return lead("/login?redirect=creativecenter"),
        Some(Class::Risk) => return lead("/verify/slide"),
        Some(Class::Gone) => return lead("/creative/creativeCenter/trends/hashtag"),
        _ => {}
    }
    show(&stand, "center", spoil)
}

/// `GET /creative/creativeCenter/trends/hashtag`: the page that takes its place.
pub(super) async fn newer(State(stand): State<Stand>, Extension(spoil): Extension<Spoil>) -> Response {
    let lead = |place: &'static str| (StatusCode::FOUND, [(LOCATION, place)]).into_response();
    match spoil.0 {
        Some(Class::Auth) => lead("/login?redirect=creativecenter"),
        Some(Class::Risk) => lead("/verify/slide"),
        _ => show(&stand, "hashtags", spoil),
    }
}

/// A page with the script that asks for its list; spoilt by `schema`, without.
fn show(stand: &Stand, script: &str, spoil: Spoil) -> Response {
    let count = stand.world.next_token();
    let mark = Dice::of(stand.world.seed, &format!("creative_radar/{count}"));
    let set = |name: &str, value: &str, more: &str| (SET_COOKIE, format!("{name}={value}; Path=/{more}"));
    let cookies: [(HeaderName, String); 2] =
        [set("ttwid", &format!("1%7C{:016x}", mark.key()), "; HttpOnly; Max-Age=31536000"), set("lang_type", "en", "")];
    let scripts = format!("<script src=\"/static/md5.js\"></script><script src=\"/static/{script}.js\"></script>");
    let scripts = match spoil.0 {
        Some(Class::Schema) => "",
        Some(Class::Private) => "<div class=\"captcha_verify_container\">Please slide to verify</div>",
        _ => scripts.as_str(),
    };
    let text = include_str!("center.html").replace("<!-- script -->", scripts);
    let mut reply = shown(text);
    for (name, value) in cookies {
        if let Ok(value) = value.try_into() {
            reply.headers_mut().append(name, value);
        }
    }
    reply
}

/// `GET /login`.
pub(super) async fn login() -> Response {
    shown("<!doctype html><title>Log in</title><h1>Log in to TikTok Ads</h1>".to_owned())
}

/// `GET /verify/slide`.
pub(super) async fn challenge() -> Response {
    shown("<!doctype html><title>Security check</title><div id=captcha>Please slide to verify</div>".to_owned())
}

fn shown(text: String) -> Response {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
}
