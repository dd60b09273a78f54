//! Asks short links where they lead.
//!
//! One request a step, without cookies and without following: each step's answer is judged here before anything else is
//! asked. A link in a message may be anybody's, so nothing of it is sent but the code of a short link to the host of
//! short links.

use std::collections::HashSet;

use tokio::task::JoinSet;

use super::bad::BadLink;
use super::find::{Found, find, find_any};
use super::kind::Kind;
use super::parts::Link;
use super::text::links;
use crate::domain::Class;
use crate::net::{Answer, Ask, Client, Want};

/// How many steps one link may take.
const STEPS: usize = 5;
/// How many links are asked at the same time.
const AT_ONCE: usize = 5;
/// Longer codes are none.
const LONGEST_CODE: usize = 64;

/// Finds ids, and asks where the links do not say them.
#[derive(Debug, Clone)]
pub struct Resolver {
    want: Option<Kind>,
    /// The way out; without it nobody is asked.
    asking: Option<Asking>,
}

#[derive(Debug, Clone)]
struct Asking {
    client: Client,
    short: String,
    user_agent: String,
}

/// What became of one link, or of a text without any.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The text it stood in, by its place among those that were given.
    pub text: usize,
    /// The link; empty when the text has none.
    pub url: String,
    /// The id.
    pub found: Result<Found, BadLink>,
}

impl Resolver {
    /// Looks for ids of `want`, or of whatever a link names, and asks nobody.
    pub const fn new(want: Option<Kind>) -> Self {
        Self { want, asking: None }
    }

    /// The same, asking `short`, the base of short links, as `user_agent`.
    #[must_use]
    pub fn asking(self, client: Client, short: &str, user_agent: &str) -> Self {
        let asking = Asking { client, short: short.to_owned(), user_agent: user_agent.to_owned() };
        Self { asking: Some(asking), ..self }
    }

    /// The ids of all links in `texts`, in their order, each link once. One that fails leaves the others alone.
    pub async fn all(&self, texts: &[String]) -> Vec<Resolved> {
        let mut seen = HashSet::new();
        let mut rows = Vec::new();
        for (text, written) in texts.iter().enumerate() {
            let links = links(written);
            if links.is_empty() {
                rows.push(Resolved { text, url: String::new(), found: Err(BadLink::NoUrl) });
            }
            let new = links.into_iter().filter(|link| seen.insert((*link).to_owned()));
            rows.extend(new.map(|url| Resolved { text, url: url.to_owned(), found: Err(BadLink::Unread) }));
        }
        let mut waiting = rows.iter().map(|row| row.url.clone()).enumerate().filter(|(_, url)| !url.is_empty());
        let mut asking = JoinSet::new();
        let mut done = Vec::new();
        loop {
            while asking.len() < AT_ONCE
                && let Some((at, url)) = waiting.next()
            {
                let this = self.clone();
                asking.spawn(async move { (at, this.one(&url).await) });
            }
            match asking.join_next().await {
                Some(Ok(answer)) => done.push(answer),
                Some(Err(_ended)) => {}
                None => break,
            }
        }
        for (at, found) in done {
            if let Some(row) = rows.get_mut(at) {
                row.found = found;
            }
        }
        rows
    }

    /// The id of one link.
    pub async fn one(&self, url: &str) -> Result<Found, BadLink> {
        let mut url = url.to_owned();
        let mut steps = 0;
        loop {
            let link = Link::parse(&url)?;
            let Some(code) = link.short_code() else {
                return self.want.map_or_else(|| find_any(&link), |want| find(&link, want));
            };
            if steps == STEPS {
                return Err(BadLink::TooManyRedirects(STEPS));
            }
            steps += 1;
            url = self.step(code).await?;
        }
    }

    /// Where the short link with this code leads.
    async fn step(&self, code: &str) -> Result<String, BadLink> {
        let Some(Asking { client, short, user_agent }) = &self.asking else { return Err(BadLink::NeedsRedirect) };
        let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !plain || code.len() > LONGEST_CODE {
            return Err(BadLink::Nothing);
        }
        let ask = Ask::get(format!("{short}/{code}/")).header("user-agent", user_agent).stay();
        let answer = client.fetch(ask).await.map_err(BadLink::Unanswered)?;
        let place = answer.headers.get("location").and_then(|place| place.to_str().ok());
        match place.filter(|_| answer.status.is_redirection()) {
            // A step to another short link may be written without the host.
            Some(place) if place.starts_with("//") => Ok(format!("https:{place}")),
            Some(place) if place.starts_with('/') => Ok(format!("https://v.douyin.com{place}")),
            Some(place) => Ok(place.to_owned()),
            None => Err(leads_nowhere(&answer)),
        }
    }
}

/// What an answer without a place means: a refusal by its class, or a page where there should be none.
fn leads_nowhere(answer: &Answer) -> BadLink {
    let status = answer.status;
    match answer.class(Want::Reply) {
        Class::Ok | Class::Schema => BadLink::LeadsNowhere(status.as_u16()),
        class => BadLink::Unanswered(answer.refuse(class, format_args!("it answers {status}, that is {class}"))),
    }
}
