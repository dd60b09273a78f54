//! Which part of a file is asked for.
//!
//! Only one range is understood, as content networks mostly do; anything else is answered with the whole file, as the
//! standard allows.

use std::ops::Range;

use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, ETAG, IF_RANGE, RANGE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};

/// What a `Range` header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(Range<u64>),
    Nothing,
}

/// How the part is announced.
#[derive(Debug)]
pub(super) struct Cut {
    /// 200 or 206.
    pub(super) status: StatusCode,
    /// The validator, the place of the part, that parts may be asked for.
    pub(super) headers: Vec<(HeaderName, String)>,
}

/// The part of a file of `size` bytes under `etag` that `headers` ask for; or the answer that there is none.
pub(super) fn cut(headers: &HeaderMap, size: u64, etag: &str) -> Result<(Range<u64>, Cut), Box<Response>> {
    let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let unchanged = header(IF_RANGE).is_none_or(|validator| validator == etag);
    let asked = header(RANGE).filter(|_| unchanged).map_or(Asked::Whole, |range| parse_range(range, size));
    let mut headers = vec![(ACCEPT_RANGES, "bytes".to_owned()), (ETAG, etag.to_owned())];
    match asked {
        Asked::Whole => Ok((0..size, Cut { status: StatusCode::OK, headers })),
        Asked::Part(range) => {
            let place = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
            headers.push((CONTENT_RANGE, place));
            Ok((range, Cut { status: StatusCode::PARTIAL_CONTENT, headers }))
        }
        Asked::Nothing => {
            let place = [(CONTENT_RANGE, format!("bytes */{size}"))];
            Err(Box::new((StatusCode::RANGE_NOT_SATISFIABLE, place).into_response()))
        }
    }
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
