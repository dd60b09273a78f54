//! What a host's robots.txt says to us, where the operator wants it heard (RFC 9309).
//!
//! Only computing here: the text to rules, a path to yes or no. The client fetches the text and remembers the rules.
//!
//! Why no crate: `texting_robots` 0.2 brings seven crates for it, `regex` and `nom` among them (`cargo tree`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The name that groups of a robots.txt know us by.
const US: &str = "radard";

/// How much of a text is read; the standard asks for at least this.
pub(super) const LONGEST: usize = 500 * 1024;

/// How long rules are believed.
pub(super) const KEPT: Duration = Duration::from_hours(24);

/// How long a host that could not be asked is left alone before it is asked again.
pub(super) const UNREACHED: Duration = Duration::from_mins(5);

/// How many hosts are remembered.
const MOST: usize = 1024;

/// What a host said, and until when that counts.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) rules: Rules,
    pub(super) until: Duration,
}

/// What is known of one host, for those who ask one after the other.
pub(super) type Seat = Arc<tokio::sync::Mutex<Option<Said>>>;

/// The hosts whose robots.txt is heard, and what they said.
#[derive(Debug)]
pub(super) struct Robots {
    hosts: Vec<String>,
    seats: Mutex<HashMap<String, Seat>>,
}

impl Robots {
    /// For these hosts; `*` is every host.
    pub(super) fn of(hosts: &[String]) -> Option<Self> {
        let hosts: Vec<_> = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        (!hosts.is_empty()).then(|| Self { hosts, seats: Mutex::default() })
    }

    /// Whether what `host` says is heard.
    pub(super) fn concerns(&self, host: &str) -> bool {
        self.hosts.iter().any(|listed| listed == "*" || listed.eq_ignore_ascii_case(host))
    }

    /// Where what `origin` says is remembered.
    pub(super) fn seat(&self, origin: String) -> Seat {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if seats.len() >= MOST && !seats.contains_key(&origin) {
            seats.clear();
        }
        seats.entry(origin).or_default().clone()
    }
}

/// What may be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rules {
    /// Everything.
    All,
    /// Nothing for now: the host could not be asked.
    Nothing,
    /// What no longer pattern forbids.
    Some(Vec<Rule>),
}

/// A pattern, and whether it lets pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pattern: Vec<u8>,
    lets: bool,
}

impl Rules {
    /// Reads a text. The groups that name us count together; where none does, those for everyone.
    pub(super) fn read(text: &[u8]) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let (mut ours, mut everyones) = (None::<Vec<Rule>>, Vec::new());
        // Whom the group speaks to, and whether its rules have begun.
        let (mut to_us, mut to_all, mut begun) = (false, false, false);
        for line in text.split(|byte| matches!(byte, b'\n' | b'\r')) {
            let line = line.split(|byte| *byte == b'#').next().unwrap_or_default().trim_ascii();
            let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
            let (key, value) = line.split_at(colon);
            let (key, value) = (key.trim_ascii().to_ascii_lowercase(), value.get(1..).unwrap_or_default().trim_ascii());
            match key.as_slice() {
                b"user-agent" => {
                    if begun {
                        (to_us, to_all, begun) = (false, false, false);
                    }
                    to_us |= is_us(value);
                    to_all |= value == b"*";
                    if to_us {
                        ours.get_or_insert_default();
                    }
                }
                b"allow" | b"disallow" => {
                    begun = true;
                    // An empty pattern says nothing.
                    let rule = || Rule { pattern: normal(value), lets: key == b"allow" };
                    if to_us && !value.is_empty() {
                        ours.get_or_insert_default().push(rule());
                    }
                    if to_all && !value.is_empty() {
                        everyones.push(rule());
                    }
                }
                _ => {}
            }
        }
        Self::Some(ours.unwrap_or(everyones))
    }

    /// Whether a path with its query may be asked for: the longest pattern decides, and of two as long the one that
    /// lets pass.
    pub(super) fn let_pass(&self, path: &str) -> bool {
        let rules = match self {
            _ if path.split('?').next() == Some("/robots.txt") => return true,
            Self::All => return true,
            Self::Nothing => return false,
            Self::Some(rules) => rules,
        };
        let path = normal(path.as_bytes());
        let hits = rules.iter().filter(|rule| matches(&rule.pattern, &path));
        hits.max_by_key(|rule| (rule.pattern.len(), rule.lets)).is_none_or(|rule| rule.lets)
    }
}

/// The product's name, whatever stands behind it.
fn is_us(value: &[u8]) -> bool {
    let product = value.split(|byte| !(byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_'))).next();
    product.is_some_and(|product| product.eq_ignore_ascii_case(US.as_bytes()))
}

/// One spelling for what percent-encoding can spell in several: what needs no encoding is plain, all else is upper-case
/// hex.
fn normal(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        let decoded = match rest {
            [b'%', high, low, ..] => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        let (byte, was_encoded) = decoded.map_or((*first, false), |byte| (byte, true));
        rest = if was_encoded { rest.get(3..).unwrap_or_default() } else { behind };
        let unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if unreserved || (!was_encoded && byte.is_ascii_graphic()) {
            out.push(byte);
        } else {
            out.extend(format!("%{byte:02X}").into_bytes());
        }
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Whether `pattern` fits the beginning of `path`: `*` is anything, `$` at its end is the end. The time is bounded by
/// the product of the lengths: only the last star is ever tried again.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let (pattern, to_end) = pattern.strip_suffix(b"$").map_or((pattern, false), |pattern| (pattern, true));
    let (mut p, mut t) = (0, 0);
    let mut star = None::<(usize, usize)>;
    loop {
        match (pattern.get(p), path.get(t)) {
            (Some(b'*'), _) => {
                star = Some((p, t));
                p += 1;
            }
            (Some(want), Some(is)) if want == is => (p, t) = (p + 1, t + 1),
            (None, is) if !to_end || is.is_none() => return true,
            _ => match star {
                Some((at, from)) if from < path.len() => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests;
