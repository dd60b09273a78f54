//! Lists of cookies in JSON: what browser extensions export, and what WebDriver lists.

use serde_json::Value;

use super::cookie::{Cookie, Rest, SameSite};
use super::skip::{Skipped, take};
use crate::domain::Secret;

/// Reads a list.
pub(super) fn read(list: Vec<Value>) -> (Vec<Cookie>, Vec<Skipped>) {
    let mut skipped = Vec::new();
    (list.into_iter().filter_map(|value| take(cookie_of(&value), &mut skipped)).collect(), skipped)
}

fn cookie_of(value: &Value) -> Option<Cookie> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let flag = |name: &str| value.get(name).and_then(Value::as_bool);
    let domain = text("domain")?;
    // Some tools write the dot and some say it beside.
    let is_host_only = flag("hostOnly") == Some(true);
    let host = domain.strip_prefix('.').unwrap_or(domain);
    let domain = match flag("hostOnly") {
        Some(false) => format!(".{host}"),
        _ if is_host_only => host.to_owned(),
        _ => domain.to_owned(),
    };
    let ends = ["expirationDate", "expiry", "expires"].iter().find_map(|name| value.get(*name)?.as_f64());
    let is_of_session = flag("session") == Some(true);
    Some(Cookie {
        name: text("name")?.to_owned(),
        value: Secret::new(text("value")?.to_owned()),
        domain,
        path: text("path").unwrap_or("/").to_owned(),
        expires: ends.filter(|ends| *ends > 0.0 && !is_of_session),
        http_only: flag("httpOnly").unwrap_or(false),
        secure: flag("secure").unwrap_or(false),
        same_site: text("sameSite").and_then(SameSite::parse),
        rest: Rest::default(),
    })
}
