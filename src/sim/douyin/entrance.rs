//! The way in: a page with a code that somebody scans with the app, and the login that this browser has then.
//!
//! Scanning is done over control: whoever knows what the code says, confirms it.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::{Color, QrCode};
use serde_json::json;

use super::state::Stand;
use crate::sim::media::png;
use crate::sim::reply::json_reply;
use crate::sim::seed::Dice;

/// Pixels of a module of the code, and modules of white around it.
const MODULE: usize = 6;
const QUIET: usize = 4;

/// `GET /`: the page, with a code of its own for each visit.
pub(super) async fn page(State(stand): State<Stand>) -> Response {
    let world = &stand.world;
    let count = world.next_token();
    let token = format!("{:032x}", u128::from(Dice::of(world.seed, &format!("code/{count}")).key()));
    let text = format!("https://www.douyin.com/passport/scan/?token={token}");
    let mark = format!("1%7C{:043x}%7C0%7C0", u128::from(Dice::of(world.seed, &format!("mark/{count}")).key()));
    stand.give_mark(mark.clone());
    let picture = STANDARD.encode(draw(&text));
    stand.codes.with(|codes| codes.insert(text, false));
    let page = include_str!("entrance.html").replace("<!-- code -->", &picture).replace("<!-- token -->", &token);
    let cookie = format!("ttwid={mark}; Path=/; Max-Age=31536000; HttpOnly");
    ([(CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (SET_COOKIE, cookie)], page).into_response()
}

/// What the page asks.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Asked {
    token: String,
}

/// `GET /passport/web/check_qr/`: whether the code was scanned; then the login comes with the answer.
pub(super) async fn check(State(stand): State<Stand>, Query(asked): Query<Asked>) -> Response {
    let text = format!("https://www.douyin.com/passport/scan/?token={}", asked.token);
    match stand.codes.with(|codes| codes.get(&text).copied()) {
        None => json_reply(StatusCode::OK, &json!({"status": "expired"})),
        Some(false) => json_reply(StatusCode::OK, &json!({"status": "new"})),
        Some(true) => {
            let mut reply = json_reply(StatusCode::OK, &json!({"status": "confirmed"}));
            for pair in stand.cast.login().split("; ") {
                let cookie = format!("{pair}; Path=/; Max-Age=5184000; HttpOnly");
                if let Ok(cookie) = cookie.try_into() {
                    reply.headers_mut().append(SET_COOKIE, cookie);
                }
            }
            reply
        }
    }
}

/// A code as a picture.
fn draw(text: &str) -> Vec<u8> {
    let Ok(code) = QrCode::new(text) else { return Vec::new() };
    let (modules, colours) = (code.width(), code.to_colors());
    let at = |pixel: usize| (pixel / MODULE).checked_sub(QUIET).filter(|module| *module < modules);
    png((modules + 2 * QUIET) * MODULE, |x, y| {
        let module = at(x).zip(at(y)).and_then(|(x, y)| colours.get(y * modules + x));
        module == Some(&Color::Dark)
    })
}
