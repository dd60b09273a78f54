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
    pub fn cookies(&self, rules: &Rules, host: &str, now: Millis) -> Option<Secret<String>> {
        let header = |host: &str| header_for(&self.state.cookies, host, "/", true, now);
        header(rules.host).or_else(|| header(host))
    }

    /// Takes out what is of other sites than `domains`.
    pub fn keep_only(&mut self, domains: &[&str]) {
        self.state.keep_only(domains);
    }

    /// Those of its cookies that say that somebody is logged in; an empty one says the contrary.
    pub fn marks<'l>(&'l self, rules: &'l Rules) -> impl Iterator<Item = &'l Cookie> {
        let is_mark =
            |cookie: &&Cookie| rules.marks.contains(&cookie.name.as_str()) && !cookie.value.reveal().is_empty();
        self.state.cookies.iter().filter(is_mark)
    }

    /// When the last of these ends, so long as one is there somebody is logged in; nothing when none says.
    pub fn ends_at(&self, rules: &Rules) -> Option<Millis> {
        self.marks(rules).filter_map(Cookie::expires_at).max()
    }

    /// Takes along from the login before what a visit does not tell: what other pages stored, what tools wrote that nobody
    /// here knows, and on whose pages alone a cookie counts, where the browser keeps that to itself.
    pub fn carry_over(&mut self, before: &Self) {
        let key = |cookie: &Cookie| (cookie.name.clone(), cookie.domain.clone(), cookie.path.clone());
        let only = |cookies: &[Cookie], wanted: &Cookie| {
            let mut same = cookies.iter().filter(|cookie| key(cookie) == key(wanted));
            same.next().filter(|_| same.next().is_none()).cloned()
        };
        let all = self.state.cookies.clone();
        for cookie in self.state.cookies.iter_mut().filter(|cookie| cookie.rest.partition().is_none()) {
            let was = only(&before.state.cookies, cookie).filter(|_| only(&all, cookie).is_some());
            if let Some(was) = was {
                cookie.rest = was.rest;
            }
        }
        for was in &before.state.origins {
            match self.state.origins.iter_mut().find(|origin| origin.origin == was.origin) {
                Some(origin) => origin.rest = was.rest.clone(),
                None => self.state.origins.push(was.clone()),
            }
        }
        self.state.rest = before.state.rest.clone();
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn login(state: Value) -> Login {
        Login { state: StorageState::of_value(state).unwrap(), headers: BTreeMap::new() }
    }

    #[test]
    fn what_a_visit_does_not_tell_is_taken_along() {
        let cookie =
            |name: &str, value: &str| json!({"name": name, "value": value, "domain": "a.example", "path": "/"});
        let mut apart = cookie("apart", "old");
        apart["partitionKey"] = json!("https://b.example");
        let stored = |value: &str| json!([{"name": "k", "value": value}]);
        let before = login(json!({
            "cookies": [apart, cookie("gone", "old")],
            "origins": [
                {"origin": "https://a.example", "localStorage": stored("old"), "indexedDB": [1]},
                {"origin": "https://other.example", "localStorage": stored("old")},
            ],
            "later": true,
        }));
        let mut now = login(json!({
            "cookies": [cookie("apart", "new"), cookie("fresh", "new")],
            "origins": [{"origin": "https://a.example", "localStorage": stored("new")}],
        }));
        now.carry_over(&before);
        let text = now.state.write(Millis(0));
        let told: Value = serde_json::from_str(text.reveal()).unwrap();
        let names: Vec<_> = told["cookies"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["apart", "fresh"], "what the browser no longer has is no more");
        assert_eq!(
            (&told["cookies"][0]["value"], &told["cookies"][0]["partitionKey"]),
            (&json!("new"), &json!("https://b.example"))
        );
        assert_eq!(told["origins"][0]["localStorage"], stored("new"));
        assert_eq!(
            (&told["origins"][0]["indexedDB"], &told["origins"][1]["origin"]),
            (&json!([1]), &json!("https://other.example"))
        );
        assert_eq!(told["later"], true);
    }
}
