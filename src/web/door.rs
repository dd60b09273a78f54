//! The doors: what stands between a request and its handler.
//!
//! - *Host.* A page elsewhere can make its own name point at this machine and then read our answers as its own. So the
//!   public door answers only to names that it was told, to loopback, and to its own address. A listener on every
//!   address takes any address written as numbers: a number cannot be made to point elsewhere.
//! - *Origin.* A cookie proves who, not whose page asked. What changes something must come from our own pages:
//!   `Sec-Fetch-Site` says so, and where a browser does not send it, `Origin` must name the host that was called.
//! - *Cookie.* On plain HTTP it cannot be `Secure`: browsers would not send it back. Behind a proxy that speaks TLS and
//!   says so with `X-Forwarded-Proto: https` it is `Secure` and has the `__Host-` prefix, and only that one is read. A
//!   client that makes the header up only locks itself out.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::net::IpAddr;

use super::app::App;
use super::auth::{self, Caller, Scope, VISIT};
use super::refusal::Refusal;
use super::token;
use crate::advice;
use crate::domain::Class;

const COOKIE: &str = "radard_visit";
const SECURE_COOKIE: &str = "__Host-radard_visit";

/// What every answer says to a browser.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
             form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Gives every answer its headers; nothing is kept by a browser unless the handler said so.
pub(super) async fn harden(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.extend(HEADERS);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

/// Refuses a host that nobody told us about.
pub(super) async fn known_host(State(app): State<App>, request: Request, next: Next) -> Result<Response, Refusal> {
    let host = host(request.headers()).map(host_name);
    if host.is_some_and(|name| is_known(&app, name)) {
        return Ok(next.run(request).await);
    }
    Err(Refusal::forbidden("this host name is not one of ours", advice::web::host()))
}

/// The one `Host` of a request.
fn host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    hosts.next().is_none().then_some(host)
}

/// The name without its port, its brackets and its last dot.
fn host_name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return match rest.split_once(']') {
            Some((name, "")) => name,
            Some((name, after)) if after.strip_prefix(':').is_some_and(is_port) => name,
            _ => "",
        };
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) => name,
        _ => host,
    };
    name.strip_suffix('.').unwrap_or(name)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn is_known(app: &App, name: &str) -> bool {
    if let Ok(ip) = name.parse::<IpAddr>() {
        let listen = app.parts().listen.ip();
        return ip.is_loopback() || ip == listen || listen.is_unspecified() || app.allows_host(name);
    }
    name.eq_ignore_ascii_case("localhost") || app.allows_host(name)
}

/// Finds out who calls; a key goes before a cookie, and a bad key is never mended by one.
pub(super) async fn sign_in(State(app): State<App>, mut request: Request, next: Next) -> Result<Response, Refusal> {
    let caller = caller(&app, request.method(), request.headers())
        .await?
        .ok_or_else(|| Refusal::stranger("this needs a key or a sign-in"))?;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// The same for what strangers may see, too.
pub(super) async fn greet(State(app): State<App>, mut request: Request, next: Next) -> Result<Response, Refusal> {
    if let Some(caller) = caller(&app, request.method(), request.headers()).await? {
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}

async fn caller(app: &App, method: &Method, headers: &HeaderMap) -> Result<Option<Caller>, Refusal> {
    Ok(Some(if let Some(credentials) = headers.get(header::AUTHORIZATION) {
        let key = credentials.to_str().ok().and_then(bearer);
        let key = key.ok_or_else(|| Refusal::stranger("the header `Authorization` holds no bearer key"))?;
        auth::by_key(app, key).await?
    } else if let Some(visit) = visit(headers) {
        let caller = auth::by_visit(app, visit).await?;
        if !method.is_safe() && !from_our_pages(headers, Absent::Refused) {
            return Err(foreign());
        }
        caller
    } else {
        return Ok(None);
    }))
}

/// The key in `Bearer rk_…`.
fn bearer(credentials: &str) -> Option<&str> {
    let (scheme, key) = credentials.split_once(' ')?;
    let key = key.trim();
    let is_key = key.strip_prefix(token::KEY_PREFIX).is_some_and(token::is_token);
    (scheme.eq_ignore_ascii_case("bearer") && is_key).then_some(key)
}

/// Refuses a form that another site sends, where no sign-in is needed yet.
pub(super) async fn own_forms(request: Request, next: Next) -> Result<Response, Refusal> {
    if request.method().is_safe() || from_our_pages(request.headers(), Absent::Allowed) {
        return Ok(next.run(request).await);
    }
    Err(foreign())
}

fn foreign() -> Refusal {
    Refusal::forbidden("another site sent this", advice::web::our_page())
}

/// What a request means that says nothing about where it comes from: no browser, or a very old one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// It carries a cookie, so it must say.
    Refused,
    /// It proves itself otherwise.
    Allowed,
}

fn from_our_pages(headers: &HeaderMap, absent: Absent) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return absent == Absent::Allowed };
    let origin = origin.to_str().unwrap_or_default();
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    authority.zip(host(headers)).is_some_and(|(from, host)| from.eq_ignore_ascii_case(host))
}

