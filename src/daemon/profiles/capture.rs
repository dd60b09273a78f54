//! Opens the browser in the name of a profile, lets its page send what it sends, and takes along what it holds then.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::proof::Prover;
use crate::browser::{self, Browser, Captured, Look, Page, Programs, Signs, Trouble, Wanted, find};
use crate::config::Profile;
use crate::domain::{Millis, Secret};
use crate::platform::creative_radar::{PAGE, SENDS};
use crate::session::{Login, Rules, cookie_for_browser, login_of};

/// How long the page has to send its request.
const PATIENCE: Duration = Duration::from_secs(45);
/// What makes a set with the cookies: without one of them the others are worth nothing.
const SET: &[&str] = &["timestamp", "user-sign", "anonymous-user-id"];
/// What is not kept of a request's headers: it belongs to the one request.
const PASSING: [&str; 6] = ["cookie", "host", "connection", "content-length", "accept-encoding", "priority"];
/// How an address shows that the page is another than was asked for.
const SIGNS: Signs = Signs { login: &["/login", "/passport"], challenge: &["/verify", "/captcha"] };

/// Captures a login at the Creative Center, beginning with what `before` held.
pub(super) async fn capture(
    prover: &Prover,
    (profile, rules): (&Profile, &Rules),
    before: Option<&Login>,
    folder: PathBuf,
) -> Result<Login, Trouble> {
    let settings = prover.live.now();
    let programs = Programs { binary: settings.browser.binary.clone(), driver: settings.browser.driver.clone() };
    let found = find(&programs)?;
    let look = Look { display: None, is_root: rustix::process::geteuid().is_root(), folder };
    let browser = Browser::start(&found, &look, &prover.ambient.clock).await?;
    let base = prover.base(profile.platform);
    let captured = visit(&browser, (&base, profile.proxy.as_deref()), (before, prover.ambient.clock.now())).await;
    browser.close().await;
    let (request, cookies, stored) = captured?;
    let host = prover.host(profile.platform);
    let mut headers = request.headers;
    headers.retain(|name, _| !PASSING.contains(&name.as_str()) && !name.starts_with(':'));
    let login = login_of(cookies, (&base, stored), &[rules.domains, &[&host]].concat());
    Ok(Login { headers, ..login })
}

type Seen = (Captured, Vec<browser::Cookie>, Vec<(String, Secret<String>)>);

async fn visit(
    browser: &Browser,
    (base, proxy): (&str, Option<&str>),
    (before, now): (Option<&Login>, Millis),
) -> Result<Seen, Trouble> {
    let page = Page::open(browser, proxy).await?;
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
    let wanted = Wanted { page: &format!("{base}{PAGE}"), path: SENDS, headers: SET, limit: PATIENCE };
    let request = page.catch(wanted, SIGNS).await?;
    let (cookies, stored) = (page.cookies().await?, page.stored(base).await?);
    page.close().await?;
    Ok((request, cookies, stored))
}

/// Headers by name, from pairs.
pub(super) fn headers_of(pairs: BTreeMap<String, String>) -> BTreeMap<String, Secret<String>> {
    pairs.into_iter().map(|(name, value)| (name, Secret::new(value))).collect()
}
