//! Answers: whole ones, files made while they are read, refusals, and connections that are cut.
//!
//! A refusal looks here as it looks on the wire of most platforms; one that refuses in another way says so itself.
//! `gone` and `private` are a 200 whose code says so (protocol notes, section 4, 2026-11), `auth` a 401, `risk` a
//! challenge page, `rate` a 429 that names seconds and a date in turn, `signature` a 403 with the code of a bad signature.
//! `schema` and `network` spoil the true answer, so its endpoint makes them: a field is missing, or the connection ends in
//! the middle of the announced length.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::io::ReaderStream;

use super::seed::Dice;
use super::switch::Strike;
use crate::ambient::Hold;
use crate::domain::time::span_millis;
use crate::domain::{Class, Millis};

/// How long a refusal of class `rate` asks to wait, unless control says otherwise.
pub(super) const WAIT: Duration = Duration::from_secs(2);

/// How much of a file is made at once.
const PIECE: usize = 64 * 1024;

const CHALLENGE: &str = "<!doctype html><html><head><title>Security check</title></head><body>\
    <h1>Please slide to verify</h1><div id=\"captcha\"></div></body></html>";

/// The class by which an endpoint must spoil its own answer, if any.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spoil(pub(super) Option<Class>);

/// A JSON answer.
pub(super) fn json_reply(status: StatusCode, value: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], value.to_string()).into_response()
}

/// The answer of a control path that did what it was asked.
pub(super) fn done() -> Response {
    json_reply(StatusCode::OK, &json!({"v": 1}))
}

/// The answer of a control path that cannot do what it was asked.
pub(super) fn refuse(text: &str) -> Response {
    json_reply(StatusCode::BAD_REQUEST, &json!({"error": text}))
}

/// A page of a web server or a proxy that says nothing but its status, as nginx writes it.
pub(super) fn server_page(status: StatusCode) -> Response {
    let text = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    (status, [(CONTENT_TYPE, "text/html")], text).into_response()
}

/// The refusal in the place of an endpoint's answer; `None` when the answer itself must be spoilt.
pub(super) fn refusal(strike: Strike, now: Millis, wait: Duration) -> Option<Response> {
    let told = |status, code: i64, text: &str| {
        let body = json!({"ok": false, "status_code": code, "status_msg": text});
        Some(json_reply(status, &body))
    };
    match strike.class {
        Class::Gone => told(StatusCode::OK, 2053, "no longer available"),
        Class::Private => told(StatusCode::OK, 2096, "not visible to you"),
        Class::Auth => told(StatusCode::UNAUTHORIZED, 8, "not logged in"),
        Class::Signature => {
            let body = json!({"code": 40_101, "msg": "no permission", "data": null});
            Some(json_reply(StatusCode::FORBIDDEN, &body))
        }
        Class::Risk => Some(([(CONTENT_TYPE, "text/html; charset=utf-8")], CHALLENGE).into_response()),
        Class::Rate => {
            let mut reply = told(StatusCode::TOO_MANY_REQUESTS, 2863, "too many requests")?;
            reply.headers_mut().insert(RETRY_AFTER, retry_after(strike.nth, now, wait));
            // A date is meant by the clock of whoever names it.
            reply.headers_mut().extend(http_date(now.0.div_euclid(1000)).map(|date| (DATE, date)));
            Some(reply)
        }
        Class::Ok | Class::Schema | Class::Network | Class::Local => None,
    }
}

/// Seconds the first time, a date the second, and so on in turn; a date is rounded up to its whole second.
fn retry_after(nth: u64, now: Millis, wait: Duration) -> HeaderValue {
    let seconds = HeaderValue::from(wait.as_secs());
    if !nth.is_multiple_of(2) {
        return seconds;
    }
    let at = now.0.saturating_add(span_millis(wait)).saturating_add(999).div_euclid(1000);
    http_date(at).unwrap_or(seconds)
}

fn http_date(second: i64) -> Option<HeaderValue> {
    let at = jiff::Timestamp::from_second(second).ok()?;
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()?.try_into().ok()
}

/// Content that is announced whole and made while it is read.
pub(super) struct Content {
    /// What the bytes are.
    pub(super) source: Source,
    /// The headers beside `Content-Length`.
    pub(super) headers: Vec<(HeaderName, String)>,
    /// 200 or 206.
    pub(super) status: StatusCode,
}

/// Where bytes come from.
pub(super) enum Source {
    /// From memory.
    Memory(Vec<u8>),
    /// From the seed: bytes `from..to` of an endless file.
    Seeded {
        /// The file.
        dice: Dice,
        /// The first byte.
        from: u64,
        /// The byte after the last.
        to: u64,
    },
}

impl Source {
    fn length(&self) -> u64 {
        match self {
            Self::Memory(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::Seeded { from, to, .. } => to.saturating_sub(*from),
        }
    }

    fn piece(&self, from: u64, most: usize) -> Vec<u8> {
        let end = from.saturating_add(u64::try_from(most).unwrap_or(u64::MAX));
        match self {
            Self::Memory(bytes) => {
                let start = usize::try_from(from).unwrap_or(usize::MAX);
                bytes.iter().skip(start).take(most).copied().collect()
            }
            Self::Seeded { dice, from: first, to } => {
                dice.bytes(first.saturating_add(from)..first.saturating_add(end).min(*to))
            }
        }
    }
}

impl Content {
    /// The answer, whole or cut after half of its bytes. `hold` keeps a simulated clock still until it is read.
    pub(super) fn reply(self, cut: bool, hold: Hold) -> Response {
        let length = self.source.length();
        let end = if cut { length / 2 } else { length };
        let reader = Reader { source: self.source, at: 0, end, cut, paused: false, _hold: hold };
        let body = Body::from_stream(ReaderStream::with_capacity(reader, PIECE));
        let mut reply = (self.status, body).into_response();
        reply.headers_mut().insert(CONTENT_LENGTH, length.into());
        for (name, value) in self.headers {
            if let Ok(value) = value.try_into() {
                reply.headers_mut().insert(name, value);
            }
        }
        reply
    }
}

/// Reads a source up to `end`, then ends in peace or breaks the connection.
struct Reader {
    source: Source,
    at: u64,
    end: u64,
    cut: bool,
    paused: bool,
    _hold: Hold,
}

impl AsyncRead for Reader {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.at < this.end {
            let left = usize::try_from(this.end - this.at).unwrap_or(usize::MAX);
            let piece = this.source.piece(this.at, left.min(buffer.remaining()));
            this.at = this.at.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            buffer.put_slice(&piece);
            return Poll::Ready(Ok(()));
        }
        if !this.cut {
            return Poll::Ready(Ok(()));
        }
        if !this.paused {
            // The server sends what it has when the body pauses; without that the cut would swallow the first half.
            this.paused = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionReset, "cut by a fault switch")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_forms_of_retry_after_take_turns_and_never_ask_for_less() {
        let now = Millis(784_111_777_001);
        assert_eq!(retry_after(1, now, WAIT), "2");
        assert_eq!(retry_after(2, now, WAIT), "Sun, 06 Nov 1994 08:49:40 GMT");
        assert_eq!(retry_after(3, now, Duration::from_hours(1)), "3600");
    }
}
