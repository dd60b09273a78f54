//! Tells systemd how the daemon is doing, over the socket that systemd names.
//!
//! Why no crate: `sd-notify` 0.5 sends without a time limit, so a full queue of systemd would hold a worker thread, and
//! it would replace about 30 of these lines. All of the environment is passed in. Nothing in this file may hurt the daemon: without a socket every call does
//! nothing, and a socket that fails is mentioned in the log once. A datagram waits at most a second for room.
//! What must be true before `ready` or `watchdog` is said is decided by the caller.

use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::ambient::Clock;
use crate::observe::Register;

/// How long a message may wait for room in systemd's queue.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often systemd is asked to wait on, and how long for each time. After six hours it is not asked any more.
const ASKED_EVERY: Duration = Duration::from_secs(20);
const EXTENSION: Duration = Duration::from_mins(2);
const MOST_ASKED: u32 = 6 * 60 * 3;

/// Longer status texts are cut; `systemctl status` shows one line.
const LONGEST_STATUS: usize = 300;

/// What the environment says about systemd, as texts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Invitation<'a> {
    /// `NOTIFY_SOCKET`: a path, or a name that begins with `@`.
    pub notify_socket: Option<&'a str>,
    /// `WATCHDOG_USEC`: how long systemd waits for a sign of life.
    pub watchdog_usec: Option<&'a str>,
    /// `WATCHDOG_PID`: the process that the watchdog is meant for.
    pub watchdog_pid: Option<&'a str>,
}

/// A cheap handle on the way to systemd; clones share it.
#[derive(Debug, Clone)]
pub struct Notifier(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    line: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
    secrets: Register,
    complained: AtomicBool,
}

impl Notifier {
    /// Takes up the invitation; `secrets` are kept out of status texts.
    pub fn new(invitation: &Invitation<'_>, secrets: Register) -> Self {
        let (line, failed) = match invitation.notify_socket.map(dial).transpose() {
            Ok(line) => (line, None),
            Err(error) => (None, Some(error)),
        };
        let watchdog = line.is_some().then(|| watchdog_limit(invitation)).flatten();
        let notifier = Self(Arc::new(Inner { line, watchdog, secrets, complained: AtomicBool::new(false) }));
        if let Some(error) = failed {
            notifier.complain(&error);
        }
        notifier
    }

    /// Says that work can be accepted: after the start, and after each reload.
    pub fn ready(&self, status: &str) {
        self.send(&format!("READY=1\nSTATUS={}", self.one_line(status)));
    }

    /// Says that the configuration is being read again; [`Notifier::ready`] ends it. Takes [`monotonic_usec`].
    pub fn reloading(&self, monotonic_usec: u64) {
        self.send(&format!("RELOADING=1\nMONOTONIC_USEC={monotonic_usec}"));
    }

    /// Does `work`, which may take longer than systemd waits for a start: while it lasts, systemd is asked to wait on.
    pub async fn patient<T>(&self, clock: &Clock, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        for _ in 0..MOST_ASKED {
            tokio::select! {
                done = work.as_mut() => return done,
                () = clock.sleep(ASKED_EVERY) => self.send(&format!("EXTEND_TIMEOUT_USEC={}", EXTENSION.as_micros())),
            }
        }
        work.await
    }

    /// Says that the daemon has begun to leave.
    pub fn stopping(&self) {
        self.send("STOPPING=1");
    }

    /// Shows a text in `systemctl status`, as one line.
    pub fn status(&self, text: &str) {
        self.send(&format!("STATUS={}", self.one_line(text)));
    }

    /// Gives a sign of life.
    pub fn watchdog(&self) {
        self.send("WATCHDOG=1");
    }

    /// How often a sign of life is due: a third of systemd's limit, so that a late one is still within half.
    pub fn watchdog_interval(&self) -> Option<Duration> {
        self.0.watchdog.map(|limit| limit / 3)
    }

    fn one_line(&self, text: &str) -> String {
        let clean = self.0.secrets.redact(text);
        clean.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_STATUS).collect()
    }

    fn send(&self, message: &str) {
        let Some((socket, address)) = &self.0.line else { return };
        if let Err(error) = socket.send_to_addr(message.as_bytes(), address) {
            self.complain(&error);
        }
    }

    fn complain(&self, error: &io::Error) {
        if !self.0.complained.swap(true, Ordering::Relaxed) {
            tracing::warn!(error = %error, "Cannot tell systemd how the daemon is doing: {error}; this is said once");
        }
    }
}

/// The kernel's monotonic time in microseconds, by which systemd tells a reload from an older one.
pub fn monotonic_usec() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let usec = now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1000);
    u64::try_from(usec).unwrap_or(0)
}

fn dial(socket: &str) -> io::Result<(UnixDatagram, SocketAddr)> {
    let address = match socket.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None if socket.starts_with('/') => SocketAddr::from_pathname(socket)?,
        None => return Err(io::Error::other(format!("`NOTIFY_SOCKET` is `{socket}`, neither a path nor an @name"))),
    };
    let socket = UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(PATIENCE))?;
    Ok((socket, address))
}

/// The limit, if there is one and it is meant for this process.
fn watchdog_limit(invitation: &Invitation<'_>) -> Option<Duration> {
    let usec: u64 = invitation.watchdog_usec?.trim().parse().ok().filter(|usec| *usec > 0)?;
    let ours = invitation.watchdog_pid.is_none_or(|pid| pid.trim().parse() == Ok(std::process::id()));
    ours.then(|| Duration::from_micros(usec))
}

#[cfg(test)]
mod tests;
