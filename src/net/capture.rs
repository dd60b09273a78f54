//! The last exchanges, kept for those who must find out why an answer was read as it was.
//!
//! Off unless the operator turns it on. What is kept has passed `hide`, and is a file of its own, so that one can be
//! sent to somebody. The oldest leaves when the ring is full.

use std::fmt;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::ask::Ask;
use super::hide;
use super::refusal::read_retry_after;
use crate::domain::Millis;
use crate::domain::amount::roughly_long;
use crate::observe::Register;

/// Longer bodies are left out.
const LONGEST: usize = 1 << 20;

/// A cheap handle on the ring; clones share it.
#[derive(Clone)]
pub struct Ring(Arc<Inner>);

struct Inner {
    dir: PathBuf,
    /// How many are kept now; none while it is off.
    keep: Box<dyn Fn() -> usize + Send + Sync>,
    register: Register,
    turn: AtomicU32,
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ring({})", self.0.dir.display())
    }
}

/// One exchange as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    v: u32,
    /// When its answer was here.
    pub at: Millis,
    /// The class of endpoints it was sent to, when it was sent under limits.
    pub endpoint: String,
    /// What was asked for.
    pub url: String,
    /// With which headers of ours.
    pub asked: Vec<(String, String)>,
    /// The host and port that answered, after redirects.
    pub host: String,
    /// With which status.
    pub status: u16,
    /// With which headers.
    pub headers: Vec<(String, String)>,
    /// The body, as text; nothing when it was too long to keep.
    pub body: Option<String>,
    /// How long the body was.
    pub bytes: usize,
}

/// A file that is no exchange.
#[derive(Debug, thiserror::Error)]
pub enum BadExchange {
    /// It cannot be read as one.
    #[error("it is no exchange that this radard can read")]
    Unreadable(#[source] serde_json::Error),
    /// It was written by another version.
    #[error("it is an exchange of form {0}, and this radard reads form 1")]
    Version(u32),
    /// Its status is none.
    #[error("its status {0} is none")]
    Status(u16),
    /// Its body was not kept.
    #[error("its body of {} was too long to be kept", roughly_long(*.0))]
    NoBody(usize),
}

impl Exchange {
    /// Reads a file of the ring.
    pub fn read(text: &[u8]) -> Result<Self, BadExchange> {
        let exchange: Self = serde_json::from_slice(text).map_err(BadExchange::Unreadable)?;
        if exchange.v == 1 { Ok(exchange) } else { Err(BadExchange::Version(exchange.v)) }
    }

    /// The answer as it came, but for what was hidden.
    pub fn answer(&self) -> Result<Answer, BadExchange> {
        let status = StatusCode::from_u16(self.status).map_err(|_| BadExchange::Status(self.status))?;
        let pair = |(name, value): &(String, String)| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?))
        };
        let headers: HeaderMap = self.headers.iter().filter_map(pair).collect();
        let body = self.body.as_ref().ok_or(BadExchange::NoBody(self.bytes))?.clone().into_bytes();
        let retry_after = read_retry_after(&headers, self.at);
        Ok(Answer { status, headers, body, host: self.host.clone(), retry_after })
    }
}

impl Ring {
    /// A ring in `dir` of as many as `keep` says at the time; `register` knows what must not be in it.
    pub fn new(dir: PathBuf, keep: impl Fn() -> usize + Send + Sync + 'static, register: Register) -> Self {
        Self(Arc::new(Inner { dir, keep: Box::new(keep), register, turn: AtomicU32::new(0) }))
    }

    /// Keeps an exchange, if it is on. What cannot be kept is said in the log and disturbs nobody.
    pub(super) async fn keep(&self, ask: &Ask<'_>, answer: &Answer, endpoint: &str, at: Millis) {
        let keep = (self.0.keep)();
        if keep == 0 {
            return;
        }
        let register = &self.0.register;
        let body = (answer.body.len() <= LONGEST).then(|| hide::body(&answer.body, register));
        let exchange = Exchange {
            v: 1,
            at,
            endpoint: endpoint.to_owned(),
            url: hide::url(&ask.url, register),
            asked: hide::headers(&ask.headers(true), register),
            host: answer.host.clone(),
            status: answer.status.as_u16(),
            headers: hide::headers(&answer.headers, register),
            body,
            bytes: answer.body.len(),
        };
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed) % 10_000;
        let name = format!("{:013}-{turn:04}.json", at.0);
        let dir = self.0.dir.clone();
        let written = tokio::task::spawn_blocking(move || write(&dir, &name, &exchange, keep)).await;
        if let Err(error) = written.unwrap_or_else(|lost| Err(io::Error::other(lost))) {
            tracing::warn!("An exchange could not be kept in `{}`: {error}", self.0.dir.display());
        }
    }
}

fn write(dir: &Path, name: &str, exchange: &Exchange, keep: usize) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let part = dir.join(format!("{name}.part"));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(&serde_json::to_vec_pretty(exchange)?)?;
    std::fs::rename(&part, dir.join(name))?;
    let mut kept: Vec<PathBuf> = std::fs::read_dir(dir)?.flatten().map(|entry| entry.path()).collect();
    kept.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    kept.sort_unstable();
    for old in kept.iter().take(kept.len().saturating_sub(keep)) {
        std::fs::remove_file(old)?;
    }
    Ok(())
}
