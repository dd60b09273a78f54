//! `GET /short/{code}/`: short links, which follow from the seed, and those that lead nowhere good.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::state::Stand;
use crate::domain::Class;
use crate::sim::reply::{Content, Source, Spoil, json_reply, server_page};
use crate::sim::seed::Dice;

/// A short link, and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ShortLink {
    /// What stands behind the host.
    pub code: String,
    /// Where it leads.
    pub place: String,
    /// What is there: `user`, `work`, `mix`, `live` or `room`; nothing when it leads nowhere good.
    pub kind: Option<&'static str>,
    /// Its id.
    pub id: String,
}

/// Codes whose links behave badly, and where each leads.
const BAD: [(&str, &str); 6] = [
    // Round and round.
    ("loopAAAA", "https://v.douyin.com/loopBBBB/"),
    ("loopBBBB", "/loopAAAA/"),
    // Off the platform's hosts.
    ("awayAAAA", "https://douyin.com.evil.example/video/7300000000000000001"),
    // A share that is no more: the front page.
    ("deadAAAA", "https://www.douyin.com/"),
    // Inside the house.
    ("innerAAA", "http://169.254.169.254/latest/meta-data"),
    // Nowhere: an answer without a place.
    ("nowhereA", ""),
];

/// The links of a seed: each kind twice, the second by way of another short link; then the bad ones.
pub fn short_links(seed: u64) -> Vec<ShortLink> {
    let kinds: [&'static str; 4] = ["user", "work", "mix", "room"];
    let good = kinds.into_iter().enumerate().flat_map(|(at, kind)| {
        let dice = Dice::of(seed, &format!("short/{kind}"));
        let (id, place) = target(kind, dice);
        let code = |letter: char| format!("{letter}{:06x}{at}", dice.key() & 0xFF_FFFF);
        let direct = ShortLink { code: code('i'), place, kind: Some(kind), id: id.clone() };
        let place = format!("https://v.douyin.com/{}/", direct.code);
        [direct, ShortLink { code: code('j'), place, kind: Some(kind), id }]
    });
    let bad = BAD.map(|(code, place)| (code.to_owned(), place.to_owned()));
    let bad = bad.into_iter().map(|(code, place)| ShortLink { code, place, kind: None, id: String::new() });
    good.chain(bad).collect()
}

/// An id, and the address that a share of it leads to.
fn target(kind: &str, dice: Dice) -> (String, String) {
    let number = format!("7{:018}", dice.key() % 1_000_000_000_000_000_000);
    match kind {
        "user" => {
            let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let tail = dice.bytes(0..43).into_iter().filter_map(|byte| letters.get(usize::from(byte & 63)));
            let id = format!("MS4wLjABAAAA{}", tail.map(|byte| char::from(*byte)).collect::<String>());
            let place =
                format!("https://www.iesdouyin.com/share/user/{}?sec_uid={id}&region=CN", dice.key() % 100_000_000_000);
            (id, place)
        }
        "mix" => (number.clone(), format!("https://www.iesdouyin.com/share/mix/detail/{number}/?region=CN")),
        "room" => (number.clone(), format!("https://webcast.amemv.com/douyin/webcast/reflow/{number}?u_code=0")),
        _ => (number.clone(), format!("https://www.iesdouyin.com/share/video/{number}/?region=CN&mid={number}")),
    }
}

/// Leads on. Whoever brings a cookie is no browser that came from a message.
pub(super) async fn answer(
    State(stand): State<Stand>,
    Path(code): Path<String>,
    Extension(spoil): Extension<Spoil>,
    headers: HeaderMap,
) -> Response {
    let link = short_links(stand.world.seed).into_iter().find(|link| link.code == code);
    match link {
        _ if headers.contains_key("cookie") => {
            json_reply(StatusCode::BAD_REQUEST, &json!({"status_msg": "a short link is asked without a cookie"}))
        }
        None => server_page(StatusCode::NOT_FOUND),
        Some(link) if link.place.is_empty() => StatusCode::FOUND.into_response(),
        Some(link) => {
            let source = Source::Memory(format!("<a href=\"{}\">Found</a>", link.place).into_bytes());
            let content = Content { source, headers: vec![(LOCATION, link.place)], status: StatusCode::FOUND };
            content.reply(spoil.0 == Some(Class::Network), stand.world.clock.hold())
        }
    }
}
