//! Opens the browser in the name of a profile, lets its page send what it sends, and takes along what it holds then.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::proof::Prover;
use crate::browser::{self, Captured, Page, Pool, Signs, Source, Trouble, Wanted};
use crate::config::Profile;
use crate::domain::{Millis, Secret};
use crate::platform::creative_radar::{PAGE, SENDS};
use crate::session::{Login, Rules, cookie_for_browser, guise_of, login_of};

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
    (prover, pool): (&Prover, &Pool),
    (profile, rules): (&Profile, &Rules),
    before: Option<&Login>,
    source: &Source,
) -> Result<Login, Missed> {
    let turn = pool.turn(source).await?;
    let base = prover.base(profile.platform);
    let page = Page::open(turn.browser(), guise_of(profile)).await?;
    let marks = prover.live.now().browser.challenge.clone();
    let captured = Box::pin(visit(&page, (&base, &marks), (before, prover.ambient.clock.now()))).await;
    let captured = match captured {
        Err(trouble @ Trouble::Challenge(_)) => Err(Missed { seen: Some(Seen::of(&page).await), trouble }),
        other => other.map_err(Missed::from),
    };
    // Without its account the browser is as it was before.
    if page.close().await.is_ok() {
        turn.give_back();
    }
    let (request, cookies, stored) = captured?;
    let host = prover.host(profile.platform);
    let mut headers = request.headers;
    headers.retain(|name, _| !PASSING.contains(&name.as_str()) && !name.starts_with(':'));
    let mut login = login_of(cookies, (&base, stored), &[rules.domains, &[&host]].concat());
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

type Caught = (Captured, Vec<browser::Cookie>, Vec<(String, Secret<String>)>);

async fn visit(
    page: &Page,
    (base, marks): (&str, &[String]),
    (before, now): (Option<&Login>, Millis),
) -> Result<Caught, Trouble> {
    if let Some(login) = before {
        let cookies: Vec<_> =
            login.state.cookies.iter().filter(|cookie| !cookie.is_over(now)).map(cookie_for_browser).collect();
        let missing = page.put_cookies(&cookies).await?;
        if !missing.is_empty() {
            tracing::warn!(count = missing.len(), "The browser does not take cookies called {}", missing.join(", "));
        }
        for origin in login.state.origins.iter().filter(|origin| origin.origin == base && !origin.local.is_empty()) {
            page.put_stored(&origin.origin, &origin.local).await?;
        }
    }
    let wanted = Wanted { page: &format!("{base}{PAGE}"), sends: &SENDS, limit: PATIENCE };
    let request = page.catch(wanted, Signs { login: &LOGIN, challenge: &CHALLENGE, marks }).await?;
    Ok((request, page.cookies().await?, page.stored(base).await?))
}

/// Headers by name, from pairs.
pub(super) fn headers_of(pairs: BTreeMap<String, String>) -> BTreeMap<String, Secret<String>> {
    pairs.into_iter().map(|(name, value)| (name, Secret::new(value))).collect()
}
