//! `GET /files/{name}`: files that follow from the seed and their name, with ranges and a strong validator.
//!
//! The size stands in the name: `clip-1048576.bin`. A name without one is no file. Only one range is understood, as
//! content networks mostly do; anything else is answered with the whole file, as the standard allows.

use std::ops::Range;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::reply::{Content, Source, Spoil, json_reply};
use super::seed::Dice;
use super::world::Stand;
use crate::domain::Class;

/// The largest file that is made: 16 GiB.
const LARGEST: u64 = 16 << 30;

/// What a `Range` header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(Range<u64>),
    Nothing,
}

/// Answers with the file `name`. Spoilt by `network`, it breaks off in the middle.
pub(super) async fn answer(
    State(stand): State<Stand>,
    Path(name): Path<String>,
    Extension(spoil): Extension<Spoil>,
    headers: HeaderMap,
) -> Response {
    let Some(size) = size_of(&name) else {
        return json_reply(StatusCode::NOT_FOUND, &json!({"ok": false, "status_msg": "no such file"}));
    };
    let dice = Dice::of(stand.world.seed, &name);
    let etag = format!("\"{:016x}-{size}\"", dice.key());
    let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let unchanged = header(IF_RANGE).is_none_or(|validator| validator == etag);
    let asked = header(RANGE).filter(|_| unchanged).map_or(Asked::Whole, |range| parse_range(range, size));
    let mut told =
        vec![(CONTENT_TYPE, "application/octet-stream".to_owned()), (ACCEPT_RANGES, "bytes".to_owned()), (ETAG, etag)];
    let (status, range) = match asked {
        Asked::Whole => (StatusCode::OK, 0..size),
        Asked::Part(range) => {
            told.push((CONTENT_RANGE, format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1))));
            (StatusCode::PARTIAL_CONTENT, range)
        }
        Asked::Nothing => {
            let place = [(CONTENT_RANGE, format!("bytes */{size}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, place).into_response();
        }
    };
    let source = Source::Seeded { dice, from: range.start, to: range.end };
    Content { source, headers: told, status }.reply(spoil.0 == Some(Class::Network), stand.world.clock.hold())
}

/// The bytes of the file `name`, for whoever wants to compare; `None` when there is no such file.
pub fn file_bytes(seed: u64, name: &str) -> Option<Vec<u8>> {
    size_of(name).map(|size| Dice::of(seed, name).bytes(0..size))
}

/// The size that a name carries: the digits after its last dash and before its ending.
fn size_of(name: &str) -> Option<u64> {
    let (stem, _) = name.rsplit_once('.').unwrap_or((name, ""));
    let (_, digits) = stem.rsplit_once('-')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|size| plain && *size <= LARGEST)
}

fn parse_range(text: &str, size: u64) -> Asked {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Asked::Whole;
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => from..to.saturating_add(1).min(size),
        (Ok(from), Err(_)) if last.is_empty() => from..size,
        (Err(_), Ok(tail)) if first.is_empty() => size.saturating_sub(tail)..size,
        _ => return Asked::Whole,
    };
    if range.is_empty() { Asked::Nothing } else { Asked::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_stands_in_the_name() {
        assert_eq!(size_of("clip-1048576.bin"), Some(1_048_576));
        assert_eq!(size_of("a-b-7"), Some(7));
        for name in ["clip.bin", "clip-.bin", "clip-+7.bin", "clip-99999999999999.bin", "", "-"] {
            assert_eq!(size_of(name), None, "{name}");
        }
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let parse = |text| parse_range(text, 100);
        assert_eq!(parse("bytes=0-9"), Asked::Part(0..10));
        assert_eq!(parse("bytes=90-"), Asked::Part(90..100));
        assert_eq!(parse("bytes=90-500"), Asked::Part(90..100));
        assert_eq!(parse("bytes=-10"), Asked::Part(90..100));
        assert_eq!(parse("bytes=-500"), Asked::Part(0..100));
        for text in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(parse(text), Asked::Nothing, "{text}");
        }
        for text in ["bytes=9-5", "bytes=0-1,5-6", "lines=0-9", "bytes=", "bytes=-", "bytes=a-b", ""] {
            assert_eq!(parse(text), Asked::Whole, "{text}");
        }
    }
}
