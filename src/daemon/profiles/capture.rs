//! Opens the browser in the name of a profile, lets its page send what it sends, and takes along what it holds then.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::proof::Prover;
use crate::browser::{self, Browser, Captured, Look, Page, Programs, SameSite, Signs, Trouble, Wanted, find};
use crate::config::Profile;
use crate::domain::{Millis, Secret};
use crate::platform::creative_radar::{PAGE, SENDS};
use crate::session::{Login, Rules};
use crate::wire::login::{self, Cookie, Origin, Rest, StorageState};

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
    let captured = visit(&browser, &base, (before, prover.ambient.clock.now())).await;
    browser.close().await;
    let (request, cookies, stored) = captured?;
    let host = prover.host(profile.platform);
    let is_ours = |cookie: &Cookie| cookie.is_of(rules.domains) || cookie.host() == host;
    let cookies: Vec<Cookie> = cookies.into_iter().map(told).filter(is_ours).collect();
    let mut headers = request.headers;
    headers.retain(|name, _| !PASSING.contains(&name.as_str()) && !name.starts_with(':'));
    let origins = vec![Origin { origin: base, local: stored, rest: Rest::default() }];
    Ok(Login { state: StorageState { cookies, origins, rest: Rest::default() }, headers })
}

type Seen = (Captured, Vec<browser::Cookie>, Vec<(String, Secret<String>)>);

async fn visit(browser: &Browser, base: &str, (before, now): (Option<&Login>, Millis)) -> Result<Seen, Trouble> {
    let page = Page::open(browser, None).await?;
    if let Some(login) = before {
        let cookies: Vec<_> =
            login.state.cookies.iter().filter(|cookie| !cookie.is_over(now)).map(to_browser).collect();
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

fn to_browser(cookie: &Cookie) -> browser::Cookie {
    let same_site = match cookie.same_site {
        Some(login::SameSite::Strict) => SameSite::Strict,
        Some(login::SameSite::None) => SameSite::None,
        Some(login::SameSite::Lax) | None => SameSite::Lax,
    };
    browser::Cookie {
        name: cookie.name.clone(),
        value: cookie.value.clone(),
        domain: cookie.domain.clone(),
        path: cookie.path.clone(),
        expiry: cookie.expires_at().map(|at| at.0 / 1000),
        http_only: cookie.http_only,
        secure: cookie.secure,
        same_site,
        partition: None,
    }
}

fn told(cookie: browser::Cookie) -> Cookie {
    let same_site = match cookie.same_site {
        SameSite::Strict => login::SameSite::Strict,
        SameSite::Lax => login::SameSite::Lax,
        SameSite::None => login::SameSite::None,
    };
    Cookie {
        name: cookie.name,
        value: cookie.value,
        domain: cookie.domain,
        path: cookie.path,
        expires: cookie.expiry.map(seconds),
        http_only: cookie.http_only,
        secure: cookie.secure,
        same_site: Some(same_site),
        rest: Rest::default(),
    }
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "seconds since 1970 are few enough")]
const fn seconds(at: i64) -> f64 {
    at as f64
}

/// Headers by name, from pairs.
pub(super) fn headers_of(pairs: BTreeMap<String, String>) -> BTreeMap<String, Secret<String>> {
    pairs.into_iter().map(|(name, value)| (name, Secret::new(value))).collect()
}
