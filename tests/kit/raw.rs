//! A server that does what it is told byte by byte: it remembers what it heard, and may lie, trickle or never end.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long whoever was answered may go on sending.
const LINGER: Duration = Duration::from_secs(1);

/// One that listens on loopback until the test ends.
pub(crate) struct Raw {
    at: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Raw {
    /// Answers each request with what `reply` does; it gets the head, and a connection that closes after it.
    pub(crate) fn start(reply: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (at, heads) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let (heard, reply) = (heads.clone(), Arc::new(reply));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (heard, reply) = (heard.clone(), reply.clone());
                std::thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    if let Some(head) = read_head(&mut stream) {
                        heard.lock().unwrap().push(head.clone());
                        reply(&head, &mut stream);
                    }
                });
            }
        });
        Self { at, heads }
    }

    /// Where it is, as `host:port`.
    pub(crate) fn pair(&self) -> String {
        self.at.to_string()
    }

    /// A URL on it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    /// What it has heard, and forgets.
    pub(crate) fn heads(&self) -> Vec<String> {
        std::mem::take(&mut *self.heads.lock().unwrap())
    }
}

/// The bytes up to the empty line.
pub(crate) fn read_head(stream: &mut TcpStream) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

/// Answers with a status, headers and a body of known length; whoever has gone meanwhile does not matter.
pub(crate) fn answer(stream: &mut TcpStream, status: &str, headers: &[&str], body: &[u8]) {
    let lines = headers.iter().fold(String::new(), |lines, line| lines + line + "\r\n");
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{lines}\r\n", body.len());
    let _gone = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    // A connection that is closed with unread bytes of a request is reset, and the answer may be lost with it.
    let _gone = stream.shutdown(Shutdown::Write).and_then(|()| stream.set_read_timeout(Some(LINGER)));
    let _rest = std::io::copy(stream, &mut std::io::sink());
}
