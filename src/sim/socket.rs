//! The sockets of the listeners. In an outage new connections are dropped as soon as they are accepted, and open ones break
//! at their next byte: a client sees a reset and no answer, whichever endpoint it wants.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::world::World;

/// The listener of one platform, which an outage closes.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) socket: TcpListener,
    /// The platform; `None` for a listener that is never hit, such as control.
    pub(super) platform: Option<&'static str>,
    pub(super) world: Arc<World>,
}

impl Listener for Door {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            let (stream, from) = Listener::accept(&mut self.socket).await;
            if self.platform.is_some_and(|platform| self.world.outages.strikes(platform)) {
                drop(stream);
                continue;
            }
            let (platform, world) = (self.platform, self.world.clone());
            return (Wire { stream, platform, world, is_broken: false }, from);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// A connection that an outage breaks.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    platform: Option<&'static str>,
    world: Arc<World>,
    is_broken: bool,
}

impl Wire {
    fn judge(&mut self) -> io::Result<()> {
        // Counted once, however often it is tried.
        self.is_broken = self.is_broken || self.platform.is_some_and(|platform| self.world.outages.strikes(platform));
        if self.is_broken { Err(io::Error::new(io::ErrorKind::ConnectionReset, "an outage")) } else { Ok(()) }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_ready() && buffer.filled().len() > before {
            self.judge()?;
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.judge()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
