//! A request that did not bring what it was sent for, and what follows from it.
//!
//! The message names what was tried, the host and the reason, and never the path or the query: those carry
//! signatures and tokens.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use super::guard::Forbidden;
use crate::domain::{Class, Held, Millis};
use crate::pace::Wait;

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
    /// The wait was decided by our own limits, for everyone who sends as this request did.
    pub is_of_pace: bool,
    /// What of ours held the request back; nothing when it was sent.
    pub held: Option<Held>,
    advice: Option<&'static str>,
}

impl Refusal {
    /// A refusal of `class` by `host`, because of `why`.
    pub fn new(class: Class, host: &str, why: impl std::fmt::Display) -> Self {
        let message = format!("cannot fetch from `{host}`: {why}");
        Self { class, message, retry_after: None, is_of_pace: false, held: None, advice: None }
    }

    /// The same refusal with the wait that the answer asked for.
    #[must_use]
    pub const fn after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// The same refusal with the wait that our own limits ask for.
    #[must_use]
    pub(super) const fn held_for(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self.is_of_pace = true;
        self
    }

    /// A request to `host` that our own limits held back, so that nothing was sent.
    pub(super) fn held_back(host: &str, wait: &Wait) -> Self {
        Self { held: Some(wait.held.clone()), ..Self::new(Class::Rate, host, wait).held_for(wait.wait) }
    }

    /// What a person can do about it.
    pub const fn advice(&self) -> Option<&'static str> {
        self.advice
    }

    /// The guard said no.
    pub(super) fn forbidden(host: &str, why: &Forbidden) -> Self {
        let class = if matches!(why, Forbidden::Unknown(_)) { Class::Network } else { Class::Local };
        let advice = match why {
            Forbidden::Scheme(_) | Forbidden::NoHost => Some("give a URL that begins with http:// or https://"),
            Forbidden::Inside { .. } => Some("if this is meant, add its exact host:port to egress.allow_private"),
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

/// Reads `Retry-After` in both its forms, the larger where there are several; a date that has passed asks for no wait.
/// A date is meant by the server's own clock, which stands beside it; `now` is for servers that do not tell theirs.
pub(super) fn read_retry_after(headers: &HeaderMap, now: Millis) -> Option<Duration> {
    let date = |text: &str| {
        let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(Millis(at.as_millisecond()))
    };
    let texts = |name| headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok()).map(str::trim);
    let theirs = texts(DATE).find_map(date).unwrap_or(now);
    let wait = |text: &str| match text.parse::<u32>() {
        Ok(seconds) => Some(Duration::from_secs(seconds.into())),
        Err(_) => date(text).map(|at| at.since(theirs)),
    };
    texts(RETRY_AFTER).filter_map(wait).max()
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
        assert_eq!(read(" 0 "), Some(Duration::ZERO));
        assert_eq!(read("Sun, 06 Nov 1994 08:51:37 GMT"), Some(Duration::from_mins(2)));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:00 GMT"), Some(Duration::ZERO));
        for text in ["", "soon", "-1", "1.5", "99999999999999999999", "Sun, 31 Feb 1994 08:49:37 GMT"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read_retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn a_date_is_meant_by_the_servers_clock_and_the_larger_wait_counts() {
        let read = |pairs: &[(HeaderName, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(name, HeaderValue::from_static(value));
            }
            read_retry_after(&headers, Millis(0))
        };
        let at = (RETRY_AFTER, "Sun, 06 Nov 1994 08:51:37 GMT");
        let theirs = (DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(read(&[at.clone(), theirs.clone()]), Some(Duration::from_mins(2)), "ours is off by years");
        assert_eq!(read(&[(RETRY_AFTER, "30"), at.clone(), theirs.clone()]), Some(Duration::from_mins(2)));
        assert_eq!(read(&[at, (RETRY_AFTER, "300"), theirs]), Some(Duration::from_mins(5)));
        assert_eq!(read(&[(RETRY_AFTER, "soon"), (RETRY_AFTER, "7")]), Some(Duration::from_secs(7)));
    }
}
