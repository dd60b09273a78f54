//! `radard profile import`: reads a login out of whatever file a person has, and hands on what belongs to the platform.

use std::io::Read as _;
use std::path::Path;

use super::hand::{Patience, host_of_platform, in_use, known, take_in};
use crate::advice;
use crate::cli::desk::Desk;
use crate::cli::failure::Failure;
use crate::cli::out::Answer;
use crate::config::Profile;
use crate::domain::words::looks_secret;
use crate::domain::{Millis, Platform, Secret};
use crate::session::{Login, rules, state_in};
use crate::store::firefox::{FirefoxCookie, cookies, is_database};
use crate::wire::login::{Cookie, Form, Found, Rest, SameSite, StorageState, read};

/// The most that is read: a HAR of a long visit.
const MOST: u64 = 64 << 20;

/// Takes in what stands in `file`.
pub(super) async fn import(
    desk: &Desk,
    name: &str,
    platform: Option<Platform>,
    file: &Path,
    patience: Patience,
) -> Result<Answer, Failure> {
    let places = desk.places()?;
    let config = desk.checked(&places)?.config;
    let profile = &known(desk, &config, name, platform).await?;
    let (found, left_out) = found_in(file, profile, host_of_platform(&config, profile.platform)).await?;
    desk.out.say(&told_of(&found, left_out, desk.ambient.clock.now()));
    let source = serde_json::to_value(found.form).unwrap_or_default();
    let headers = found.headers.into_iter().collect();
    let login = Login { state: found.state, headers };
    take_in(desk, profile, source.as_str().unwrap_or_default(), &login, patience).await.map(in_use)
}

/// What stands in `file` for `profile`, and how many cookies and origins of other sites were left out.
async fn found_in(file: &Path, profile: &Profile, host: &str) -> Result<(Found, usize), Failure> {
    let rules = rules(profile.platform).ok_or_else(|| {
        let what = format!("nobody logs in to {} with a browser", profile.platform);
        Failure::usage(what).advise(advice::session::platforms())
    })?;
    if looks_secret(&file.to_string_lossy()) && !file.exists() {
        let what = "a login was given where the name of a file belongs; every user can read a command line";
        return Err(Failure::usage(what).advise(advice::cli::paste_or_write()));
    }
    let failed = |why: String| Failure::usage(format!("cannot read a login from `{}`: {why}", file.display()));
    let mut text = Vec::new();
    let taken = if file == Path::new("-") {
        std::io::stdin().lock().take(MOST + 1).read_to_end(&mut text)
    } else {
        std::fs::File::open(state_in(file)).and_then(|open| open.take(MOST + 1).read_to_end(&mut text))
    };
    taken.map_err(|error| failed(error.to_string()).advise(advice::cli::login_file()))?;
    let text = Secret::new(text);
    let mut found = if is_database(text.reveal()) && file != Path::new("-") {
        let cookies = cookies(file).await.map_err(|why| failed(why.to_string()))?;
        Found::of_cookies(Form::Firefox, cookies.into_iter().map(of_firefox).collect())
    } else {
        read(text.reveal(), rules.domains).map_err(|bad| failed(bad.to_string()).advise(advice::cli::login_form()))?
    };
    let left_out = found.keep_only(&[rules.domains, &[host]].concat());
    if found.state.cookies.is_empty() {
        let what = failed(format!("no cookie in it belongs to {}", rules.domains.join(", ")));
        return Err(what.advise(advice::cli::cookies()));
    }
    Ok((found, left_out))
}

/// What was found, for a person, before it is handed on; never a value.
fn told_of(found: &Found, left_out: usize, now: Millis) -> String {
    let StorageState { cookies, origins, .. } = &found.state;
    let over = cookies.iter().filter(|cookie| cookie.is_over(now)).count();
    let counts = (cookies.len(), origins.len(), found.headers.len());
    let mut said = format!("found cookies: {}, origins with storage: {}, headers: {}", counts.0, counts.1, counts.2);
    for (count, what) in
        [(left_out, "of other sites"), (over, "out of date"), (found.skipped.len(), "that no browser takes")]
    {
        if count > 0 {
            said.extend(["; ", &count.to_string(), " ", what]);
        }
    }
    for skipped in &found.skipped {
        said.extend(["\n  left out `", &skipped.name, "`: ", skipped.why]);
    }
    said
}

/// A cookie as Firefox keeps it.
fn of_firefox(cookie: FirefoxCookie) -> Cookie {
    Cookie {
        name: cookie.name,
        value: Secret::new(cookie.value),
        domain: cookie.host,
        path: cookie.path,
        expires: (cookie.expiry > 0).then(|| seconds(cookie.expiry)),
        http_only: cookie.http_only,
        secure: cookie.secure,
        same_site: match cookie.same_site {
            0 => Some(SameSite::None),
            1 => Some(SameSite::Lax),
            2 => Some(SameSite::Strict),
            _ => None,
        },
        rest: Rest::default(),
    }
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "seconds since 1970 are few enough")]
const fn seconds(at: i64) -> f64 {
    at as f64
}
