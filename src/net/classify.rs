//! What an answer means before any platform's own words are read.
//!
//! The rule that matters most stands first: an answer that says "fine" and holds nothing is a risk, never an empty
//! page. Codes inside a body belong to the platform's room, which looks before it asks here.
//!
//! A 404 or 410 says that something is deleted only where a file was fetched. Anywhere else it may come from a proxy, a
//! captive portal or a wrong path, so it never means `gone`: the platform says that in its own words.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};

use crate::domain::Class;

/// What the caller came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// A JSON document; a page in its place is a challenge.
    Json,
    /// An answer whose body the caller reads itself: only the status and an empty body are judged here.
    Reply,
    /// A file. Its server's 404 and 410 mean that the file is deleted.
    Media,
}

/// Puts an answer into its class. `body` is the whole body, except for [`Want::Media`], where the first bytes are enough.
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
        404 | 410 => match want {
            Want::Media => Class::Gone,
            Want::Json | Want::Reply if is_json(body) => Class::Schema,
            Want::Json | Want::Reply => Class::Network,
        },
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
        Want::Reply | Want::Media => Class::Ok,
        Want::Json if is_json(body) => Class::Ok,
        Want::Json if says_html(headers) || body.starts_with(b"<") => Class::Risk,
        Want::Json => Class::Schema,
    }
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

fn says_html(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/html")
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    /// The classes of an answer by what was wanted: JSON, a body that the caller reads, a file.
    #[track_caller]
    fn check(status: u16, headers: &[(&'static str, &'static str)], body: &str, expected: [Class; 3]) {
        let headers = headers.iter().map(|(k, v)| (k.parse().unwrap(), HeaderValue::from_static(v))).collect();
        let seen = [Want::Json, Want::Reply, Want::Media]
            .map(|want| classify(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes(), want));
        assert_eq!(seen, expected, "{status} {body}");
    }

    #[test]
    fn every_answer_has_its_class() {
        let html = [("content-type", "text/html; charset=utf-8")];
        let later = [("retry-after", "5")];
        check(200, &[], "{\"a\":1}", [Class::Ok; 3]);
        check(200, &html, "[]", [Class::Ok; 3]);
        check(200, &[], "", [Class::Risk; 3]);
        check(200, &[], " \n", [Class::Risk; 3]);
        check(204, &[], "", [Class::Risk; 3]);
        check(200, &html, "please wait", [Class::Risk, Class::Ok, Class::Ok]);
        check(200, &[], "<!doctype html>", [Class::Risk, Class::Ok, Class::Ok]);
        check(200, &[], "{\"a\":", [Class::Schema, Class::Ok, Class::Ok]);
        check(200, &[], "hello", [Class::Schema, Class::Ok, Class::Ok]);
        check(401, &[], "{}", [Class::Auth; 3]);
        check(403, &html, "<html>", [Class::Auth; 3]);
        check(429, &[], "", [Class::Rate; 3]);
        check(503, &later, "", [Class::Rate; 3]);
        check(503, &[], "", [Class::Network; 3]);
        check(500, &later, "", [Class::Network; 3]);
        check(599, &[], "", [Class::Network; 3]);
        check(408, &[], "", [Class::Network; 3]);
        check(407, &[], "", [Class::Local; 3]);
        check(302, &[], "", [Class::Schema; 3]);
        check(400, &[], "{}", [Class::Schema; 3]);
        check(416, &[], "", [Class::Schema; 3]);
    }

    #[test]
    fn a_status_alone_deletes_nothing_but_a_file() {
        let html = [("content-type", "text/html")];
        for status in [404, 410] {
            let page = "<html><head><title>404 Not Found</title></head></html>";
            check(status, &html, page, [Class::Network, Class::Network, Class::Gone]);
            check(status, &[], "", [Class::Network, Class::Network, Class::Gone]);
            check(status, &[], "{\"a\":", [Class::Network, Class::Network, Class::Gone]);
            check(status, &[], "{\"error\":1}", [Class::Schema, Class::Schema, Class::Gone]);
        }
    }
}
