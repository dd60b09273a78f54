//! What no browser would take is left out and named; its value is told nobody.

use super::cookie::Cookie;

/// A cookie that was left out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: &'static str,
}

/// A cookie that a browser would take.
pub(super) fn take(cookie: Option<Cookie>, skipped: &mut Vec<Skipped>) -> Option<Cookie> {
    let Some(cookie) = cookie else {
        skipped.push(Skipped { name: "?".to_owned(), why: "it is no cookie" });
        return None;
    };
    if let Some(why) = cookie.fault() {
        let name = cookie.name.chars().filter(|c| !c.is_control()).take(60).collect();
        skipped.push(Skipped { name, why });
        return None;
    }
    Some(cookie)
}
