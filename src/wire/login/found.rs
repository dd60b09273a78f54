//! Looks what a text is, and takes out of it what a login is made of.

use serde_json::Value;

use super::cookie::Cookie;
use super::skip::{Skipped, take};
use super::state::StorageState;
use super::{dotenv, extension, netscape, request};
use crate::domain::Secret;
use crate::wire::cookie;

/// No file of a login is longer.
const LONGEST: usize = 64 << 20;
/// Nor has any so many cookies.
const MOST: usize = 5000;
/// What the lines of an old setting begin with, and whose cookies they hold.
const PREFIX: &str = "TIKTOK_ADS_";
const DOTENV_OF: &str = "tiktok.com";

/// In which form a login was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The storage state of Playwright.
    StorageState,
    /// cookies.txt.
    Netscape,
    /// A list in JSON, as extensions and WebDriver write it.
    List,
    /// A `Cookie` header.
    Header,
    /// What *Copy as cURL* gives.
    Curl,
    /// A HAR.
    Har,
    /// Lines of an `.env`.
    Dotenv,
    /// A Firefox's own database.
    Firefox,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// In which form.
    pub form: Form,
    /// Cookies, and what pages stored.
    pub state: StorageState,
    /// Headers of a request beside its cookies, in small letters.
    pub headers: Vec<(String, Secret<String>)>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

impl Found {
    /// Of cookies that were read elsewhere already.
    pub fn of_cookies(form: Form, cookies: Vec<Cookie>) -> Self {
        let mut skipped = Vec::new();
        let cookies = cookies.into_iter().filter_map(|cookie| take(Some(cookie), &mut skipped)).collect();
        let state = StorageState { cookies, ..StorageState::default() };
        Self { form, state, headers: Vec::new(), skipped }
    }
}

/// A text that holds no login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLogin {
    /// It is too long.
    #[error("it is longer than 64 MiB")]
    TooLong,
    /// It is no text.
    #[error("it is no text")]
    NotText,
    /// It begins like JSON and is none: cut short, or damaged.
    #[error("it begins like JSON and is none from line {0} on: it is damaged, or cut short")]
    Damaged(usize),
    /// It is JSON, and nothing that is known.
    #[error("it is JSON, and neither a storage state nor a list of cookies nor a HAR")]
    Foreign,
    /// It is nothing that is known.
    #[error("it is none of: cookies.txt, storage state, list of cookies in JSON, Cookie header, cURL, HAR, .env lines")]
    Unknown,
    /// It has too many cookies.
    #[error("it holds more than {MOST} cookies")]
    TooMany,
    /// It has no cookie and no header that could be taken.
    #[error("no cookie in it can be taken")]
    Empty,
    /// A HAR or a list of more than one site, none of which is wanted.
    #[error("no request in it goes to {0}")]
    Elsewhere(&'static str),
}

