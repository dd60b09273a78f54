//! The daemon as a child process: started, killed, stopped, and listened to the way systemd listens.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::net::UnixDatagram;
use tokio::process::{Child, Command};

use super::trouble::Trouble;
use crate::ambient::Clock;

/// How long a start, a stop or a death may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// How the child is started.
#[derive(Debug, Clone)]
pub(super) struct Recipe {
    pub(super) program: PathBuf,
    pub(super) config: PathBuf,
    pub(super) data: PathBuf,
    pub(super) log: PathBuf,
    pub(super) notify: PathBuf,
}

/// A running daemon.
pub(super) struct Daemon {
    child: Child,
    clock: Clock,
}

impl Daemon {
    /// Starts the daemon and waits until it says READY; gives how long that took.
    pub(super) async fn start(recipe: &Recipe, clock: &Clock) -> Result<(Self, Duration), Trouble> {
        let failed = |act: &'static str| move |source: std::io::Error| Trouble::Io { act, source };
        let _from_before = std::fs::remove_file(&recipe.notify);
        let ear = UnixDatagram::bind(&recipe.notify).map_err(failed("listen for READY"))?;
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&recipe.log)
            .map_err(failed("open the daemon's log"))?;
        let began = clock.steady();
        let child = Command::new(&recipe.program)
            .args(["run", "--config"])
            .arg(&recipe.config)
            .arg("--data")
            .arg(&recipe.data)
            .env("NOTIFY_SOCKET", &recipe.notify)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            // Ctrl-C is for the demo: it stops the daemon itself, as one of its steps does.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed("start the daemon"))?;
        let mut daemon = Self { child, clock: clock.clone() };
        let mut letter = [0; 4096];
        let ready = async {
            loop {
                let got = ear.recv(&mut letter).await.map_err(failed("hear READY"))?;
                let said = letter.get(..got).map(String::from_utf8_lossy).unwrap_or_default();
                if said.lines().any(|line| line == "READY=1") {
                    return Ok::<(), Trouble>(());
                }
            }
        };
        tokio::select! {
            heard = clock.limit(PATIENCE, ready) => heard.map_err(|_| Trouble::NotReady)??,
            died = daemon.child.wait() => return Err(Trouble::Died(died.map(|s| s.to_string()).unwrap_or_default())),
        }
        let took = clock.steady().saturating_sub(began);
        Ok((daemon, took))
    }

    /// Kills it as a power cut would.
    pub(super) async fn kill(mut self) -> Result<(), Trouble> {
        self.child.kill().await.map_err(|source| Trouble::Io { act: "kill the daemon", source })
    }

    /// Asks it to leave and waits; gives how it ended and how long that took.
    pub(super) async fn stop(mut self) -> Result<(ExitStatus, Duration), Trouble> {
        let began = self.clock.steady();
        if let Some(pid) =
            self.child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw)
        {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM)
                .map_err(|e| Trouble::Io { act: "ask the daemon to leave", source: e.into() })?;
        }
        let ended = self.clock.limit(PATIENCE, self.child.wait()).await;
        let ended = ended.map_err(|_| Trouble::Stays)?;
        let ended = ended.map_err(|source| Trouble::Io { act: "wait for the daemon", source })?;
        Ok((ended, self.clock.steady().saturating_sub(began)))
    }
}
