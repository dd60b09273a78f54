//! `radard run` as a process of its own: started, asked, signalled, killed, waited for.
//!
//! It may run under another program (`strace`, `nsenter`); signals always go to the daemon itself, by its number.
//! What is dropped while it runs is killed, so that no story leaves a process behind.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::ops::Deref;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::http::Caller;
use super::notify::Notify;
use super::{Dir, START, clock, pause};

/// The program under test.
pub(crate) const RADARD: &str = env!("CARGO_BIN_EXE_radard");

/// What a daemon is given beyond its folders.
#[derive(Debug, Default, Clone)]
pub(crate) struct Extra {
    /// The program it runs under, with its arguments.
    pub(crate) under: Vec<OsString>,
    /// Further variables.
    pub(crate) env: Vec<(&'static str, String)>,
    /// Further flags.
    pub(crate) flags: Vec<String>,
    /// Where the data directory is seen from here, when the daemon lives in a world of its own.
    pub(crate) seen_at: Option<PathBuf>,
    /// User and group it runs as, and the program that they can reach.
    pub(crate) user: Option<(u32, PathBuf)>,
    /// The program, where what it runs under hides that of the build.
    pub(crate) program: Option<PathBuf>,
}

/// A daemon, or one that is about to be.
#[derive(Debug)]
pub(crate) struct Daemon {
    child: Child,
    ended: Option<ExitStatus>,
    caller: Caller,
    log: PathBuf,
    /// What it says to systemd.
    pub(crate) notify: Notify,
    /// From the start to READY.
    pub(crate) took: Duration,
}

impl Deref for Daemon {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Daemon {
    /// Starts a daemon with these settings and waits until it is ready.
    #[track_caller]
    pub(crate) fn start(dir: &Dir, settings: &str, extra: &Extra) -> Self {
        let mut daemon = Self::spawn(dir, settings, extra);
        let ready = daemon.wait_ready(START);
        assert!(ready.is_ok(), "the daemon was not ready within {START:?} ({ready:?}):\n{}", daemon.log());
        daemon
    }

    /// Starts a daemon and does not wait.
    pub(crate) fn spawn(dir: &Dir, settings: &str, extra: &Extra) -> Self {
        dir.save_settings(settings);
        let notify = Notify::bind(&dir.path().join("notify.sock"));
        let log = dir.path().join("log");
        let out = File::options().create(true).append(true).open(&log).unwrap();
        let mut command = command(dir, extra);
        command.env("NOTIFY_SOCKET", notify.path()).stdout(out.try_clone().unwrap()).stderr(out);
        let child = command.spawn().unwrap();
        let data = extra.seen_at.clone().unwrap_or_else(|| dir.data());
        let caller = Caller::new(data.join("radard.sock"));
        Self { child, ended: None, caller, log, notify, took: Duration::ZERO }
    }

    /// Waits for READY; an end before it, or its absence, is an error.
    pub(crate) fn wait_ready(&mut self, limit: Duration) -> Result<(), Option<ExitStatus>> {
        let begun = clock().steady();
        loop {
            self.took = clock().steady().saturating_sub(begun);
            if self.notify.wait_for("READY=1", Duration::from_millis(50)).is_some() {
                return Ok(());
            }
            if let Some(ended) = self.ended() {
                return Err(Some(ended));
            }
            if self.took > limit {
                return Err(None);
            }
        }
    }

    /// Queues a job of a schedule now.
    pub(crate) fn run_schedule(&self, name: &str) -> Value {
        let (status, job) = self.call("POST", &format!("/api/v1/schedules/{name}/run"), Some(&json!({}))).unwrap();
        assert_eq!(status, 201, "{job}");
        job
    }

    /// For threads of their own.
    pub(crate) fn caller(&self) -> Caller {
        self.caller.clone()
    }

    /// What it wrote to its log, in all lives in this folder.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().unwrap();
        }
        self.ended
    }

    /// Waits for its end; gives the code, or the signal as a negative number, and how long it took.
    #[track_caller]
    pub(crate) fn wait(&mut self, limit: Duration) -> (i32, Duration) {
        let begun = clock().steady();
        loop {
            let spent = clock().steady().saturating_sub(begun);
            if let Some(ended) = self.ended() {
                return (code(ended), spent);
            }
            assert!(spent < limit, "the daemon still runs after {limit:?}:\n{}", self.log());
            pause(5);
        }
    }

    /// Sends a signal to the daemon itself.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid().unwrap(), signal).unwrap();
    }

    /// Kills it where it stands and waits until it is gone.
    #[track_caller]
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
        assert_eq!(self.wait(START).0, -9);
    }

    /// Asks it to leave; gives its code and how long it took.
    #[track_caller]
    pub(crate) fn term(&mut self, limit: Duration) -> (i32, Duration) {
        self.signal(Signal::TERM);
        self.wait(limit)
    }

    /// The number of the daemon itself, below whatever it runs under.
    pub(crate) fn pid(&self) -> Option<Pid> {
        find(self.child.id()).and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if self.ended().is_some() {
            return;
        }
        if let Some(pid) = self.pid() {
            let _already_gone = kill_process(pid, Signal::KILL);
            // What it runs under ends after it, and not before it has let go of everything.
            let begun = clock().steady();
            while self.ended().is_none() && clock().steady().saturating_sub(begun) < START {
                pause(2);
            }
        }
        let _already_gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// The exit code, or the signal as a negative number.
pub(crate) fn code(ended: ExitStatus) -> i32 {
    ended.code().unwrap_or_else(|| -ended.signal().unwrap_or_default())
}

fn command(dir: &Dir, extra: &Extra) -> Command {
    let reached = extra.program.as_ref().or(extra.user.as_ref().map(|(_, program)| program));
    let program = reached.map_or(Path::new(RADARD), PathBuf::as_path);
    let mut line: Vec<OsString> = extra.under.clone();
    line.extend([program.into(), "run".into(), "--config".into(), dir.config().into()]);
    line.extend(["--data".into(), dir.data().into()]);
    line.extend(extra.flags.iter().map(OsString::from));
    let mut command = Command::new(&line[0]);
    command.args(&line[1..]).stdin(Stdio::null()).current_dir(dir.path());
    for name in ["WATCHDOG_USEC", "WATCHDOG_PID", "STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "RADARD_SEED"] {
        command.env_remove(name);
    }
    command.envs(extra.env.iter().map(|(name, value)| (name, value)));
    if let Some((user, _)) = &extra.user {
        command.uid(*user).gid(*user);
    }
    command
}

/// Runs another command of the program to its end; gives its code and what it wrote.
pub(crate) fn radard(dir: &Dir, extra: &Extra) -> io::Result<(i32, String)> {
    let out = command(dir, extra).env_remove("NOTIFY_SOCKET").output()?;
    let said = [out.stdout, out.stderr].concat();
    Ok((code(out.status), String::from_utf8_lossy(&said).into_owned()))
}

/// The first process named `radard` from `pid` downwards.
fn find(pid: u32) -> Option<u32> {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    if name.trim() == "radard" {
        return Some(pid);
    }
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    children.split_whitespace().find_map(|child| find(child.parse().ok()?))
}