/// Lets pass who may do `scope`.
pub(super) async fn need(scope: Scope, request: Request, next: Next) -> Result<Response, Refusal> {
    let Some(caller) = request.extensions().get::<Caller>() else {
        return Err(Refusal::stranger("this needs a key or a sign-in"));
    };
    if caller.scopes.allow(scope) {
        return Ok(next.run(request).await);
    }
    Err(Refusal::new(
        StatusCode::FORBIDDEN,
        Class::Auth,
        format!("this key lacks the scope `{}`", scope.as_str()),
        advice::web::more_scopes(),
    ))
}

fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

/// The token of the visit that a browser shows.
pub(super) fn visit(headers: &HeaderMap) -> Option<&str> {
    let name = if is_https(headers) { SECURE_COOKIE } else { COOKIE };
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, value)| *found == name && token::is_token(value)).map(|(_, value)| value)
}

/// The header that gives a browser its visit.
pub(super) fn visit_cookie(headers: &HeaderMap, visit: &str) -> Option<HeaderValue> {
    cookie(headers, visit, VISIT.as_secs())
}

/// The header that takes it away again.
pub(super) fn no_visit_cookie(headers: &HeaderMap) -> Option<HeaderValue> {
    cookie(headers, "", 0)
}

fn cookie(headers: &HeaderMap, value: &str, seconds: u64) -> Option<HeaderValue> {
    let (name, secure) = if is_https(headers) { (SECURE_COOKIE, "; Secure") } else { (COOKIE, "") };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    let mut header = HeaderValue::try_from(text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_without_port_brackets_and_last_dot() {
        let cases = [
            ("localhost:7878", "localhost"),
            ("localhost", "localhost"),
            ("radar.example.:80", "radar.example"),
            ("[::1]:7878", "::1"),
            ("[::1]", "::1"),
            ("[::1", ""),
            ("[::1]evil.example", ""),
            ("[::1]:80@evil.example", ""),
            ("127.0.0.1", "127.0.0.1"),
            ("evil.example:7878@localhost", "evil.example:7878@localhost"),
        ];
        for (host, name) in cases {
            assert_eq!(host_name(host), name, "{host}");
        }
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        let with = |pairs: &[(&str, &str)]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("localhost:7878"));
            for (name, value) in pairs {
                headers.insert(HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
            }
            from_our_pages(&headers, Absent::Refused)
        };
        assert!(with(&[("sec-fetch-site", "same-origin")]));
        assert!(with(&[("sec-fetch-site", "none")]));
        assert!(with(&[("origin", "http://localhost:7878")]));
        assert!(!with(&[("sec-fetch-site", "same-site"), ("origin", "http://localhost:7878")]));
        assert!(!with(&[("sec-fetch-site", "cross-site")]));
        assert!(!with(&[("origin", "http://localhost:9999")]));
        assert!(!with(&[("origin", "null")]));
        assert!(!with(&[]));
    }
}
