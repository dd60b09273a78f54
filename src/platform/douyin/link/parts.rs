//! A link in its parts, none of which was changed.

use super::bad::BadLink;

/// The hosts that a link may be of.
const HOSTS: [(&str, Host); 8] = [
    ("www.douyin.com", Host::Pages),
    ("douyin.com", Host::Pages),
    ("m.douyin.com", Host::Pages),
    ("iesdouyin.com", Host::Pages),
    ("www.iesdouyin.com", Host::Pages),
    ("v.douyin.com", Host::Short),
    ("live.douyin.com", Host::Live),
    ("webcast.amemv.com", Host::Webcast),
];

/// What sort of links a host has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    /// Pages of creators, posts and mixes, and those that the app shares.
    Pages,
    /// Short links.
    Short,
    /// Live rooms.
    Live,
    /// Live rooms that the app shares.
    Webcast,
}

/// A link to one of the platform's hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'t> {
    pub(super) host: Host,
    pub(super) segments: Vec<&'t str>,
    query: Vec<(&'t str, &'t str)>,
}

impl<'t> Link<'t> {
    /// Takes `url` apart. Other hosts, logins in the address and unusual ports are refused.
    pub fn parse(url: &'t str) -> Result<Self, BadLink> {
        let (scheme, rest) = url.split_once("://").ok_or(BadLink::NoUrl)?;
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(BadLink::NoUrl);
        }
        let (rest, _fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = place.split_once('/').unwrap_or((place, ""));
        let (name, port) = authority.split_once(':').unwrap_or((authority, "443"));
        let known = HOSTS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        let host = known.filter(|_| matches!(port, "80" | "443")).map(|(_, host)| *host);
        let host = host.ok_or_else(|| BadLink::BadHost(shorten(authority)))?;
        let segments = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let query = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
        Ok(Self { host, segments, query })
    }

    /// The code of a short link; nothing when it is none.
    pub fn short_code(&self) -> Option<&'t str> {
        self.segments.first().copied().filter(|_| self.host == Host::Short)
    }

    /// The segment that follows one of these, compared exactly.
    pub(super) fn after(&self, names: &[&str]) -> Option<&'t str> {
        let windows = self.segments.windows(names.len() + 1);
        windows.into_iter().find(|window| window.starts_with(names)).and_then(<[_]>::last).copied()
    }

    /// The value of a parameter, when it has one.
    pub(super) fn parameter(&self, name: &str) -> Option<&'t str> {
        self.query.iter().find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| *value)
    }
}

/// What somebody wrote, short enough to be shown.
pub(super) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}
