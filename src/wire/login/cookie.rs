//! One cookie: whose it is, how long it is good, which requests carry it.
//!
//! Why no crate: `cookie` reads the header `Set-Cookie` alone, and people bring logins in other forms. `cookie_store` 0.22
//! brings five crates and does not write the form in which Playwright stores cookies.

use serde_json::{Map, Value};

use crate::domain::{Millis, Secret};

/// No browser keeps a longer name and value.
const LONGEST: usize = 16 << 10;

/// To which requests of other sites it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// None.
    Strict,
    /// Those that lead a person there.
    Lax,
    /// All.
    None,
}

impl SameSite {
    /// As Playwright writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }

    /// From any spelling of any tool; nothing for what says nothing.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "strict" => Some(Self::Strict),
            "lax" => Some(Self::Lax),
            "none" | "no_restriction" => Some(Self::None),
            _ => None,
        }
    }
}

/// What is not known here, as it was found. It may hold anything, so only its names are ever shown.
#[derive(Clone, Default, PartialEq)]
pub struct Rest(pub(super) Map<String, Value>);

/// The members in which Playwright says on whose pages alone a cookie counts.
const PARTITION: [&str; 2] = ["partitionKey", "_crHasCrossSiteAncestor"];

impl Rest {
    /// On the pages of which site alone it counts, and whether it was set within a page of another.
    pub fn partition(&self) -> Option<(String, bool)> {
        let [site, within] = PARTITION.map(|name| self.0.get(name));
        Some((site?.as_str()?.to_owned(), within == Some(&Value::Bool(true))))
    }

    /// The same for one that counts there alone.
    pub fn of_partition(site: String, is_within_another: bool) -> Self {
        let [named, within] = PARTITION.map(str::to_owned);
        Self(Map::from_iter([(named, site.into()), (within, is_within_another.into())]))
    }
}

impl std::fmt::Debug for Rest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A cookie.
#[derive(Debug, Clone, PartialEq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Secret<String>,
    /// Whose; with a dot in front, of all below it too.
    pub domain: String,
    /// From which path on.
    pub path: String,
    /// Until when, in Unix seconds; nothing for one that ends with the browser.
    pub expires: Option<f64>,
    /// Whether pages cannot read it.
    pub http_only: bool,
    /// Whether it only goes where nobody listens.
    pub secure: bool,
    /// To which requests of other sites it goes.
    pub same_site: Option<SameSite>,
    /// What is not known here, as it was found.
    pub rest: Rest,
}

impl Cookie {
    /// One of a whole domain that ends with the browser.
    pub(super) fn of(name: &str, value: &str, domain: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: Secret::new(value.to_owned()),
            domain: domain.to_owned(),
            path: "/".to_owned(),
            expires: None,
            http_only: false,
            secure: false,
            same_site: None,
            rest: Rest::default(),
        }
    }

    /// Why no browser would take it.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let (name, value) = (self.name.as_str(), self.value.reveal().as_str());
        let is_open = |text: &str| text.chars().any(|c| c.is_control() || c == ';');
        if name.is_empty() && value.is_empty() {
            return Some("it has neither a name nor a value");
        }
        if is_open(name) || is_open(value) || name.contains('=') {
            return Some("it holds what no cookie may hold");
        }
        if !name.is_ascii() || !value.is_ascii() {
            return Some("it is not ASCII, and would not leave as it stands");
        }
        if name.len() + value.len() > LONGEST {
            return Some("it is longer than any browser keeps");
        }
        if self.host().is_empty() || !self.host().bytes().all(|b| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b)) {
            return Some("it is of no host");
        }
        if !self.path.starts_with('/') || self.path.chars().any(char::is_control) {
            return Some("it has no path");
        }
        if name.starts_with("__Host-") && (self.domain.starts_with('.') || self.path != "/" || !self.secure) {
            return Some("its name promises what it does not hold");
        }
        None
    }

    /// Its domain without the dot.
    pub fn host(&self) -> &str {
        self.domain.strip_prefix('.').unwrap_or(&self.domain)
    }

    /// Whether it is out of date.
    pub fn is_over(&self, now: Millis) -> bool {
        self.expires_at().is_some_and(|at| at <= now)
    }

    /// Until when it is good.
    pub fn expires_at(&self) -> Option<Millis> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::as_conversions,
            reason = "a moment beyond all is the last one"
        )]
        self.expires.map(|seconds| Millis((seconds * 1000.0) as i64))
    }

    /// Whether it belongs to one of `domains` or to what is below them.
    pub fn is_of(&self, domains: &[&str]) -> bool {
        domains.iter().any(|domain| is_below(self.host(), domain))
    }

    /// Whether a request to `host` and `path` carries it.
    fn goes_to(&self, host: &str, path: &str, is_secure: bool) -> bool {
        let is_there = if self.domain.starts_with('.') { is_below(host, self.host()) } else { host == self.domain };
        let below = path.strip_prefix(self.path.as_str());
        let is_path = below.is_some_and(|rest| rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/'));
        is_there && is_path && (is_secure || !self.secure)
    }
}

pub(super) fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The `Cookie` header of a request: the longest paths first, as browsers send them; nothing when no cookie goes there.
pub fn header_for(cookies: &[Cookie], host: &str, path: &str, is_secure: bool, now: Millis) -> Option<Secret<String>> {
    let mut sent: Vec<&Cookie> =
        cookies.iter().filter(|cookie| cookie.goes_to(host, path, is_secure) && !cookie.is_over(now)).collect();
    sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
    let mut header = String::new();
    for cookie in sent {
        if !header.is_empty() {
            header.push_str("; ");
        }
        if !cookie.name.is_empty() {
            header.push_str(&cookie.name);
            header.push('=');
        }
        header.push_str(cookie.value.reveal());
    }
    (!header.is_empty()).then(|| Secret::new(header))
}
