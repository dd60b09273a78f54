//! A request that did not bring what it was sent for, and what follows from it.
//!
//! The message names what was tried, the host and the reason, and never the path or the query: those carry
//! signatures and tokens.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use super::guard::Forbidden;
use crate::advice::{self, Advice};
use crate::domain::{Class, Held, Millis, Miss};
use crate::pace::{By, Wait};

/// Whom the wait of a refusal binds besides the request that met it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// Nobody, as far as is known.
    Nobody,
    /// Everyone who sends as it does: our own limits decided it.
    Limits,
    /// Everyone who sends for this account, or to this host.
    Subject(Box<str>),
}

/// Why there is no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The class that decides what follows.
    pub class: Class,
    /// What was tried, on which host, and why it failed.
    pub message: String,
    /// How long we were asked to wait, uncapped.
    pub retry_after: Option<Duration>,
    /// The host that it is about, with its port.
    pub host: Box<str>,
    /// Whom the wait binds besides this request.
    pub bound: Bound,
    /// What of ours held the request back; nothing when it was sent.
    pub held: Option<Box<Held>>,
    advice: Option<Advice>,
}

impl Refusal {
    /// A refusal of `class` by `host`, because of `why`.
    pub fn new(class: Class, host: &str, why: impl std::fmt::Display) -> Self {
        let message = format!("cannot fetch from `{host}`: {why}");
        let (host, bound) = (host.into(), Bound::Nobody);
        Self { class, message, retry_after: None, host, bound, held: None, advice: None }
    }

    /// The same refusal with the wait that the answer asked for.
    #[must_use]
    pub const fn after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// The same refusal with the wait that our limits or a stop ask for.
    #[must_use]
    pub(super) fn held_for(mut self, wait: Duration, bound: Bound) -> Self {
        self.retry_after = Some(wait);
        self.bound = bound;
        self
    }

    /// A request to `host` that our own limits or a stop held back, so that nothing was sent.
    pub(super) fn held_back(host: &str, wait: &Wait) -> Self {
        let (class, held) = match wait.by {
            // Nobody refused anything: the host cannot be reached.
            By::Stop(Class::Network) => (Class::Network, None),
            By::Stop(_) | By::Limit => (Class::Rate, Some(Box::new(wait.held.clone()))),
        };
        let bound = match wait.by {
            By::Limit => Bound::Limits,
            By::Stop(_) => Bound::Subject(wait.line.as_str().into()),
        };
        Self { held, ..Self::new(class, host, wait).held_for(wait.wait, bound) }
    }

    /// What a person can do about it.
    pub const fn advice(&self) -> Option<&Advice> {
        self.advice.as_ref()
    }

    /// The guard said no.
    pub(super) fn forbidden(host: &str, why: &Forbidden) -> Self {
        let class = if matches!(why, Forbidden::Unknown(_)) { Class::Network } else { Class::Local };
        let advice = match why {
            Forbidden::Scheme(_) | Forbidden::NoHost => Some(advice::net::url()),
            Forbidden::Inside { .. } | Forbidden::Local(_) => Some(advice::net::allow_private()),
            Forbidden::Unknown(_) => None,
        };
        Self { advice, ..Self::new(class, host, why) }
    }

