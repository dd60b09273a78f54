//! What a capture holds: cookies, what pages stored, and the headers that a page sent.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::rules::Rules;
use crate::domain::{Millis, Secret};
use crate::wire::login::{Cookie, StorageState, header_for};

/// A login.
#[derive(Debug, Clone, PartialEq)]
pub struct Login {
    /// Cookies and what pages stored.
    pub state: StorageState,
    /// Headers of a request beside its cookies, in small letters.
    pub headers: BTreeMap<String, Secret<String>>,
}

impl Login {
    /// The `Cookie` header of requests to the platform, or else to `host`, where it is asked instead.
    pub fn cookies(&self, (rules, host): (&Rules, String), now: Millis) -> Option<Secret<String>> {
        let header = |host: &str| header_for(&self.state.cookies, (host, "/", true), now);
        header(rules.host).or_else(|| header(&host))
    }

    /// Takes out what is of other sites than `domains`.
    pub fn keep_only(&mut self, domains: &[&str]) {
        self.state.keep_only(domains);
    }

    /// Those of its cookies that say that somebody is logged in.
    pub fn marks<'l>(&'l self, rules: &'l Rules) -> impl Iterator<Item = &'l Cookie> {
        self.state.cookies.iter().filter(|cookie| rules.marks.contains(&cookie.name.as_str()))
    }

    /// When the last of these ends, so long as one is there somebody is logged in; nothing when none says.
    pub fn ends_at(&self, rules: &Rules) -> Option<Millis> {
        self.marks(rules).filter_map(Cookie::expires_at).max()
    }

    /// As it is sealed.
    pub(super) fn to_text(&self) -> Secret<String> {
        // What is over is kept: it says what there was.
        let state = self.state.write(Millis(0));
        let headers: Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), value.reveal().clone().into())).collect();
        Secret::new(format!("{{\"headers\":{},\"state\":{}}}", Value::Object(headers), state.reveal()))
    }

    /// From what was sealed.
    pub(super) fn of_text(text: &Secret<String>) -> Option<Self> {
        let mut whole: Value = serde_json::from_str(text.reveal()).ok()?;
        let state = StorageState::of_value(whole.get_mut("state").map(Value::take)?)?;
        let header = |(name, value): (&String, &Value)| Some((name.clone(), Secret::new(value.as_str()?.to_owned())));
        let headers = whole.get("headers")?.as_object()?.iter().filter_map(header).collect();
        Some(Self { state, headers })
    }
}