/// Reads `bytes`. What does not say whose it is counts as of the first of `domains`, and of several requests the last
/// that went to one of them counts.
pub fn read(bytes: &[u8], domains: &[&'static str]) -> Result<Found, BadLogin> {
    if bytes.len() > LONGEST {
        return Err(BadLogin::TooLong);
    }
    let text = str::from_utf8(bytes).map_err(|_| BadLogin::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    let found = match text.chars().next() {
        Some('{' | '[') => of_json(text, domains)?,
        _ if netscape::is_one(text) => {
            let (cookies, skipped) = netscape::read(text);
            cookies_of(Form::Netscape, cookies, skipped)
        }
        _ if text.starts_with("curl ") => sent(Form::Curl, request::of_curl(text).as_slice(), domains)?,
        _ => of_line(text.trim_end(), domains)?,
    };
    match &found {
        found if found.state.cookies.len() > MOST => Err(BadLogin::TooMany),
        found if found.state.cookies.is_empty() && found.headers.is_empty() => Err(BadLogin::Empty),
        _ => Ok(found),
    }
}

fn cookies_of(form: Form, cookies: Vec<Cookie>, skipped: Vec<Skipped>) -> Found {
    Found { form, state: StorageState { cookies, ..StorageState::default() }, headers: Vec::new(), skipped }
}

fn of_json(text: &str, domains: &[&'static str]) -> Result<Found, BadLogin> {
    match serde_json::from_str(text).map_err(|error| BadLogin::Damaged(error.line()))? {
        Value::Array(list) if list.iter().all(|item| item.get("name").is_some()) => {
            let (cookies, skipped) = extension::read(list);
            Ok(cookies_of(Form::List, cookies, skipped))
        }
        Value::Object(object)
            if object.get("cookies").is_some_and(Value::is_array) || object.contains_key("origins") =>
        {
            let (state, skipped) = StorageState::of(object);
            Ok(Found { form: Form::StorageState, state, headers: Vec::new(), skipped })
        }
        whole if whole.pointer("/log/entries").is_some() => sent(Form::Har, &request::of_har(&whole), domains),
        _ => Err(BadLogin::Foreign),
    }
}

/// A `Cookie` header with or without its name, or the lines of an `.env`.
fn of_line(text: &str, domains: &[&'static str]) -> Result<Found, BadLogin> {
    let lines = dotenv::read(text, PREFIX);
    if !lines.is_empty() && !domains.contains(&DOTENV_OF) {
        return Err(BadLogin::Elsewhere(domains.first().copied().unwrap_or("it")));
    }
    if !lines.is_empty() {
        let mut headers = Vec::new();
        for (name, value) in lines {
            let name = name.strip_prefix(PREFIX).unwrap_or_default().to_ascii_lowercase().replace('_', "-");
            headers.push((name, value));
        }
        return from_headers(Form::Dotenv, headers, domains);
    }
    let (name, value) = text.split_at(text.len().min(7));
    let header = if name.eq_ignore_ascii_case("cookie:") { value } else { text };
    if header.lines().count() > 1 || !header.contains('=') {
        return Err(BadLogin::Unknown);
    }
    from_headers(Form::Header, vec![("cookie".to_owned(), Secret::new(header.trim().to_owned()))], domains)
}

fn sent(form: Form, all: &[request::Sent], domains: &[&'static str]) -> Result<Found, BadLogin> {
    let host = |url: &str| {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.split(['/', '?', '#', ':']).next().unwrap_or_default().to_ascii_lowercase()
    };
    let wanted = all.iter().find_map(|sent| {
        let host = host(&sent.url);
        let has_cookie = sent.headers.iter().any(|(name, _)| name == "cookie");
        let is_below =
            |domain: &&&str| host.strip_suffix(**domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        domains.iter().find(is_below).filter(|_| has_cookie).map(|domain| (sent, *domain))
    });
    let (sent, domain) = wanted.ok_or(BadLogin::Elsewhere(domains.first().copied().unwrap_or("it")))?;
    from_headers(form, sent.headers.clone(), &[domain])
}

/// Cookies out of a `Cookie` header, the other headers beside them.
fn from_headers(
    form: Form,
    headers: Vec<(String, Secret<String>)>,
    domains: &[&'static str],
) -> Result<Found, BadLogin> {
    let domain = format!(".{}", domains.first().copied().unwrap_or_default());
    let (mut cookies, mut skipped, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (name, value) in headers {
        if name != "cookie" {
            others.push((name, value));
            continue;
        }
        let pairs = cookie::read(value.reveal()).map_err(|_| BadLogin::Empty)?;
        let named = pairs.into_iter().map(|(name, value)| {
            // A header says neither who may read it nor where else it goes: as a careful site would have set it.
            Some(Cookie { secure: true, ..Cookie::of(name, value, &domain) })
        });
        cookies.extend(named.filter_map(|cookie| take(cookie, &mut skipped)));
    }
    Ok(Found { headers: others, ..cookies_of(form, cookies, skipped) })
}

impl Found {
    /// Takes out what is of other sites than `domains`; gives how many cookies and origins that were.
    pub fn keep_only(&mut self, domains: &[&str]) -> usize {
        self.state.keep_only(domains)
    }
}
