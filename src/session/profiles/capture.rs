//! Opens the browser in the name of a profile, lets its page send what it sends, and takes along what it holds then.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::proof::Prover;
use crate::browser::{Captured, Page, Pool, Sends, Signs, Source, Trouble, Wanted};
use crate::config::Profile;
use crate::domain::{Millis, Secret};
use crate::platform::creative_radar::{PAGE, SENDS};
use crate::session::convert::{cookie_for_browser, login_of};
use crate::session::login::Login;
use crate::session::rules::Rules;
use crate::session::source::guise_of;
use crate::wire::login::Origin;

/// How long the page has to send its request.
const PATIENCE: Duration = Duration::from_secs(45);
/// How long a page may take to show what it shows.
const SETTLING: Duration = Duration::from_secs(5);
/// What is not kept of a request's headers: it belongs to the one request.
const PASSING: [&str; 6] = ["cookie", "host", "connection", "content-length", "accept-encoding", "priority"];
/// How an address shows that the page is another than was asked for.
const LOGIN: [&str; 2] = ["/login", "/passport"];
const CHALLENGE: [&str; 2] = ["/verify", "/captcha"];

/// Captures a login at the Creative Center, beginning with what `before` held.
pub(super) async fn capture(
    prover: &Prover,
    pool: &Pool,
    profile: &Profile,
    rules: &Rules,
    before: Option<&Login>,
    source: &Source,
) -> Result<Login, Missed> {
    let turn = pool.turn(source).await?;
    let base = prover.base(profile.platform);
    let page = Page::open(turn.browser(), guise_of(profile)).await?;
    let visit = Visit { before, ..Visit::of(prover, &base) };
    let captured = async {
        let request = visit.catch(&page).await?;
        Ok::<_, Trouble>((request, page.cookies().await?, page.stored(&base).await?))
    };
    let captured = match Box::pin(captured).await {
        Err(trouble @ Trouble::Challenge(_)) => Err(Missed { seen: Some(Seen::of(&page).await), trouble }),
        other => other.map_err(Missed::from),
    };
    turn.end(page).await;
    let (request, cookies, stored) = captured?;
    let host = prover.host(profile.platform);
    let mut headers = request.headers;
    headers.retain(|name, _| !PASSING.contains(&name.as_str()) && !name.starts_with(':'));
    let mut login = login_of(cookies, &base, stored, &[rules.domains, &[&host]].concat());
    if let Some(before) = before {
        login.carry_over(before);
    }
    Ok(Login { headers, ..login })
}

/// Why there is no login, and what the page looked like if a person has to see it.
#[derive(Debug)]
pub(super) struct Missed {
    pub(super) trouble: Trouble,
    pub(super) seen: Option<Seen>,
}

impl From<Trouble> for Missed {
    fn from(trouble: Trouble) -> Self {
        Self { trouble, seen: None }
    }
}

/// A page as a person would see it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) picture: Vec<u8>,
    pub(super) text: String,
}

impl Seen {
    async fn of(page: &Page) -> Self {
        // It came here a moment ago: what it shows stands there when it is loaded.
        let _as_it_is = page.wait_until("document.readyState === 'complete'", SETTLING).await;
        let picture = page.picture().await.ok().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
        Self { picture, text: page.text().await.unwrap_or_default() }
    }
}

/// A visit of the page of the Creative Center.
pub(super) struct Visit<'a> {
    /// The base of the platform.
    pub(super) base: &'a str,
    /// The requests that are waited for.
    pub(super) sends: &'a [Sends],
    /// The login that the browser is given first; nothing for a guest.
    pub(super) before: Option<&'a Login>,
    /// Selectors that mark a challenge.
    pub(super) marks: Vec<String>,
    pub(super) now: Millis,
}

impl<'a> Visit<'a> {
    /// The visit of a guest, who waits for a signed request.
    pub(super) fn of(prover: &Prover, base: &'a str) -> Self {
        let (marks, now) = (prover.current.now().browser.challenge.clone(), prover.ambient.clock.now());
        Self { base, sends: &SENDS, before: None, marks, now }
    }

    /// Opens the page in `page` and waits for its request.
    pub(super) async fn catch(&self, page: &Page) -> Result<Captured, Trouble> {
        if let Some(login) = self.before {
            self.put(page, login).await?;
        }
        let wanted = Wanted { page: &format!("{}{PAGE}", self.base), sends: self.sends, limit: PATIENCE };
        page.catch(wanted, Signs { login: &LOGIN, challenge: &CHALLENGE, marks: &self.marks }).await
    }

    async fn put(&self, page: &Page, login: &Login) -> Result<(), Trouble> {
        let living = login.state.cookies.iter().filter(|cookie| !cookie.is_over(self.now));
        let missing = page.put_cookies(&living.map(cookie_for_browser).collect::<Vec<_>>()).await?;
        if !missing.is_empty() {
            tracing::warn!(count = missing.len(), "The browser does not take cookies called {}", missing.join(", "));
        }
        let is_ours = |origin: &&Origin| origin.origin == self.base && !origin.local.is_empty();
        for origin in login.state.origins.iter().filter(is_ours) {
            page.put_stored(&origin.origin, &origin.local).await?;
        }
        Ok(())
    }
}

/// Headers by name, from pairs.
pub fn headers_of(pairs: BTreeMap<String, String>) -> BTreeMap<String, Secret<String>> {
    pairs.into_iter().map(|(name, value)| (name, Secret::new(value))).collect()
}
