//! A server that sends a file as slowly as a story wants: it trickles until it is told to finish.
//!
//! Each connection gets a file of its own length, so that the row of a job tells which connection brought it home.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::pause;

/// How every file begins: as an MP4 does.
const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isommp41";

/// Bytes of the first connection's file; each later one has one more.
pub(crate) const BYTES: usize = 4096;

#[derive(Debug, Default)]
struct State {
    finish: AtomicBool,
    gone: AtomicBool,
    connections: AtomicUsize,
}

/// Whether an answer says how long it is.
#[derive(Debug, Clone, Copy)]
enum Length {
    Announced,
    Unknown,
}

/// The server; what it serves ends with it.
#[derive(Debug)]
pub(crate) struct Source {
    address: SocketAddr,
    state: Arc<State>,
}

impl Source {
    /// Serves files of about `bytes` on a free port of this machine.
    pub(crate) fn start(bytes: usize) -> Self {
        Self::serving(bytes, Length::Announced)
    }

    /// The same, without saying how long they are.
    pub(crate) fn unannounced(bytes: usize) -> Self {
        Self::serving(bytes, Length::Unknown)
    }

    fn serving(bytes: usize, length: Length) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::<State>::default();
        let served = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if served.gone.load(Ordering::Relaxed) {
                    return;
                }
                let n = served.connections.fetch_add(1, Ordering::Relaxed);
                let served = served.clone();
                // A client that leaves early is what the stories are about.
                std::thread::spawn(move || stream.and_then(|stream| serve(stream, bytes + n, length, &served)));
            }
        });
        Self { address, state }
    }

    /// `host:port`, as `egress.allow_private` wants it.
    pub(crate) fn pair(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// How many connections came so far.
    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// Lets every answer, also those to come, be sent at once.
    pub(crate) fn finish(&self) {
        self.state.finish.store(true, Ordering::Relaxed);
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.state.gone.store(true, Ordering::Relaxed);
        let _wakes_the_listener = TcpStream::connect(self.address);
    }
}

fn serve(mut stream: TcpStream, bytes: usize, length: Length, state: &State) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut request = Vec::new();
    let mut byte = [0; 1];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? > 0 {
        request.push(byte[0]);
    }
    let length = match length {
        Length::Announced => format!("Content-Length: {bytes}\r\n"),
        Length::Unknown => String::new(),
    };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n{length}Connection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(MP4)?;
    let mut left = bytes - MP4.len();
    // The last byte is kept back until the story says so.
    while !state.finish.load(Ordering::Relaxed) && !state.gone.load(Ordering::Relaxed) {
        let piece = left.saturating_sub(1).min(1);
        stream.write_all(&vec![b'.'; piece])?;
        left -= piece;
        pause(50);
    }
    stream.write_all(&vec![b'.'; left])
}
