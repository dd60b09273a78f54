//! What of an exchange may be kept for others to read: everything but what opens doors.
//!
//! Two nets, one behind the other: names that mean a secret, wherever they stand, and the register of the secrets that
//! are alive, however they are spelled. What is hidden leaves its name behind, so that its absence can be seen.

use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::observe::{MARK, Register, hide_secrets, means_secret};

/// Headers as they may be kept.
pub(super) fn headers(headers: &HeaderMap, register: &Register) -> Vec<(String, String)> {
    let one = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        let hidden = value.is_sensitive() || means_secret(name.as_str());
        let text = if hidden { MARK.into() } else { String::from_utf8_lossy(value.as_bytes()) };
        (name.to_string(), register.redact(&text).into_owned())
    };
    headers.iter().map(one).collect()
}

/// A URL as it may be kept.
pub(super) fn url(text: &str, register: &Register) -> String {
    let Ok(url) = Url::parse(text) else { return MARK.to_owned() };
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if means_secret(name) => format!("{name}={MARK}"),
        _ => pair.to_owned(),
    };
    let query = url.query().map(|query| format!("?{}", query.split('&').map(pair).collect::<Vec<_>>().join("&")));
    let host = super::guard::host_and_port(&url);
    let text = format!("{}://{host}{}{}", url.scheme(), url.path(), query.unwrap_or_default());
    register.redact(&text).into_owned()
}

/// A body as it may be kept.
pub(super) fn body(bytes: &[u8], register: &Register) -> String {
    let text = match serde_json::from_slice::<Value>(bytes) {
        Ok(mut value) => {
            hide_secrets(&mut value);
            value.to_string()
        }
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    };
    register.redact(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;

    #[test]
    fn names_that_mean_a_secret_lose_their_value_and_keep_their_name() {
        let register = Register::default();
        register.add(&Secret::new("s3cretvalue".to_owned()));
        let shown = url("https://a.example/x?aid=6383&msToken=abc&a_bogus=d%2Fe&q=s3cretvalue", &register);
        assert_eq!(shown, "https://a.example:443/x?aid=6383&msToken=…&a_bogus=…&q=…");
        let shown = body(
            br#"{"nickname":"li","list":[{"access_token":"abc","n":1}],"sec":{"webid":7,"x":"s3cretvalue"}}"#,
            &register,
        );
        assert_eq!(shown, r#"{"list":[{"access_token":"…","n":1}],"nickname":"li","sec":{"webid":"…","x":"…"}}"#);
        assert_eq!(body(b"<p>s3cretvalue</p>", &register), "<p>…</p>");
        let mut all = HeaderMap::new();
        for (name, value) in
            [("set-cookie", "a=b"), ("content-type", "text/html"), ("x-tt-token", "c"), ("x", "s3cretvalue")]
        {
            all.insert(name, value.parse().unwrap());
        }
        let mut shown = headers(&all, &register);
        shown.sort_unstable();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected =
            [pair("content-type", "text/html"), pair("set-cookie", "…"), pair("x", "…"), pair("x-tt-token", "…")];
        assert_eq!(shown, expected);
    }
}
