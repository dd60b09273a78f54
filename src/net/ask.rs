//! One request as its caller means it, before any hop of it leaves.
//!
//! Headers of two sorts: what any server may see, and what is meant for one. The second sort is marked, so that no
//! library prints it, and never crosses over to another origin.

use std::borrow::Cow;
use std::fmt;

use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};

use super::guard::host_and_port;
use super::refusal::Refusal;
use crate::domain::{Class, Secret};

/// The longest URL in bytes; those of sites have three thousand at the most.
const LONGEST_URL: usize = 16 << 10;
/// The longest name that DNS knows, with a port.
const LONGEST_HOST: usize = 253 + 6;

/// A request with its headers; one that only reads, unless it has a body.
#[derive(Clone)]
pub struct Ask<'u> {
    pub(super) url: Cow<'u, str>,
    open: HeaderMap,
    secret: HeaderMap,
    bad: Option<&'static str>,
    /// What is posted.
    body: Option<Vec<u8>>,
    follows: bool,
    /// Where redirects may lead besides where they come from; anywhere when nothing is said.
    domains: Option<&'static [&'static str]>,
}

impl<'u> Ask<'u> {
    /// Asks for `url`, whose query leaves byte for byte as it stands here, or not at all.
    pub fn get(url: impl Into<Cow<'u, str>>) -> Self {
        let (open, secret) = (HeaderMap::new(), HeaderMap::new());
        Self { url: url.into(), open, secret, bad: None, body: None, follows: true, domains: None }
    }

    /// Posts `body`, its content type and its bytes, to `url`. A redirect is the answer: what was posted is not posted
    /// elsewhere.
    pub fn post(url: impl Into<Cow<'u, str>>, body: Option<(&'static str, Vec<u8>)>) -> Self {
        let ask = Self::get(url).stay();
        match body {
            Some((kind, body)) => Self { body: Some(body), ..ask.header("content-type", kind) },
            None => Self { body: Some(Vec::new()), ..ask },
        }
    }

    /// The same request, whose answer is the first one, even if it leads elsewhere.
    #[must_use]
    pub fn stay(self) -> Self {
        Self { follows: false, ..self }
    }

    /// The same request, which redirects only lead to `domains` and what is below them.
    #[must_use]
    pub fn within(self, domains: &'static [&'static str]) -> Self {
        Self { domains: Some(domains), ..self }
    }

    /// With a header that any server may see.
    #[must_use]
    pub fn header(self, name: &'static str, value: &str) -> Self {
        self.with(name, HeaderValue::from_str(value).ok())
    }

    /// With a header that is meant for this origin alone.
    #[must_use]
    pub fn secret(self, name: &'static str, value: &Secret<String>) -> Self {
        let value = HeaderValue::from_str(value.reveal()).ok();
        let marked = value.map(|mut value| {
            value.set_sensitive(true);
            value
        });
        self.with(name, marked)
    }

    fn with(mut self, name: &'static str, value: Option<HeaderValue>) -> Self {
        let known = HeaderName::from_bytes(name.as_bytes()).ok();
        match known.zip(value) {
            None => self.bad = Some(name),
            Some((known, mut value)) if value.is_sensitive() || known == COOKIE || known == AUTHORIZATION => {
                value.set_sensitive(true);
                self.secret.insert(known, value);
            }
            Some((known, value)) => _ = self.open.insert(known, value),
        }
        self
    }

    /// The same request for an answer that comes as it is: a part of a packed file is no part of the file.
    pub(super) fn unpacked(mut self) -> Self {
        self.open.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        self
    }

    /// Whether redirects are followed.
    pub(super) const fn follows(&self) -> bool {
        self.follows
    }

    /// Whether a redirect may lead to this host.
    pub(super) fn may_lead_to(&self, host: &str) -> bool {
        let below = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        self.domains.is_none_or(|domains| domains.iter().any(|domain| below(domain)))
    }

    /// How it is sent, and with what.
    pub(super) fn method(&self) -> (Method, Option<Vec<u8>>) {
        (if self.body.is_some() { Method::POST } else { Method::GET }, self.body.clone())
    }

    /// The headers of a hop; `at_home` says whether it is still the origin that was asked first.
    pub(super) fn headers(&self, at_home: bool) -> HeaderMap {
        let mut headers = self.open.clone();
        if at_home && !self.secret.is_empty() {
            headers.extend(self.secret.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        headers
    }

    /// The first hop, if the request can be sent as it was meant.
    pub(super) fn hop(&self) -> Result<Hop, Refusal> {
        let unreadable = |why| Refusal::new(Class::Local, "?", format_args!("the URL cannot be read: {why}"));
        if self.url.len() > LONGEST_URL {
            let why = format_args!("the URL has {} bytes, and {LONGEST_URL} is the most", self.url.len());
            return Err(Refusal::new(Class::Local, "?", why));
        }
        let hop = Url::parse(&self.url).map(Hop::to).map_err(unreadable)?;
        let refuse = |why: &str| Err(Refusal::new(Class::Local, &hop.host, why));
        if hop.host.len() > LONGEST_HOST {
            let why = format_args!("the name of the host has {} bytes, and {LONGEST_HOST} is the most", hop.host.len());
            return Err(Refusal::new(Class::Local, "?", why));
        }
        if let Some(name) = self.bad {
            return refuse(&format!("the header `{name}` holds what no header may hold"));
        }
        let asked = self.url.split_once('#').map_or(&*self.url, |(before, _)| before);
        let query = asked.split_once('?').map(|(_, query)| query);
        if hop.url.query() != query {
            return refuse("its query would not leave as it was written: percent-encode it first");
        }
        if !hop.url.username().is_empty() || hop.url.password().is_some() {
            return refuse("a user name or password stands in the URL: give it as a header");
        }
        Ok(hop)
    }
}

impl fmt::Debug for Ask<'_> {
    /// A query or a body may hold a token: what stands before the one is shown, and how long the other is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body.as_ref().map_or(0, Vec::len);
        let url = self.url.split('?').next().unwrap_or_default();
        write!(f, "Ask({url}, {:?}, {:?}, {body} bytes)", self.open, self.secret)
    }
}

