//! Serving a listener: connections with limits, and an end that lets answers finish.
//!
//! axum's own loop gives a client all the time in the world; this one gives ten seconds for the headers of a request,
//! also between two requests, and ten seconds for each piece of an answer to be taken. A connection is asked to end
//! after a while, and one peer can have a part of the places only, so that a client which never reads takes nothing
//! from the others. When the house stops, nothing new is accepted and what is being answered is finished; when it
//! halts, all is dropped.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv6Addr, Shutdown};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

use super::app::App;
use super::router::Door;
use crate::ambient::Clock;
use crate::observe::metric;
use crate::supervise::{Failure, Stop};

/// The largest head of a request, in bytes.
const HEAD: usize = 64 * 1024;

/// What connections may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// Connections that are served at once; others wait to be accepted.
    pub(super) most: usize,
    /// Connections of one peer; more of them are refused at once.
    pub(super) per_peer: usize,
    /// How long a client may take to send the headers of a request.
    pub(super) headers: Duration,
    /// How long a client may take nothing of its answer.
    pub(super) stall: Duration,
    /// After this, the request that is being answered is the last one.
    pub(super) age: Duration,
    /// How long that last one may take.
    pub(super) last: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            most: 512,
            per_peer: 128,
            headers: Duration::from_secs(10),
            stall: Duration::from_secs(10),
            age: Duration::from_mins(1),
            last: Duration::from_mins(10),
        }
    }
}

/// What a peer whose places are all taken is told.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\nretry-after: 10\r\n\
    connection: close\r\ncontent-length: 51\r\n\r\nThis address has too many open connections already\n";

/// Serves people on `listener` until the house stops.
pub async fn serve_tcp(listener: TcpListener, app: App, stop: Stop) -> Result<(), Failure> {
    serve_people(listener, app, stop, Terms::default()).await;
    Ok(())
}

/// The same on other terms.
pub(super) async fn serve_people(listener: TcpListener, app: App, stop: Stop, terms: Terms) {
    let mut peers = Peers::default();
    let admit = |stream: TcpStream| {
        let _slower_at_worst = stream.set_nodelay(true);
        let peer = stream.peer_addr().ok()?.ip();
        let Some(place) = peers.place(peer, terms.per_peer) else {
            app.parts().metrics.add(metric::HTTP_TURNED_AWAY, [], 1_u64);
            refuse(stream);
            return None;
        };
        Some((stream, Some(place)))
    };
    serve(listener, app.router(Door::Public), app.clock(), stop, terms, admit).await;
}

/// Serves the owner on `listener` until the house stops. Peers of another user than `own_uid` are turned away.
pub async fn serve_unix(listener: UnixListener, app: App, own_uid: u32, stop: Stop) -> Result<(), Failure> {
    let admit = move |stream: UnixStream| match stream.peer_cred() {
        Ok(peer) if peer.uid() == own_uid => Some((stream, None)),
        Ok(peer) => {
            tracing::warn!("A program of user {} was turned away from the socket of user {own_uid}", peer.uid());
            None
        }
        Err(error) => {
            tracing::warn!("A program was turned away from the socket, since its user is unknown: {error}");
            None
        }
    };
    serve(listener, app.router(Door::Local), app.clock(), stop, Terms::default(), admit).await;
    Ok(())
}

/// A place that one connection takes of those of its peer.
type Taken = Arc<()>;

/// How many places each peer has taken.
#[derive(Debug, Default)]
struct Peers(HashMap<IpAddr, Taken>);

impl Peers {
    /// A place for one more connection of `peer`, if it has fewer than `most`.
    fn place(&mut self, peer: IpAddr, most: usize) -> Option<Taken> {
        self.0.retain(|_, taken| Arc::strong_count(taken) > 1);
        let taken = self.0.entry(who(peer)).or_default();
        if Arc::strong_count(taken) > most {
            tracing::debug!("A connection of {peer} was refused: it has {most} already");
            return None;
        }
        Some(taken.clone())
    }
}

/// Whom an address stands for: who has one address of IPv6 mostly has 64 bits full of them.
fn who(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Says why nothing is served, without waiting for anything.
fn refuse(stream: TcpStream) {
    let told = stream.into_std().and_then(|mut stream| {
        stream.write_all(FULL)?;
        // What it has sent is taken: a close before that would take the words back.
        let mut sent = [0; 4096];
        for _ in 0..16 {
            if !stream.read(&mut sent).is_ok_and(|taken| taken > 0) {
                break;
            }
        }
        stream.shutdown(Shutdown::Write)
    });
    if let Err(error) = told {
        tracing::debug!("A connection was refused and could not be told: {error}");
    }
}

/// Gives an accepted stream back if it is to be served, with the place it takes.
trait Admit<I>: FnMut(I) -> Option<(I, Option<Taken>)> {}
impl<I, F: FnMut(I) -> Option<(I, Option<Taken>)>> Admit<I> for F {}

async fn serve<L: Listener>(
    mut listener: L,
    router: Router,
    clock: &Clock,
    stop: Stop,
    terms: Terms,
    mut admit: impl Admit<L::Io>,
) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.asked() => break,
            Some(_) = open.join_next(), if !open.is_empty() => {}
            (stream, _) = listener.accept(), if open.len() < terms.most => {
                if let Some((stream, place)) = admit(stream) {
                    let served = connection(stream, router.clone(), clock.clone(), stop.clone(), terms);
                    open.spawn(async move {
                        served.await;
                        drop(place);
                    });
                }
            }
        }
    }
    drop(listener);
    tokio::select! {
        () = async { while open.join_next().await.is_some() {} } => {}
        () = stop.halted() => open.shutdown().await,
    }
}

/// Serves one connection; when the house stops or the connection is old, its current request is the last.
async fn connection<I>(stream: I, router: Router, clock: Clock, stop: Stop, terms: Terms)
where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + 'static,
{
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(terms.stall));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(terms.headers).max_buf_size(HEAD);
    let service = TowerToHyperService::new(router);
    let mut served = std::pin::pin!(builder.serve_connection(TokioIo::new(Box::pin(stream)), service));
    let ended = tokio::select! {
        biased;
        ended = clock.limit(terms.age, served.as_mut()) => ended.ok(),
        () = stop.asked() => None,
    };
    let ended = if let Some(ended) = ended {
        Ok(ended)
    } else {
        served.as_mut().graceful_shutdown();
        clock.limit(terms.last, served).await
    };
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!("A connection ended early: {error}"),
        Err(out) => tracing::debug!("A connection was ended: its last request {out}"),
    }
}