    /// The library failed on the way; a word of the guard inside its error goes first.
    pub(super) fn failed(host: &str, error: &reqwest::Error) -> Self {
        let mut cause: &(dyn std::error::Error + 'static) = error;
        loop {
            if let Some(forbidden) = cause.downcast_ref::<Forbidden>() {
                return Self::forbidden(host, forbidden);
            }
            let Some(deeper) = cause.source() else { break };
            cause = deeper;
        }
        let act = match error {
            e if e.is_timeout() => "no connection in time",
            e if e.is_connect() => "no connection",
            e if e.is_body() || e.is_decode() => "the answer broke off",
            _ => "the request broke off",
        };
        Self::new(Class::Network, host, format_args!("{act}: {cause}"))
    }
}

/// Reads `Retry-After` in both its forms, the longest wait where there are several; a date that has passed asks for no
/// wait. A date is measured against our clock and against the `Date` of the answer, and the longer wait counts: one of
/// the two clocks may be wrong. Against our clock it counts up to the longest wait that we obey, because a server whose
/// clock is wrong by years has not asked for years.
pub(super) fn read_retry_after(headers: &HeaderMap, now: Millis) -> Option<Duration> {
    let date = |text: &str| {
        let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(Millis(at.as_millisecond()))
    };
    let texts = |name| headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok()).map(str::trim);
    let theirs = texts(DATE).find_map(date);
    let until = |at: Millis| match theirs {
        Some(theirs) => at.since(theirs).max(at.since(now).min(Class::LONGEST_WAIT)),
        None => at.since(now),
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // A number that does not fit is a long wait, too.
    let wait = |text: &str| {
        if is_number(text) {
            return Some(Duration::from_secs(text.parse::<u32>().unwrap_or(u32::MAX).into()));
        }
        date(text).map(until)
    };
    // Zero seconds, or a date in the past, does not say when to retry.
    texts(RETRY_AFTER).filter_map(wait).max().filter(|wait| !wait.is_zero())
}

impl From<Refusal> for Miss {
    fn from(refusal: Refusal) -> Self {
        let miss = Self::new(refusal.class, refusal.message).after(refusal.retry_after);
        let miss = Self { held: refusal.held.map(|held| *held), ..miss };
        match refusal.bound {
            Bound::Subject(subject) => miss.because_of(subject),
            Bound::Limits => miss.for_whole_lane(),
            Bound::Nobody => miss,
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn both_forms_of_retry_after_are_read() {
        // 1994-11-06T08:49:37Z, the date of the standard's own example.
        let now = Millis(784_111_777_000);
        let read = |text: &'static str| {
            let headers = [(RETRY_AFTER, HeaderValue::from_static(text))].into_iter().collect();
            read_retry_after(&headers, now)
        };
        assert_eq!(read("120"), Some(Duration::from_mins(2)));
        assert_eq!(read("Sun, 06 Nov 1994 08:51:37 GMT"), Some(Duration::from_mins(2)));
        assert_eq!(read("99999999999999999999"), Some(Duration::from_secs(u32::MAX.into())));
        for text in
            ["", "soon", "-1", "+1", "1.5", " 0 ", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:00 GMT"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read_retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn a_date_counts_by_both_clocks_and_the_longer_wait_wins() {
        let read = |now: i64, pairs: &[(HeaderName, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(name, HeaderValue::from_static(value));
            }
            read_retry_after(&headers, Millis(now))
        };
        let (mins, ours) = (Duration::from_mins, 784_111_777_000);
        let at = (RETRY_AFTER, "Sun, 06 Nov 1994 08:51:37 GMT");
        let theirs = (DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        let both = [at.clone(), theirs.clone()];
        assert_eq!(read(ours, &both), Some(mins(2)), "the clocks agree");
        assert_eq!(read(ours - 60_000, &both), Some(mins(3)), "ours is behind: by it the wait is longer");
        assert_eq!(read(ours + 60_000, &both), Some(mins(2)), "ours is ahead: by theirs the wait is longer");
        assert_eq!(read(0, &both), Some(Class::LONGEST_WAIT), "theirs is years ahead: never longer than the cap");
        assert_eq!(read(1_780_000_000_000, &both), Some(mins(2)), "theirs is years behind");
        assert_eq!(read(ours, &[(RETRY_AFTER, "30"), at.clone(), theirs.clone()]), Some(mins(2)));
        assert_eq!(read(ours, &[at, (RETRY_AFTER, "300"), theirs]), Some(mins(5)));
        assert_eq!(read(ours, &[(RETRY_AFTER, "soon"), (RETRY_AFTER, "7")]), Some(Duration::from_secs(7)));
    }
}
