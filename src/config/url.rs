//! Hosts, ports and URLs, as far as a setting must be looked at before it is used.
//!
//! The rules are narrower than the standards: what a setting needs and nothing a reader could misread. No white space,
//! no user and password in a base URL, no password in a database URL.

use std::net::{IpAddr, Ipv6Addr};

/// The host of a base URL.
///
/// ```
/// assert_eq!(radard::config::host_of("http://127.0.0.1:8080/x"), "127.0.0.1");
/// ```
pub fn host_of(base: &str) -> &str {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    host.map_or(authority, |(host, _)| host)
}

/// Whether `text` is scheme, host, perhaps a port and a path, and nothing else; says why not.
pub(super) fn check_base(text: &str) -> Result<(), String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let rest = rest.ok_or("it begins with neither https:// nor http://")?.trim_end_matches('/');
    if rest.contains('@') {
        return Err("a user name or password does not belong here".to_owned());
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if path.contains(|c: char| "?#\\\"<>".contains(c) || c.is_whitespace() || c.is_control()) {
        return Err("its path holds a query, a fragment or white space".to_owned());
    }
    if !is_authority(authority) {
        return Err("its host or port is not well formed".to_owned());
    }
    Ok(())
}

/// The same for a base that sockets are opened at.
pub(super) fn check_socket(text: &str) -> Result<(), String> {
    let plain = text.strip_prefix("wss://").map(|rest| format!("https://{rest}"));
    let plain = plain.or_else(|| text.strip_prefix("ws://").map(|rest| format!("http://{rest}")));
    check_base(&plain.ok_or("it begins with neither wss:// nor ws://")?)
}

/// Whether `text` is a proxy that can be spoken with, and nothing else; says why not.
pub(super) fn check_proxy(text: &str) -> Result<(), String> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("socks5://"));
    let rest = rest.ok_or("it begins with neither http:// nor socks5://")?;
    if rest.contains('@') {
        return Err("a login does not belong here".to_owned());
    }
    match rest.rsplit_once(':') {
        Some((host, port)) if is_host(host) && is_port(port) => Ok(()),
        _ => Err("it is not one host and one port".to_owned()),
    }
}

/// Whether `url` is one that PostgreSQL's drivers read; says why not.
pub(super) fn check_database(url: &str) -> Result<(), String> {
    let (authority, _) = database_parts(url).ok_or("it does not begin with postgres://")?;
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    if url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("white space stands in it".to_owned());
    }
    if !place.is_empty() && !is_authority(place) {
        return Err("its host or port is not well formed".to_owned());
    }
    Ok(())
}

/// Whether a database URL carries a password, before the host or in the query.
pub(super) fn holds_password(url: &str) -> bool {
    let (authority, rest) = database_parts(url).unwrap_or((url, url));
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let named = query.split('&').any(|pair| pair.split('=').next().is_some_and(|k| k.eq_ignore_ascii_case("password")));
    named || user.is_some_and(|user| user.contains(':'))
}

/// What stands between the slashes, and all behind it.
fn database_parts(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"))?;
    Some(rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())))
}

fn is_authority(text: &str) -> bool {
    is_host(text) || text.rsplit_once(':').is_some_and(|(host, port)| is_host(host) && is_port(port))
}

/// Whether `text` is a port that can be called.
pub(super) fn is_port(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Whether `text` is a name of dotted labels, an IPv4 address, or an IPv6 address in brackets.
pub(super) fn is_host(text: &str) -> bool {
    if let Some(inner) = text.strip_prefix('[') {
        return inner.strip_suffix(']').is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok());
    }
    let label = |label: &str| {
        let inside = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        inside && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    text.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv4()) || (text.len() <= 253 && text.split('.').all(label))
}
