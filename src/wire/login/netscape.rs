//! cookies.txt, as Netscape began it and command-line tools still read it.

use super::cookie::Cookie;
use super::skip::{Skipped, take};
use crate::domain::Secret;

/// How a file begins that Python's readers take.
const HEAD: &str = "# Netscape HTTP Cookie File";
/// In front of a domain: pages cannot read this cookie.
const HIDDEN: &str = "#HttpOnly_";

/// Whether `text` is such a file.
pub(super) fn is_one(text: &str) -> bool {
    let is_row =
        |line: &str| line.split('\t').count() == 7 && matches!(line.split('\t').nth(1), Some("TRUE" | "FALSE"));
    text.starts_with(HEAD) || text.starts_with("# HTTP Cookie File") || text.lines().any(is_row)
}

/// Reads one; of a cookie that stands there twice the later line counts.
pub(super) fn read(text: &str) -> (Vec<Cookie>, Vec<Skipped>) {
    let (mut cookies, mut skipped) = (Vec::<Cookie>::new(), Vec::new());
    for line in text.lines().map(|line| line.trim_end_matches('\r')) {
        let (line, http_only) = line.strip_prefix(HIDDEN).map_or((line, false), |line| (line, true));
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let Some(cookie) = take(row(line, http_only), &mut skipped) else { continue };
        cookies
            .retain(|known| (&known.domain, &known.path, &known.name) != (&cookie.domain, &cookie.path, &cookie.name));
        cookies.push(cookie);
    }
    (cookies, skipped)
}

fn row(line: &str, http_only: bool) -> Option<Cookie> {
    let fields: Vec<&str> = line.split('\t').collect();
    let &[domain, below, path, secure, expires, name, value] = fields.as_slice() else { return None };
    let expires: f64 = if expires.is_empty() { 0.0 } else { expires.parse().ok()? };
    let domain = if below == "TRUE" && !domain.starts_with('.') { format!(".{domain}") } else { domain.to_owned() };
    Some(Cookie {
        path: path.to_owned(),
        expires: (expires > 0.0).then_some(expires),
        secure: secure == "TRUE",
        http_only,
        ..Cookie::of(name, value, &domain)
    })
}

/// Writes one. What the form cannot say is lost: to which requests of other sites a cookie goes, and parts of sites.
pub fn write(cookies: &[Cookie]) -> Secret<String> {
    let mut text = format!("{HEAD}\n");
    for cookie in cookies {
        let flag = |on: bool| if on { "TRUE" } else { "FALSE" };
        let expires = cookie.expires.map_or(0.0, f64::floor);
        let fields = [
            &format!("{}{}", if cookie.http_only { HIDDEN } else { "" }, cookie.domain),
            flag(cookie.domain.starts_with('.')),
            &cookie.path,
            flag(cookie.secure),
            &expires.to_string(),
            &cookie.name,
            cookie.value.reveal(),
        ];
        text.push_str(&fields.join("\t"));
        text.push('\n');
    }
    Secret::new(text)
}
