//! What an answer means before any platform's own words are read.
//!
//! The rule that matters most stands first: an answer that says "fine" and holds nothing is a risk, never an empty
//! page. Codes inside a body belong to the platform's room, which looks before it asks here.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};

use crate::domain::Class;

/// What the caller came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// A JSON document; a page in its place is a challenge.
    Json,
    /// Bytes of any kind.
    Bytes,
}

/// Puts an answer into its class. With [`Want::Json`] `body` is the whole body, else its opening will do.
///
/// ```
/// use radard::domain::Class;
/// use radard::net::{HeaderMap, StatusCode, Want, classify};
/// let none = HeaderMap::new();
/// assert_eq!(classify(StatusCode::OK, &none, b"", Want::Json), Class::Risk);
/// assert_eq!(classify(StatusCode::OK, &none, b"{}", Want::Json), Class::Ok);
/// ```
pub fn classify(status: StatusCode, headers: &HeaderMap, body: &[u8], want: Want) -> Class {
    match status.as_u16() {
        401 | 403 => Class::Auth,
        404 | 410 => Class::Gone,
        // What only a proxy says: it stands in our own settings.
        407 => Class::Local,
        429 => Class::Rate,
        503 if headers.contains_key(RETRY_AFTER) => Class::Rate,
        408 | 500.. => Class::Network,
        200..=299 => classify_content(headers, body, want),
        _ => Class::Schema,
    }
}

fn classify_content(headers: &HeaderMap, body: &[u8], want: Want) -> Class {
    let body = body.trim_ascii();
    if body.is_empty() {
        return Class::Risk;
    }
    match want {
        Want::Bytes => Class::Ok,
        Want::Json if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok() => Class::Ok,
        Want::Json if says_html(headers) || body.starts_with(b"<") => Class::Risk,
        Want::Json => Class::Schema,
    }
}

fn says_html(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/html")
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(status: u16, headers: &[(&'static str, &'static str)], body: &str, expected: [Class; 2]) {
        let headers = headers.iter().map(|(k, v)| (k.parse().unwrap(), HeaderValue::from_static(v))).collect();
        let seen = [Want::Json, Want::Bytes]
            .map(|want| classify(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes(), want));
        assert_eq!(seen, expected, "{status} {body}");
    }

    #[test]
    fn every_answer_has_its_class() {
        let html = [("content-type", "text/html; charset=utf-8")];
        let later = [("retry-after", "5")];
        check(200, &[], "{\"a\":1}", [Class::Ok; 2]);
        check(200, &html, "[]", [Class::Ok; 2]);
        check(200, &[], "", [Class::Risk; 2]);
        check(200, &[], " \n", [Class::Risk; 2]);
        check(204, &[], "", [Class::Risk; 2]);
        check(200, &html, "please wait", [Class::Risk, Class::Ok]);
        check(200, &[], "<!doctype html>", [Class::Risk, Class::Ok]);
        check(200, &[], "{\"a\":", [Class::Schema, Class::Ok]);
        check(200, &[], "hello", [Class::Schema, Class::Ok]);
        check(401, &[], "{}", [Class::Auth; 2]);
        check(403, &html, "<html>", [Class::Auth; 2]);
        check(404, &[], "", [Class::Gone; 2]);
        check(410, &[], "{}", [Class::Gone; 2]);
        check(429, &[], "", [Class::Rate; 2]);
        check(503, &later, "", [Class::Rate; 2]);
        check(503, &[], "", [Class::Network; 2]);
        check(500, &later, "", [Class::Network; 2]);
        check(599, &[], "", [Class::Network; 2]);
        check(408, &[], "", [Class::Network; 2]);
        check(407, &[], "", [Class::Local; 2]);
        check(302, &[], "", [Class::Schema; 2]);
        check(400, &[], "{}", [Class::Schema; 2]);
        check(416, &[], "", [Class::Schema; 2]);
    }
}
