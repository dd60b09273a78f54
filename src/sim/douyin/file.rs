//! `GET /media/{name}`: pictures, sound and video of works and people, at addresses that are good for a while.
//!
//! An address says until when it is good and is signed, so that nobody makes it last. There are two machines: what is
//! out of date is refused by the one as forbidden, by the other as gone, as content networks do.

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::address::{mark_of, shape};
use super::state::Stand;
use crate::domain::Class;
use crate::sim::media::{jpeg, mp3, mp4, webp};
use crate::sim::range::cut;
use crate::sim::reply::{Content, Source, Spoil, server_page};
use crate::sim::seed::Dice;

/// What stands behind the name.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Told {
    #[serde(rename = "x-expires")]
    expires: String,
    #[serde(rename = "x-signature")]
    signature: String,
    mirror: u8,
}

/// The file `name`, while its address is good. Spoilt by `network`, it breaks off in the middle.
pub(super) async fn media(
    State(stand): State<Stand>,
    Path(name): Path<String>,
    Query(told): Query<Told>,
    Extension(spoil): Extension<Spoil>,
    headers: HeaderMap,
) -> Response {
    let world = &stand.world;
    let until = u64::from_str_radix(&told.expires, 16).ok();
    let Some(until) = until.filter(|until| told.signature == mark_of(world.seed, &name, *until)) else {
        return server_page(StatusCode::FORBIDDEN);
    };
    if i64::try_from(until).is_ok_and(|until| world.clock.now().0 >= until.saturating_mul(1000)) {
        let status = if told.mirror == 1 { StatusCode::FORBIDDEN } else { StatusCode::GONE };
        return server_page(status);
    }
    let Some((bytes, kind)) = bytes_of(world.seed, &name) else {
        return server_page(StatusCode::NOT_FOUND);
    };
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let etag = format!("\"{:016x}-{size}\"", Dice::of(world.seed, &name).key());
    let (range, cut) = match cut(&headers, size, &etag) {
        Ok(cut) => cut,
        Err(reply) => return *reply,
    };
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    let part = bytes.get(place(range.start)..place(range.end)).unwrap_or_default().to_vec();
    let headers = [vec![(CONTENT_TYPE, kind.to_owned())], cut.headers].concat();
    let content = Content { source: Source::Memory(part), headers, status: cut.status };
    content.reply(spoil.0 == Some(Class::Network), world.clock.hold())
}

/// The bytes of a file and what they are: a letter for what it shows, whose it is, how large or how long.
pub(super) fn bytes_of(seed: u64, name: &str) -> Option<(Vec<u8>, &'static str)> {
    let dice = Dice::of(seed, name);
    let (stem, ending) = name.rsplit_once('.')?;
    let number = |letter: char| stem.rsplit_once(letter)?.1.parse::<u32>().ok();
    Some(match (stem.chars().next()?, ending) {
        ('v', "mp4") => {
            let (_, rest) = stem.split_once('x')?;
            let height: u64 = rest.split_once('d')?.0.parse().ok()?;
            let (width, height) = shape(height.clamp(16, 1080));
            (mp4(dice, width, height, number('d')?.clamp(1, 600_000)), "video/mp4")
        }
        ('l', "mp4") => {
            let (width, height) = shape(640);
            (mp4(dice, width, height, number('d')?.clamp(1, 600_000)), "video/mp4")
        }
        ('m', "mp3") => (mp3(dice, number('s')?.clamp(1, 600).into()), "audio/mpeg"),
        ('a', "jpeg") => (jpeg(dice, 100, 100), "image/jpeg"),
        ('A', "jpeg") => (jpeg(dice, 300, 300), "image/jpeg"),
        ('b', "jpeg") => (jpeg(dice, 720, 360), "image/jpeg"),
        ('c' | 'o', "jpeg") => {
            let (width, height) = shape(640);
            (jpeg(dice, width, height), "image/jpeg")
        }
        ('d' | 'g' | 'i', "webp") => {
            let (width, height) = shape(480);
            (webp(dice, width, height), "image/webp")
        }
        _ => return None,
    })
}
