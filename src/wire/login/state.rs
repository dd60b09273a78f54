//! The storage state of Playwright: cookies, and what each origin stored.
//!
//! It is read as leniently as Playwright's own tools write it and written as strictly as Playwright reads it: one wrong
//! letter there costs the whole file.

use serde_json::{Map, Value, json};

use super::cookie::{Cookie, Rest, SameSite, is_below};
use super::skip::{Skipped, take};
use crate::domain::{Millis, Secret};

/// What one origin stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// Scheme, host and port.
    pub origin: String,
    /// Names and values.
    pub local: Vec<(String, Secret<String>)>,
    /// What is not known here, as it was found.
    pub rest: Rest,
}

impl Origin {
    fn is_of(&self, domains: &[&str]) -> bool {
        let host = self.origin.split_once("://").map_or("", |(_, host)| host).split(':').next().unwrap_or_default();
        domains.iter().any(|domain| is_below(host, domain))
    }
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StorageState {
    /// The cookies.
    pub cookies: Vec<Cookie>,
    /// What pages stored.
    pub origins: Vec<Origin>,
    /// What is not known here, as it was found.
    pub rest: Rest,
}

impl StorageState {
    /// From the object of a file; what cannot be taken is left out and named.
    pub(super) fn of(mut object: Map<String, Value>) -> (Self, Vec<Skipped>) {
        let mut skipped = Vec::new();
        let list = |value: Option<Value>| if let Some(Value::Array(items)) = value { items } else { Vec::new() };
        let (cookies, origins) = (list(object.remove("cookies")), list(object.remove("origins")));
        let cookies = cookies.into_iter().filter_map(|value| take(cookie_of(value), &mut skipped)).collect();
        let origins = origins.into_iter().filter_map(origin_of).collect();
        (Self { cookies, origins, rest: Rest(object) }, skipped)
    }

    /// From a file's value that we wrote ourselves; nothing when it is no object.
    pub fn of_value(value: Value) -> Option<Self> {
        if let Value::Object(object) = value { Some(Self::of(object).0) } else { None }
    }

    /// Takes out what is of other sites than `domains`, and what nobody here knows, which may be of any; gives how many
    /// cookies and origins that were.
    pub fn keep_only(&mut self, domains: &[&str]) -> usize {
        let before = self.cookies.len() + self.origins.len();
        self.cookies.retain(|cookie| cookie.is_of(domains));
        self.origins.retain(|origin| origin.is_of(domains));
        self.rest = Rest::default();
        before - self.cookies.len() - self.origins.len()
    }

    /// As a file. Cookies that are out of date are left out, as Playwright would do.
    pub fn write(&self, now: Millis) -> Secret<String> {
        let cookies = self.cookies.iter().filter(|cookie| !cookie.is_over(now)).map(cookie_shown);
        let cookies: Vec<Value> = cookies.collect();
        let origins: Vec<Value> = self.origins.iter().map(origin_shown).collect();
        let mut whole =
            Map::from_iter([("cookies".to_owned(), cookies.into()), ("origins".to_owned(), origins.into())]);
        whole.extend(self.rest.0.clone());
        Secret::new(format!("{:#}", Value::Object(whole)))
    }
}

fn cookie_of(value: Value) -> Option<Cookie> {
    let Value::Object(mut fields) = value else { return None };
    let mut text = |name: &str| fields.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let (name, value) = (text("name")?, text("value")?);
    let (domain, path) = (text("domain")?, text("path").unwrap_or_else(|| "/".to_owned()));
    let same_site = text("sameSite").as_deref().and_then(SameSite::parse);
    let expires = fields.remove("expires").as_ref().and_then(Value::as_f64).filter(|at| *at >= 0.0);
    let mut flag = |name: &str| fields.remove(name).and_then(|value| value.as_bool()).unwrap_or(false);
    let (http_only, secure) = (flag("httpOnly"), flag("secure"));
    let value = Secret::new(value);
    Some(Cookie { name, value, domain, path, expires, http_only, secure, same_site, rest: Rest(fields) })
}

fn cookie_shown(cookie: &Cookie) -> Value {
    // `None` without secure is dropped by every browser; what is not said is Lax.
    let same_site = match cookie.same_site {
        Some(SameSite::None) if !cookie.secure => SameSite::Lax,
        same_site => same_site.unwrap_or(SameSite::Lax),
    };
    let mut fields = cookie.rest.0.clone();
    let known = json!({
        "name": cookie.name, "value": cookie.value.reveal(), "domain": cookie.domain, "path": cookie.path,
        "expires": cookie.expires.map_or(json!(-1), whole), "httpOnly": cookie.http_only, "secure": cookie.secure,
        "sameSite": same_site.as_str(),
    });
    if let Value::Object(known) = known {
        fields.extend(known);
    }
    Value::Object(fields)
}

/// A number without a fraction where it has none.
fn whole(number: f64) -> Value {
    let text = number.to_string();
    text.parse::<i64>().map_or_else(|_| json!(number), |number| json!(number))
}

fn origin_of(value: Value) -> Option<Origin> {
    let Value::Object(mut fields) = value else { return None };
    let origin = fields.remove("origin")?.as_str()?.to_owned();
    let stored = fields.remove("localStorage");
    let pair = |pair: &Value| {
        let text = |name: &str| pair.get(name)?.as_str().map(str::to_owned);
        Some((text("name")?, Secret::new(text("value")?)))
    };
    let local = stored.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(pair).collect();
    Some(Origin { origin, local, rest: Rest(fields) })
}

fn origin_shown(origin: &Origin) -> Value {
    let pair = |(name, value): &(String, Secret<String>)| json!({"name": name, "value": value.reveal()});
    let mut fields = origin.rest.0.clone();
    fields.insert("origin".to_owned(), json!(origin.origin));
    fields.insert("localStorage".to_owned(), origin.local.iter().map(pair).collect());
    Value::Object(fields)
}
