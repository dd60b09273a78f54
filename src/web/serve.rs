//! Serving a listener: connections with time limits, and an end that lets answers finish.
//!
//! axum's own loop gives a client all the time in the world to send its headers; this one gives it ten seconds, also
//! between two requests. Connections are capped, so that a client which opens many leaves room for memory and files.
//! When the house stops, nothing new is accepted and what is being answered is finished; when it halts, all is dropped.

use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::JoinSet;

use super::app::App;
use super::router::Door;
use crate::supervise::{Failure, Stop};

/// How long a client may take to send the headers of a request.
const HEADERS: Duration = Duration::from_secs(10);
/// The largest head of a request, in bytes.
const HEAD: usize = 64 * 1024;
/// Connections that are served at once; others wait to be accepted.
const MOST: usize = 512;

/// Serves people on `listener` until the house stops.
pub async fn serve_tcp(listener: TcpListener, app: App, stop: Stop) -> Result<(), Failure> {
    let admit = |stream: &TcpStream| {
        let _slower_at_worst = stream.set_nodelay(true);
        true
    };
    serve(listener, app.router(Door::Public), stop, admit).await;
    Ok(())
}

/// Serves the owner on `listener` until the house stops. Peers of another user than `own_uid` are turned away.
pub async fn serve_unix(listener: UnixListener, app: App, own_uid: u32, stop: Stop) -> Result<(), Failure> {
    let admit = move |stream: &UnixStream| match stream.peer_cred() {
        Ok(peer) if peer.uid() == own_uid => true,
        Ok(peer) => {
            tracing::warn!("A program of user {} was turned away from the socket of user {own_uid}", peer.uid());
            false
        }
        Err(error) => {
            tracing::warn!("A program was turned away from the socket, since its user is unknown: {error}");
            false
        }
    };
    serve(listener, app.router(Door::Local), stop, admit).await;
    Ok(())
}

async fn serve<L: Listener>(mut listener: L, router: Router, stop: Stop, admit: impl Fn(&L::Io) -> bool) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.asked() => break,
            Some(_) = open.join_next(), if !open.is_empty() => {}
            (stream, _) = listener.accept(), if open.len() < MOST => {
                if admit(&stream) {
                    open.spawn(connection(TokioIo::new(stream), router.clone(), stop.clone()));
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

/// Serves one connection; when the house stops, its current request is the last.
async fn connection<I>(stream: TokioIo<I>, router: Router, stop: Stop)
where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(HEAD);
    let mut served = std::pin::pin!(builder.serve_connection(stream, TowerToHyperService::new(router)));
    let ended = tokio::select! {
        biased;
        ended = served.as_mut() => ended,
        () = stop.asked() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("A connection ended early: {error}");
    }
}
