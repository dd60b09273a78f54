//! How an answer with content relates to the whole file: all of it, its rest, or something else.
//!
//! A part may be joined to what was fetched before only if it certainly belongs to the same version. A strong `ETag`
//! says that, and so does a `Last-Modified` that was at least a minute old when it was sent (RFC 9110, section 8.8.2.2):
//! a younger file may have changed twice within its second.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, DATE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED};

/// A younger `Last-Modified` does not tell two versions apart.
const SETTLED: Duration = Duration::from_mins(1);

/// What of a file an answer brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of it.
    Whole,
    /// From byte `from` to the end of `total` bytes.
    Rest {
        /// The first byte that it brings, counted from 0.
        from: u64,
        /// How long the whole file is.
        total: u64,
    },
    /// Another part, several parts, or a part without a place.
    Other,
}

/// What of a file an answer with this status and these headers brings.
pub(super) fn share(status: StatusCode, headers: &HeaderMap) -> Share {
    if status != StatusCode::PARTIAL_CONTENT {
        return Share::Whole;
    }
    let place = text(headers, &CONTENT_RANGE).and_then(|place| place.trim().strip_prefix("bytes "));
    let read = |place: &str| {
        let (range, total) = place.split_once('/')?;
        let (from, last) = range.split_once('-')?;
        let (from, last, total) = (from.parse().ok()?, last.parse::<u64>().ok()?, total.parse().ok()?);
        (from <= last && last.checked_add(1) == Some(total)).then_some(Share::Rest { from, total })
    };
    place.and_then(read).unwrap_or(Share::Other)
}

/// What `If-Range` needs so that a part certainly belongs to this version; `None` when the answer does not say it.
pub(super) fn validator(headers: &HeaderMap) -> Option<String> {
    let etag = text(headers, &ETAG).filter(|etag| etag.len() > 2 && etag.starts_with('"') && etag.ends_with('"'));
    if let Some(etag) = etag {
        return Some(etag.to_owned());
    }
    let date = |name| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text(headers, &name)?).ok();
    let (changed, sent) = (date(LAST_MODIFIED)?, date(DATE)?);
    let is_settled = Duration::try_from(sent.duration_since(changed)).is_ok_and(|age| age >= SETTLED);
    text(headers, &LAST_MODIFIED).filter(|_| is_settled).map(str::to_owned)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_a_rest_with_its_place_is_a_rest() {
        let read = |status, place| share(StatusCode::from_u16(status).unwrap(), &headers(&[(CONTENT_RANGE, place)]));
        assert_eq!(read(206, "bytes 5-9/10"), Share::Rest { from: 5, total: 10 });
        assert_eq!(read(200, "bytes 5-9/10"), Share::Whole);
        for other in ["bytes 5-8/10", "bytes 9-5/10", "bytes 5-9/*", "bytes */10", "lines 5-9/10", "", "bytes 5-9"] {
            assert_eq!(read(206, other), Share::Other, "{other}");
        }
        assert_eq!(share(StatusCode::PARTIAL_CONTENT, &HeaderMap::new()), Share::Other);
    }

    #[test]
    fn only_what_certainly_names_one_version_is_a_validator() {
        let read = |pairs: &[(HeaderName, &'static str)]| validator(&headers(pairs));
        let old = (LAST_MODIFIED, "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(read(&[(ETAG, "\"a\"")]), Some("\"a\"".to_owned()));
        for weak in ["W/\"a\"", "a", "\"\"", "\""] {
            assert_eq!(read(&[(ETAG, weak)]), None, "{weak}");
        }
        assert_eq!(read(&[old.clone(), (DATE, "Sun, 06 Nov 1994 08:50:37 GMT")]), Some(old.1.to_owned()));
        assert_eq!(read(&[old.clone(), (DATE, "Sun, 06 Nov 1994 08:50:36 GMT")]), None);
        assert_eq!(read(&[old]), None);
    }
}
