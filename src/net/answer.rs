//! What came back: a whole answer in memory, or a stream that is read piece by piece.
//!
//! An [`Answer`] exists for every status, because a platform explains its refusals in the body; the caller asks
//! [`Answer::class`]. A [`Stream`] exists only for a status that means content.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName};

use super::classify::{Want, classify};
use super::refusal::{Refusal, read_retry_after};
use super::share::{Share, share, validator};
use super::unpack::{BadBody, Caps, Unpacker};
use crate::ambient::{Clock, Hold};
use crate::domain::Class;

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, whole.
    pub body: Vec<u8>,
    /// The host and port that gave it, after redirects.
    pub host: String,
    /// How long it asked us to wait.
    pub retry_after: Option<Duration>,
}

impl Answer {
    /// The class by the general rules.
    pub fn class(&self, want: Want) -> Class {
        classify(self.status, &self.headers, &self.body, want)
    }

    /// Turns the answer into a refusal of `class`; what it asked us to wait goes along.
    pub fn refuse(&self, class: Class, why: impl std::fmt::Display) -> Refusal {
        Refusal::new(class, &self.host, why).after(self.retry_after)
    }
}

/// An answer whose body is still on its way.
#[derive(Debug)]
pub struct Stream {
    /// Its status: one that means content.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// The host and port that gives it, after redirects.
    pub host: String,
    /// How many bytes the server announced.
    pub length: Option<u64>,
    pub(super) response: reqwest::Response,
    pub(super) received: u64,
    pub(super) clock: Clock,
    pub(super) timeout: Duration,
    pub(super) _hold: Hold,
}

impl Stream {
    /// The validator that changes with every byte of the content, if the server gave one.
    pub fn etag(&self) -> Option<&str> {
        self.header(&ETAG)
    }

    /// The type that the server says the content has.
    pub fn content_type(&self) -> Option<&str> {
        self.header(&CONTENT_TYPE)
    }

    /// What of the file it brings.
    pub fn share(&self) -> Share {
        share(self.status, &self.headers)
    }

    /// What `If-Range` needs so that a part certainly belongs to this version; `None` when the server does not say it.
    pub fn validator(&self) -> Option<String> {
        validator(&self.headers)
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// How many bytes have come so far.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// The next piece; `None` when the whole announced content is here. A silence longer than the policy's time
    /// limit, a body that ends early and a body without a byte are refusals.
    pub async fn next_chunk(&mut self) -> Result<Option<impl AsRef<[u8]> + Send + 'static + use<>>, Refusal> {
        let piece = self.clock.limit(self.timeout, self.response.chunk()).await;
        let piece = piece.map_err(|late| Refusal::new(Class::Network, &self.host, format_args!("a pause {late}")))?;
        let piece = piece.map_err(|error| Refusal::failed(&self.host, &error))?;
        match &piece {
            Some(bytes) => self.received = self.received.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
            None if self.received == 0 => {
                return Err(Refusal::new(Class::Risk, &self.host, "it answered without a byte and said all is well"));
            }
            None => {}
        }
        Ok(piece)
    }
}

/// Reads `response` into memory, unpacked; more than `caps` allow is a refusal, never a cut answer.
pub(super) async fn read_whole(
    mut response: reqwest::Response,
    host: String,
    caps: Caps,
    clock: &Clock,
) -> Result<Answer, Refusal> {
    let bad = |bad: BadBody| Refusal::new(Class::Schema, &host, bad);
    if response.content_length().is_some_and(|length| length > caps.bytes) {
        return Err(bad(BadBody::TooLong(caps.bytes)));
    }
    let expected = response.content_length().unwrap_or(0);
    let mut unpacker = Unpacker::new(response.headers(), caps, expected).map_err(bad)?;
    while let Some(piece) = response.chunk().await.map_err(|error| Refusal::failed(&host, &error))? {
        unpacker.push(&piece).map_err(bad)?;
    }
    let body = unpacker.finish().map_err(bad)?;
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let retry_after = read_retry_after(&headers, clock.now());
    Ok(Answer { status, headers, body, host, retry_after })
}
