//! Between what a browser holds and what a login consists of.

use super::login::Login;
use crate::browser::{self, Partition};
use crate::domain::Secret;
use crate::wire::login::{Cookie, Origin, Rest, SameSite, StorageState};

/// A login of what a browser holds: the cookies of `domains`, and what the page at `base` stored.
pub fn login_of(
    cookies: Vec<browser::Cookie>,
    base: &str,
    stored: Vec<(String, Secret<String>)>,
    domains: &[&str],
) -> Login {
    let cookies = cookies.into_iter().map(told).filter(|cookie| cookie.is_of(domains)).collect();
    let origins = vec![Origin { origin: base.trim_end_matches('/').to_owned(), local: stored, rest: Rest::default() }];
    let state = StorageState { cookies, origins, rest: Rest::default() };
    Login { state, headers: std::collections::BTreeMap::new() }
}

/// A cookie as a browser is given it.
pub fn cookie_for_browser(cookie: &Cookie) -> browser::Cookie {
    let same_site = match cookie.same_site {
        Some(SameSite::Strict) => browser::SameSite::Strict,
        Some(SameSite::None) => browser::SameSite::None,
        Some(SameSite::Lax) | None => browser::SameSite::Lax,
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
        partition: cookie.rest.partition().map(|(site, is_within_another)| Partition { site, is_within_another }),
    }
}

fn told(cookie: browser::Cookie) -> Cookie {
    let same_site = match cookie.same_site {
        browser::SameSite::Strict => SameSite::Strict,
        browser::SameSite::Lax => SameSite::Lax,
        browser::SameSite::None => SameSite::None,
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
        rest: cookie.partition.map_or_else(Rest::default, |of| Rest::of_partition(of.site, of.is_within_another)),
    }
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "seconds since 1970 are few enough")]
const fn seconds(at: i64) -> f64 {
    at as f64
}
