//! A driver or a grid that runs already, under a user or on a machine of its own.
//!
//! It outlives us, so what it opened for a house that was killed would stay open there. Each session is therefore
//! written down beside our data, under the process that opened it, and closed by the next one that comes there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::driver::lives;
use super::trouble::{Trouble, first_line};
use crate::ambient::Clock;
use crate::net::Dialer;

/// How long a plain question may take; closing a session ends a browser, which may be busy.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest answer to one.
const LONGEST: usize = 64 << 10;
/// What a head ends with.
const END: &str = "\r\n\r\n";
/// What the files begin with that say which sessions are open elsewhere.
const PREFIX: &str = "there-";

/// Where it is: a URL taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// The host.
    pub(super) host: String,
    /// The port.
    pub(super) port: u16,
    /// The path, with a slash at both ends: without the last one its last part is lost where paths are joined.
    path: String,
}

impl Endpoint {
    /// Of `http://HOST[:PORT][/PATH]`.
    pub(super) fn of(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = place.rsplit_once(':').unwrap_or((place, "80"));
        let path = path.trim_matches('/');
        let path = if path.is_empty() { "/".to_owned() } else { format!("/{path}/") };
        (!host.is_empty()).then_some(Self { host: host.to_owned(), port: port.parse().ok()?, path })
    }

    /// As host and port.
    pub(super) fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// As a URL.
    pub(super) fn url(&self) -> String {
        format!("http://{}{}", self.address(), self.path)
    }

    /// Asks for `path`; gives the value of the answer.
    pub(super) async fn ask(&self, method: &str, path: &str, dialer: &Dialer, clock: &Clock) -> Result<Value, Trouble> {
        let failed = |why: &dyn std::fmt::Display| Trouble::NotThere(self.url(), first_line(&why.to_string()));
        let asked = async {
            let mut stream = dialer.dial(&self.host, self.port).await.map_err(|why| failed(&why))?;
            let host = self.address();
            let ask = format!("{method} {}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", self.path);
            stream.write_all(ask.as_bytes()).await.map_err(|why| failed(&why))?;
            let mut told = Vec::new();
            // Some drivers keep the connection, whatever they are told.
            while told.len() < LONGEST && !is_whole(&told) {
                if stream.read_buf(&mut told).await.map_err(|why| failed(&why))? == 0 {
                    break;
                }
            }
            let told = String::from_utf8_lossy(&told);
            let body = told.split_once(END).map_or("", |(_, body)| body);
            // Whether it came in pieces or whole, the object is what stands between the braces.
            let object = body.find('{').zip(body.rfind('}')).and_then(|(from, to)| body.get(from..=to));
            let object = object.and_then(|text| serde_json::from_str::<Value>(text).ok());
            object
                .map(|object| object.get("value").cloned().unwrap_or_default())
                .ok_or_else(|| failed(&"what answers there is no WebDriver"))
        };
        clock.limit(PATIENCE, asked).await.map_err(|late| failed(&late))?
    }

    /// What it says about itself, when it takes sessions.
    pub(super) async fn status(&self, dialer: &Dialer, clock: &Clock) -> Result<String, Trouble> {
        let told = self.ask("GET", "status", dialer, clock).await?;
        let text = |place: &str| told.pointer(place).and_then(Value::as_str).unwrap_or_default();
        if told.get("ready") != Some(&Value::Bool(true)) {
            return Err(Trouble::NotThere(
                self.url(),
                format!("it takes no session: {}", first_line(text("/message"))),
            ));
        }
        let version = text("/build/version").split(' ').next().unwrap_or_default();
        Ok(if version.is_empty() { first_line(text("/message")) } else { version.to_owned() })
    }

    /// Closes what killed houses opened here, as written down in `among`.
    pub(super) async fn clear(&self, among: &Path, dialer: &Dialer, clock: &Clock) {
        for note in std::fs::read_dir(among).into_iter().flatten().flatten() {
            let name = note.file_name().to_string_lossy().into_owned();
            let Some((process, session)) = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('-')) else {
                continue;
            };
            let is_here = std::fs::read_to_string(note.path()).is_ok_and(|url| url == self.url());
            let is_word = session.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            // We hold none when we come here: under our own number it is what could not be closed, or of an earlier life.
            let is_of_another = process.parse().is_ok_and(|process| process != std::process::id() && lives(process));
            if !is_here || !is_word || is_of_another {
                continue;
            }
            match self.ask("DELETE", &format!("session/{session}"), dialer, clock).await {
                Ok(_) => drop(std::fs::remove_file(note.path())),
                Err(trouble) => tracing::warn!("A browser of a killed process may still be open: {trouble}"),
            }
        }
    }
}

/// Whether an answer is there whole, as its head says.
fn is_whole(told: &[u8]) -> bool {
    let text = String::from_utf8_lossy(told);
    let Some((head, body)) = text.split_once(END) else { return false };
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.and_then(|(_, length)| length.trim().parse().ok()).is_some_and(|length: usize| body.len() >= length)
}

/// A session that is open elsewhere, as it is written down. Dropped, it stays written down.
#[derive(Debug)]
pub(super) struct Noted(PathBuf);

impl Noted {
    /// Writes it down in `among`.
    pub(super) fn session(session: &str, endpoint: &Endpoint, among: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(among)?;
        let file = among.join(format!("{PREFIX}{}-{session}", std::process::id()));
        std::fs::write(&file, endpoint.url())?;
        Ok(Self(file))
    }

    /// It is closed.
    pub(super) fn done(self) {
        let _already_gone = std::fs::remove_file(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_and_its_path_ends_where_the_next_begins() {
        let url = |text: &str| Endpoint::of(text).map(|endpoint| endpoint.url());
        assert_eq!(url("http://127.0.0.1:9515").unwrap(), "http://127.0.0.1:9515/");
        assert_eq!(url("http://grid:4444/wd/hub").unwrap(), "http://grid:4444/wd/hub/");
        assert_eq!(url("http://grid/wd/hub/").unwrap(), "http://grid:80/wd/hub/");
        for wrong in ["https://grid:4444", "grid:4444", "http://:1", "http://grid:port"] {
            assert_eq!(url(wrong), None, "{wrong}");
        }
    }
}
