//! The figures of the whole process: how soon it speaks, how soon it is ready, and what it costs while it rests.
//!
//! The daemon is started as systemd starts it, with a notify socket of ours, on a port that is free. Its memory and its
//! time are read from the kernel; the time in nanoseconds, because a resting daemon uses less than a tick.

#![expect(clippy::indexing_slicing, reason = "the names and their places stand in this very file")]

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use radard::ambient::{Ambient, Clock};
use radard::store::{Access, Error, Place, Store, jobs};
use rustix::process::{Pid, Signal, kill_process};
use tokio::runtime::Runtime;

use super::claim;
use super::figure::{Bar, Figure, Side, quantile};
use super::fresh::{Folder, Fresh};

/// What each kind of figure is called here.
pub(crate) const NAMES: &[&str] = &[
    "process.help",
    "process.ready",
    "process.ready.rescue",
    "process.rescued",
    "process.idle.memory",
    "process.idle.processor",
];

const RADARD: &str = env!("CARGO_BIN_EXE_radard");
/// Rows that an earlier life left running.
const ORPHANS: usize = 100_000;
/// Starts that are timed.
const STARTS: usize = 15;
/// How long a daemon may take to be ready or to leave before the figure is given up.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a daemon rests before it is looked at, and how long it is looked at.
const REST: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(20));
const SETTINGS: &str = "[web]\nlisten = \"127.0.0.1:0\"\n[disk]\nlow_water = \"1MiB\"\nreserve = \"1MiB\"\n";

/// Measures them.
pub(crate) fn figures(runtime: &Runtime) -> anyhow::Result<Vec<Figure>> {
    let clock = Clock::real();
    let at_most = |bar| Bar::Fixed(Side::AtMost, bar);
    let mut help: Vec<_> = (0..STARTS).map(|_| time_help(&clock)).collect::<Result<_, _>>()?;
    let mut figures = vec![Figure::new(NAMES[0], quantile(&mut help, 0.5), "ms", at_most(10.0))];

    let folder = Folder::new("daemon")?;
    Daemon::start(&folder.0, &clock)?.leave()?;
    let mut ready = Vec::new();
    for _ in 0..STARTS {
        let daemon = Daemon::start(&folder.0, &clock)?;
        ready.push(daemon.took.as_secs_f64() * 1000.0);
        daemon.leave()?;
    }
    figures.push(Figure::new(NAMES[1], quantile(&mut ready, 0.5), "ms", at_most(100.0)));

    let crowded = Folder::new("orphans")?;
    runtime.block_on(leave_orphans(&crowded.0))?;
    let daemon = Daemon::start(&crowded.0, &clock)?;
    figures.push(Figure::new(NAMES[2], daemon.took.as_secs_f64(), "s", at_most(5.0)));
    let rescued = runtime.block_on(wait_for_rescue(&crowded.0, &clock))?;
    figures.push(Figure::new(NAMES[3], (daemon.took + rescued).as_secs_f64(), "s", Bar::None));
    daemon.leave()?;

    let daemon = Daemon::start(&folder.0, &clock)?;
    runtime.block_on(clock.sleep(REST.0));
    let before = busy(daemon.child.id())?;
    runtime.block_on(clock.sleep(REST.1));
    let spent = busy(daemon.child.id())?.saturating_sub(before);
    figures.push(Figure::new(NAMES[4], memory_mib(daemon.child.id())?, "MiB", at_most(30.0)));
    let share = spent.as_secs_f64() / REST.1.as_secs_f64() * 100.0;
    figures.push(Figure::new(NAMES[5], share, "%", at_most(0.2)));
    daemon.leave()?;
    Ok(figures)
}

fn time_help(clock: &Clock) -> anyhow::Result<f64> {
    let begun = clock.steady();
    let said = Command::new(RADARD).arg("--help").output().context("cannot run radard")?;
    let took = clock.steady().saturating_sub(begun);
    ensure!(said.status.success() && !said.stdout.is_empty(), "`radard --help` said nothing");
    Ok(took.as_secs_f64() * 1000.0)
}

/// A running daemon, killed if it is forgotten.
struct Daemon {
    child: Child,
    took: Duration,
}

impl Daemon {
    /// Starts one in `folder` and waits until it says that it is ready.
    fn start(folder: &Path, clock: &Clock) -> anyhow::Result<Self> {
        let (config, socket) = (folder.join("config"), folder.join("notify"));
        std::fs::create_dir_all(&config)?;
        std::fs::write(config.join("radard.toml"), SETTINGS)?;
        let _from_before = std::fs::remove_file(&socket);
        let notify = UnixDatagram::bind(&socket).context("cannot bind a notify socket")?;
        notify.set_read_timeout(Some(PATIENCE))?;
        let mut command = Command::new(RADARD);
        command.arg("run").arg("-c").arg(&config).arg("--data").arg(data(folder)).env("NOTIFY_SOCKET", &socket);
        let begun = clock.steady();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut daemon = Self { child, took: Duration::ZERO };
        let mut message = [0; 4096];
        loop {
            let length = notify.recv(&mut message).context("the daemon does not become ready")?;
            let said = String::from_utf8_lossy(message.get(..length).unwrap_or_default());
            if said.lines().any(|line| line == "READY=1") {
                daemon.took = clock.steady().saturating_sub(begun);
                return Ok(daemon);
            }
        }
    }

    /// Asks it to leave and waits until it has.
    fn leave(mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("a process has a number")?;
        kill_process(pid, Signal::TERM)?;
        let ended = self.child.wait()?;
        ensure!(ended.success(), "the daemon left with {ended}");
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _gone = self.child.kill();
            let _gone = self.child.wait();
        }
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn database(folder: &Path) -> Place {
    Place::Sqlite(data(folder).join("radard.db"))
}

/// Leaves running jobs behind, as a process does that is killed.
async fn leave_orphans(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(data(folder))?;
    let fresh = Fresh::open_at(&database(folder)).await?;
    claim::fill(&fresh.store, 0..ORPHANS, "open", Duration::ZERO).await?;
    let mut taken = 0;
    while taken < ORPHANS {
        taken += claim::take(&fresh.store, 1000).await?.len();
    }
    fresh.leave().await
}

/// Waits until nothing runs that nobody holds.
async fn wait_for_rescue(folder: &Path, clock: &Clock) -> anyhow::Result<Duration> {
    let begun = clock.steady();
    let (store, _) = Store::open(&database(folder), Access::Read, Ambient::real(None)).await?;
    loop {
        let counts = store.read::<_, Error, _>(|tx| Box::pin(jobs::counts(tx))).await?;
        if !counts.iter().any(|count| count.state == jobs::State::Running && count.n > 0) {
            store.close().await;
            return Ok(clock.steady().saturating_sub(begun));
        }
        ensure!(clock.steady().saturating_sub(begun) < PATIENCE, "the jobs are not taken back: {counts:?}");
        clock.sleep(Duration::from_millis(20)).await;
    }
}

/// The processor time of all threads of a process.
pub(crate) fn busy(process: u32) -> anyhow::Result<Duration> {
    let mut nanos = 0;
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let text = std::fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        nanos += text.split_whitespace().next().and_then(|spent| spent.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanos))
}

/// The resident memory of a process.
fn memory_mib(process: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("a process has a size")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}