impl<'u> From<&'u str> for Ask<'u> {
    fn from(url: &'u str) -> Self {
        Self::get(url)
    }
}

impl<'u> From<&'u String> for Ask<'u> {
    fn from(url: &'u String) -> Self {
        Self::get(url.as_str())
    }
}

/// One request of a chain of redirects.
#[derive(Debug)]
pub(super) struct Hop {
    pub(super) url: Url,
    /// Its host and port.
    pub(super) host: String,
}

impl Hop {
    pub(super) fn to(url: Url) -> Self {
        let host = host_and_port(&url);
        Self { url, host }
    }

    /// Whether `other` is the same origin.
    pub(super) fn is_at_home(&self, other: &Self) -> bool {
        self.host == other.host && self.url.scheme() == other.url.scheme()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_leaves_as_it_was_written_or_not_at_all() {
        let query =
            |url: &str| Ask::get(url).hop().map(|hop| hop.url.query().map(str::to_owned)).map_err(|r| r.message);
        for kept in ["a=%E7%BE%8E&b=1+2&a_bogus=mX/x%3D%3D", "a=%27&x", "q=a%20b&sig=~-_.!*()", "", "a=b?c=/d"] {
            assert_eq!(query(&format!("https://a.example/x?{kept}")), Ok(Some(kept.to_owned())));
        }
        assert_eq!(query("https://a.example/x#f?a=b"), Ok(None));
        for changed in ["a=美", "a='b'", "a=b c", "a=\"b\"", "a=<b>"] {
            let refused = query(&format!("https://a.example/x?{changed}")).unwrap_err();
            assert!(refused.contains("would not leave as it was written"), "{changed}: {refused}");
        }
    }

    #[test]
    fn what_is_meant_for_one_origin_is_marked_and_stays_there() {
        let cookie = Secret::new("sessionid=abc".to_owned());
        let ask = Ask::get("https://a.example/").header("referer", "https://b.example/").secret("cookie", &cookie);
        let ask = ask.secret("user-sign", &cookie).header("authorization", "Bearer x");
        let names = |at_home| {
            let mut names: Vec<_> = ask.headers(at_home).keys().map(ToString::to_string).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(names(true), ["authorization", "cookie", "referer", "user-sign"]);
        assert_eq!(names(false), ["referer"]);
        assert!(!format!("{ask:?}").contains("abc") && !format!("{ask:?}").contains("Bearer"), "{ask:?}");
        let to = |url: &str| Hop::to(Url::parse(url).unwrap());
        let home = to("https://a.example/x");
        assert!(home.is_at_home(&to("https://a.example:443/y")));
        for other in ["http://a.example:443/", "https://b.example/", "https://a.example:444/"] {
            assert!(!home.is_at_home(&to(other)), "{other}");
        }
    }

    #[test]
    fn what_no_header_may_hold_is_refused_with_its_name_alone() {
        let bad = Secret::new("abc\r\nhost: evil".to_owned());
        let refused = Ask::get("https://a.example/").secret("cookie", &bad).hop().unwrap_err();
        assert!(refused.message.ends_with("the header `cookie` holds what no header may hold"), "{refused}");
        assert!(Ask::get("https://user:pass@a.example/").hop().is_err());
    }

    #[test]
    fn what_is_too_long_for_an_address_is_refused_before_it_leaves() {
        let refused = |url: String| Ask::get(&url).hop().unwrap_err();
        let long = refused(format!("https://a.example/{}", "A".repeat(70_000)));
        assert_eq!((long.class, long.message.contains("70018 bytes, and 16384 is the most")), (Class::Local, true));
        let host = refused(format!("https://{}.example/x", "d".repeat(2000)));
        assert!(
            host.message.contains("the name of the host has 2012 bytes") && !host.message.contains("ddd"),
            "{host}"
        );
        let fits = format!("https://a.example/{}", "A".repeat(16_000));
        assert!(Ask::get(&fits).hop().is_ok());
    }
}
