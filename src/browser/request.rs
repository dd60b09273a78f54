//! What a page sends by itself: the request that is waited for, with all of its headers.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::bidi::Event;
use super::page::Page;
use super::trouble::{Trouble, first_line};
use crate::domain::Secret;

/// How long a request without its cookies waits for the same with them: a worker of the page sends it once more.
const BETTER: Duration = Duration::from_secs(1);

/// How often a browser that says nothing is asked whether it still answers, and how long that may take.
const PULSE: Duration = Duration::from_secs(5);
const ANSWERING: Duration = Duration::from_secs(10);

/// Which of the selectors, given as JSON, stands in the page and can be seen; empty when none does.
const MARKED: &str = "(selectors) => JSON.parse(selectors).find((one) =>
    Array.from(document.querySelectorAll(one)).some((found) => found.getClientRects().length > 0)) || ''";

/// Which request is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The page that sends it.
    pub page: &'a str,
    /// A part of its path, and the headers that it has to have then, in small letters; any of these is one.
    pub sends: &'a [Sends],
    /// How long it is waited for.
    pub limit: Duration,
}

/// A request by a part of its path, and by headers that it has.
pub type Sends = (&'static str, &'static [&'static str]);

/// How a page is known that is not the one that was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Signs<'a> {
    /// It asks for a login: by parts of its address.
    pub login: &'a [&'a str],
    /// It shows a challenge: the same.
    pub challenge: &'a [&'a str],
    /// It shows one where it is: by what can be seen there, as selectors.
    pub marks: &'a [String],
}

/// Where the cookies of a request were taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CookieSource {
    /// The request itself.
    Request,
    /// What the account holds: the browser did not tell them with the request.
    Jar,
}

/// A request that a page sent.
#[derive(Debug, Clone)]
pub struct Captured {
    /// Where it went.
    pub url: String,
    /// Its headers, in small letters.
    pub headers: BTreeMap<String, Secret<String>>,
    /// Where its cookies come from.
    pub cookies: CookieSource,
}

impl Page {
    /// Goes to the page of `wanted` and waits until it sends the request.
    pub async fn catch(&self, wanted: Wanted<'_>, signs: Signs<'_>) -> Result<Captured, Trouble> {
        // Workers of the page send without a context; one account at a time is caught in one browser.
        let (user, tab) = (self.user_context.clone(), self.context.clone());
        let known = ["network.", "browsingContext.navigation", "browsingContext.load"];
        let is_ours = move |event: &Event| {
            // Firefox does not say whose it is, but in which tab.
            let is_ours = match (event.text("/userContext"), event.text("/context")) {
                ("", "") => true,
                ("", context) => context == tab,
                (of, _) => of == user,
            };
            is_ours && known.iter().any(|known| event.method.starts_with(known))
        };
        let mut events = self.bidi.listen(is_ours);
        // That it is refused is a hint at most: a page that leads elsewhere by script refuses too. What came of it is seen.
        let hint = match self.go(wanted.page).await {
            Err(Trouble::Refused { why, .. }) => Some(why),
            other => other.map(|()| None)?,
        };
        let watched = async {
            tokio::select! {
                caught = self.watch(&mut events, wanted, signs) => caught,
                silent = self.pulse() => Err(silent),
            }
        };
        if let Ok(caught) = self.bidi.clock().limit(wanted.limit, self.unless_crashed(watched)).await {
            return caught;
        }
        self.look_for(signs.marks).await?;
        Err(self.nothing_came(wanted, hint).await)
    }

    /// Ends when the browser no longer answers: its socket may stay open all the same.
    async fn pulse(&self) -> Trouble {
        loop {
            self.bidi.clock().sleep(PULSE).await;
            if let Err(trouble) = self.bidi.call_within(ANSWERING, "browser.getUserContexts", json!({})).await {
                return trouble;
            }
        }
    }

    /// A challenge, when one of `marks` can be seen in the page.
    async fn look_for(&self, marks: &[String]) -> Result<(), Trouble> {
        let seen = match self.run(MARKED, &[&json!(marks).to_string()]).await {
            // Between two pages there is none that could be asked.
            Err(Trouble::Refused { .. }) => return Ok(()),
            seen => seen?,
        };
        if seen.is_empty() { Ok(()) } else { Err(Trouble::Challenge(self.place().await?.0)) }
    }

    async fn watch(
        &self,
        events: &mut mpsc::Receiver<Event>,
        wanted: Wanted<'_>,
        signs: Signs<'_>,
    ) -> Result<Captured, Trouble> {
        while let Some(event) = events.recv().await {
            self.judge_place(&event, wanted, signs)?;
            if event.method == "browsingContext.load" && event.text("/context") == self.context {
                self.look_for(signs.marks).await?;
            }
            let Some(headers) = matching(&event, wanted) else { continue };
            let url = event.text("/request/url").to_owned();
            if headers.contains_key("cookie") {
                return Ok(Captured { url, headers, cookies: CookieSource::Request });
            }
            return self.with_cookies(events, wanted, url, headers).await;
        }
        Err(Trouble::Gone)
    }

