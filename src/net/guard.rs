//! What may be reached: public addresses over http and https, and whatever the operator listed by host and port.
//!
//! Filters of this kind fail in known places: a v4 address inside a v6 one, a redirect, a second look-up between the
//! check and the connection. So literals are judged in the URL, names are judged by the very addresses the
//! connector is about to use, and one forbidden address condemns the whole answer of a name server. An allowed name
//! is allowed on its port alone. There is no wildcard and no switch that turns this off.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Why something may not be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Only the web is spoken.
    #[error("`{0}` is not a scheme that may be used: one of http https")]
    Scheme(String),
    /// The URL names no host.
    #[error("the address names no host")]
    NoHost,
    /// An address inside.
    #[error("`{host}` is at {address}, which is {range}")]
    Inside {
        /// The host as the URL has it.
        host: String,
        /// What it stands for.
        address: IpAddr,
        /// What that range is, for a person.
        range: &'static str,
    },
    /// A name that means something in a private network only.
    #[error("`{0}` is a name of private networks")]
    Local(String),
    /// The name stands for nothing.
    #[error("`{0}` has no address")]
    Unknown(String),
}

/// How a permitted URL may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The operator listed it: its addresses are not judged.
    Listed,
    /// Its addresses are judged as the connector finds them.
    Judged,
}

/// The list of exceptions, and the judgement.
#[derive(Debug, Clone)]
pub struct Guard {
    listed: BTreeSet<String>,
}

impl Guard {
    /// A guard that lets these exact `host:port` pairs pass.
    pub fn new(allow_private: &[String]) -> Self {
        Self { listed: allow_private.iter().map(|pair| pair.to_ascii_lowercase()).collect() }
    }

    /// Whether the operator listed anything.
    pub(super) fn has_exceptions(&self) -> bool {
        !self.listed.is_empty()
    }

    /// Judges `url` by what it says; a name is judged again when it is looked up.
    pub(super) fn way(&self, url: &Url) -> Result<Way, Forbidden> {
        self.way_of(url, &host_and_port(url))
    }

    /// The same when its host and port are known as the list has them.
    pub(super) fn way_of(&self, url: &Url, pair: &str) -> Result<Way, Forbidden> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Forbidden::Scheme(url.scheme().to_owned()));
        }
        self.judge(url.host_str().ok_or(Forbidden::NoHost)?, pair)
    }

    /// Judges a host as a URL has it, and a port.
    pub(super) fn way_to(&self, host: &str, port: u16) -> Result<Way, Forbidden> {
        self.judge(host, &format!("{host}:{port}"))
    }

    fn judge(&self, host: &str, pair: &str) -> Result<Way, Forbidden> {
        if self.listed.contains(pair) {
            return Ok(Way::Listed);
        }
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match literal {
            Ok(address) => judge(host, address)?,
            Err(_) if is_local(host) => return Err(Forbidden::Local(host.to_owned())),
            Err(_) => {}
        }
        Ok(Way::Judged)
    }
}

/// Endings of names that no public name server answers for.
const LOCAL: [&str; 9] =
    ["localhost", "local", "localdomain", "internal", "intranet", "home.arpa", "lan", "home", "corp"];

/// Whether a name stands for nothing outside. It is judged as it is written, because behind a proxy it is the proxy
/// that looks it up, in its own network.
fn is_local(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let ends_with = |end: &&str| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !host.contains('.') || LOCAL.iter().any(ends_with)
}

/// Looks `host` up; one address inside condemns all that were found.
pub(super) async fn look_up(host: &str, port: u16, way: Way) -> Result<Vec<SocketAddr>, Forbidden> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::net::lookup_host((bare, port)).await.map_err(|_| Forbidden::Unknown(host.to_owned()))?;
    let found: Vec<SocketAddr> = found.collect();
    match way {
        Way::Listed if !found.is_empty() => Ok(found),
        _ => judge_all(host, &found).map(|()| found),
    }
}

