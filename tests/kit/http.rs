//! The smallest client that can speak to the socket in a data directory, or to a driver: one request, one connection.
//!
//! It is not the house's own client on purpose: what was acknowledged is judged by somebody else.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

/// How long one answer may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Speaks to one daemon; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    socket: PathBuf,
}

impl Caller {
    pub(crate) fn new(socket: PathBuf) -> Self {
        Self { socket }
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Asks; an answer that was cut off is an error, never an answer. A body that is not JSON is given as text.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> io::Result<(u16, Value)> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_write_timeout(Some(LIMIT))?;
        ask(&mut stream, method, path, body)
    }

    /// Every row of a listing, page by page.
    pub(crate) fn list(&self, path: &str) -> Vec<Value> {
        let (mut rows, mut next) = (Vec::new(), String::new());
        loop {
            let (status, page) = self.call("GET", &format!("{path}?limit=1000{next}"), None).unwrap();
            assert_eq!(status, 200, "{path}: {page}");
            rows.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(cursor) = page["next"].as_str() else { return rows };
            next = format!("&cursor={cursor}");
        }
    }

    /// What `/readyz` says: its status, and the named part.
    pub(crate) fn ready_part(&self, name: &str) -> (u16, Value) {
        let (status, said) = self.call("GET", "/readyz", None).unwrap();
        let part = said["parts"].as_array().into_iter().flatten().find(|part| part["name"] == name);
        (status, part.cloned().unwrap_or_default())
    }
}

/// One question and its answer, on a connection of its own.
pub(crate) fn ask<S: Read + Write>(
    stream: &mut S,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> io::Result<(u16, Value)> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let request = format!(
        "{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        method,
        path,
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    let (mut answer, mut part) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let length = stream.read(&mut part)?;
        answer.extend_from_slice(&part[..length]);
        // Not everybody hangs up after the answer.
        match parse(&answer) {
            Some(whole) => return Ok(whole),
            None if length == 0 => return Err(ErrorKind::UnexpectedEof.into()),
            None => {}
        }
    }
}

/// Status and body of a whole answer; `None` when a part of it is missing.
fn parse(answer: &[u8]) -> Option<(u16, Value)> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    if length != Some(body.len()) {
        return None;
    }
    Some((status, serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()))))
}