    /// Whether the tab itself was led to a login or to a challenge.
    fn judge_place(&self, event: &Event, wanted: Wanted<'_>, signs: Signs<'_>) -> Result<(), Trouble> {
        let is_of_tab = event.text("/context") == self.context;
        let leads = is_of_tab && !event.text("/navigation").is_empty();
        let url = match event.method.as_str() {
            // A page leads on by its script, a server by its answer.
            "browsingContext.navigationStarted" if is_of_tab => event.text("/url"),
            "network.beforeRequestSent" if leads => event.text("/request/url"),
            // Of a tab that crashes it says nothing; that is told by itself.
            "browsingContext.navigationFailed"
                if is_of_tab && !event.text("/message").is_empty() && !event.text("/message").contains("ABORTED") =>
            {
                return Err(Trouble::Unreachable {
                    host: host_of(event.text("/url")),
                    why: first_line(event.text("/message")),
                });
            }
            // A page that leads on by its script ends its own loading.
            "network.fetchError" if leads && !event.text("/errorText").contains("ABORTED") => {
                let host = host_of(event.text("/request/url"));
                return Err(Trouble::Unreachable { host, why: first_line(event.text("/errorText")) });
            }
            _ => return Ok(()),
        };
        let (host, place) = (host_of(url), url.split(['?', '#']).next().unwrap_or_default());
        let shows = |signs: &[&str]| place != wanted.page && signs.iter().any(|sign| place.contains(sign));
        if shows(signs.challenge) {
            return Err(Trouble::Challenge(host));
        }
        if shows(signs.login) { Err(Trouble::LoginRequired(host)) } else { Ok(()) }
    }

    /// The same request with its cookies if it comes once more, else with those that the account holds.
    async fn with_cookies(
        &self,
        events: &mut mpsc::Receiver<Event>,
        wanted: Wanted<'_>,
        url: String,
        mut headers: BTreeMap<String, Secret<String>>,
    ) -> Result<Captured, Trouble> {
        let better = async {
            while let Some(event) = events.recv().await {
                if let Some(headers) = matching(&event, wanted).filter(|headers| headers.contains_key("cookie")) {
                    return Some((event.text("/request/url").to_owned(), headers));
                }
            }
            None
        };
        if let Ok(Some((url, headers))) = self.bidi.clock().limit(BETTER, better).await {
            return Ok(Captured { url, headers, cookies: CookieSource::Request });
        }
        let host = crate::config::host_of(&url).to_owned();
        let goes_there = |domain: &str| match domain.strip_prefix('.') {
            Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
            None => host == domain,
        };
        let held = self.cookies().await?;
        let sent = held.iter().filter(|cookie| goes_there(&cookie.domain));
        let pairs: Vec<String> = sent.map(|cookie| format!("{}={}", cookie.name, cookie.value.reveal())).collect();
        if !pairs.is_empty() {
            headers.insert("cookie".to_owned(), Secret::new(pairs.join("; ")));
        }
        Ok(Captured { url, headers, cookies: CookieSource::Jar })
    }

    async fn nothing_came(&self, wanted: Wanted<'_>, hint: Option<String>) -> Trouble {
        match (self.place().await, hint) {
            (Ok((at, _)), _) if !at.starts_with("null") => Trouble::NoRequest { wanted: paths(wanted), at },
            (_, Some(why)) => Trouble::Unreachable { host: host_of(wanted.page), why },
            (Err(trouble), None) => trouble,
            (Ok((at, _)), None) => Trouble::NoRequest { wanted: paths(wanted), at },
        }
    }
}

/// The headers of a request that is the one.
fn matching(event: &Event, wanted: Wanted<'_>) -> Option<BTreeMap<String, Secret<String>>> {
    let is_request = matches!(event.method.as_str(), "network.beforeRequestSent" | "network.responseStarted");
    let url = event.text("/request/url");
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let is_at_home = crate::config::host_of(url) == crate::config::host_of(wanted.page);
    if !is_request || !is_at_home || event.text("/request/method") == "OPTIONS" {
        return None;
    }
    let path = format!("/{path}");
    let (_, needed) = wanted.sends.iter().find(|(part, _)| path.contains(part))?;
    let mut headers = BTreeMap::new();
    // Chromium tells many of them twice, a draft and what was sent: the last counts.
    for header in event.params.pointer("/request/headers")?.as_array()? {
        let text = |place: &str| header.pointer(place).and_then(Value::as_str);
        let value = match text("/value/type") {
            Some("base64") => String::from_utf8(STANDARD.decode(text("/value/value")?).ok()?).ok()?,
            _ => text("/value/value")?.to_owned(),
        };
        headers.insert(text("/name")?.to_ascii_lowercase(), Secret::new(value));
    }
    let has = |name: &&str| headers.get(*name).is_some_and(|value| !value.reveal().is_empty());
    needed.iter().all(has).then_some(headers)
}

fn paths(wanted: Wanted<'_>) -> String {
    wanted.sends.iter().map(|(path, _)| *path).collect::<Vec<_>>().join("` or `")
}

fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}