/// The `host:port` of a URL in the form the list uses.
pub(super) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The host that a request for `url` goes to, with its port where that is not the usual one; nothing when it is no URL.
pub fn authority_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// Looks names up and gives out public addresses only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judging;

impl Resolve for Judging {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str();
            let found = look_up(host, 0, Way::Judged).await?;
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// Refuses the whole list when one of it is inside, or when it is empty.
fn judge_all(host: &str, found: &[SocketAddr]) -> Result<(), Forbidden> {
    if found.is_empty() {
        return Err(Forbidden::Unknown(host.to_owned()));
    }
    found.iter().try_for_each(|at| judge(host, at.ip()))
}

fn judge(host: &str, address: IpAddr) -> Result<(), Forbidden> {
    let range = match address {
        IpAddr::V4(v4) => inside_v4(v4),
        IpAddr::V6(v6) => inside_v6(v6),
    };
    range.map_or(Ok(()), |range| Err(Forbidden::Inside { host: host.to_owned(), address, range }))
}

/// Special ranges of v4 (the registry of special-purpose addresses, and one cloud's metadata address).
const V4: [(Ipv4Addr, u32, &str); 16] = [
    (Ipv4Addr::UNSPECIFIED, 8, "this host"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private network"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "a carrier's private network"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "this machine"),
    (Ipv4Addr::new(168, 63, 129, 16), 32, "a cloud's metadata service"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "the local link, where metadata services live"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private network"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved for protocols"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documents only"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a retired relay range"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private network"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks only"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documents only"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documents only"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// Special ranges of v6 that are inside whatever they hold.
const V6: [(Ipv6Addr, u32, &str); 13] = [
    (Ipv6Addr::LOCALHOST, 128, "this machine"),
    (Ipv6Addr::UNSPECIFIED, 96, "this host, or a retired form of a v4 address"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "a private translation range"),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "the discard range"),
    (Ipv6Addr::new(0x2001, 0x10, 0, 0, 0, 0, 0, 0), 28, "a range of identifiers"),
    (Ipv6Addr::new(0x2001, 0x20, 0, 0, 0, 0, 0, 0), 28, "a range of identifiers"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "for documents only"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "for documents only"),
    (Ipv6Addr::new(0x5f00, 0, 0, 0, 0, 0, 0, 0), 16, "a range of routing labels"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "a private network"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "the local link"),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "a private network"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast"),
];

/// Ranges of v6 that hold a v4 address, and how far from the right it stands, in bits.
const CARRIERS: [(Ipv6Addr, u32, u32); 5] = [
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, 0),
    (Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96, 0),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, 0),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, 64),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, 80),
];

/// Teredo, which hides the client's own v4 address by turning every bit over.
const TEREDO: Ipv6Addr = Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0);

fn inside_v4(address: Ipv4Addr) -> Option<&'static str> {
    let bits = address.to_bits();
    let holds = |base: Ipv4Addr, length: u32| (bits ^ base.to_bits()).leading_zeros() >= length;
    V4.into_iter().find(|(base, length, _)| holds(*base, *length)).map(|(.., name)| name)
}

fn inside_v6(address: Ipv6Addr) -> Option<&'static str> {
    let bits = address.to_bits();
    let holds = |base: Ipv6Addr, length: u32| (bits ^ base.to_bits()).leading_zeros() >= length;
    let own = V6.into_iter().find(|(base, length, _)| holds(*base, *length)).map(|(.., name)| name);
    let carried = || {
        let carriers = CARRIERS.into_iter().filter(|(base, length, _)| holds(*base, *length));
        carriers.map(|(.., shift)| low_32(bits >> shift)).find_map(inside_v4)
    };
    let hidden = || if holds(TEREDO, 32) { inside_v4(low_32(!bits)) } else { None };
    own.or_else(carried).or_else(hidden)
}

fn low_32(bits: u128) -> Ipv4Addr {
    let [.., a, b, c, d] = bits.to_be_bytes();
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests;
