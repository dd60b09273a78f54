//! Who holds the data directory, and how well its unit is locked.

use std::path::PathBuf;

use super::row::Row;
use super::tool::hear;
use crate::advice;
use crate::ambient::Clock;

/// The exposure, in tenths, above which a unit has lost locks.
const EXPOSED: u32 = 15;

/// Where the unit is installed; the first one counts.
const UNITS: [&str; 3] = [
    "/etc/systemd/system/radard.service",
    "/usr/lib/systemd/system/radard.service",
    "/lib/systemd/system/radard.service",
];

/// Who holds the data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Daemon {
    /// Nobody.
    Absent,
    /// A daemon that takes work.
    Ready,
    /// Whoever asks: it cannot judge itself.
    Asking,
    /// A daemon that says why it takes none.
    Unready(String),
    /// A process that does not answer on the socket; its number when it is known, and what was answered instead.
    Silent(Option<String>, String),
}

/// How well the systemd unit is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// systemd's own figure in tenths: 0 is closed, 100 open.
    Exposure(u32),
    /// Why it was not looked at.
    NotRun(String),
}

/// Asks systemd's own tool about the unit that is installed.
pub(super) async fn look_at_unit(clock: &Clock) -> Unit {
    let Some(unit) = UNITS.map(PathBuf::from).into_iter().find(|unit| unit.exists()) else {
        return Unit::NotRun("radard is not installed as a unit".to_owned());
    };
    let mut tool = tokio::process::Command::new("systemd-analyze");
    tool.args(["security", "--no-pager", "--offline=true"]).arg(unit);
    match hear(&mut tool, clock).await {
        Ok(Ok(said)) => read_exposure(&String::from_utf8_lossy(&said.stdout))
            .map_or_else(|| Unit::NotRun("systemd-analyze gave no figure".to_owned()), Unit::Exposure),
        Ok(Err(_)) => Unit::NotRun("systemd-analyze is not here".to_owned()),
        Err(out) => Unit::NotRun(format!("systemd-analyze {out}")),
    }
}

/// The figure in the last line of `systemd-analyze security`, in tenths.
pub(super) fn read_exposure(said: &str) -> Option<u32> {
    let (_, rest) = said.rsplit_once("Overall exposure level for ")?;
    let (whole, tenth) = rest.split_once(": ")?.1.split(' ').next()?.split_once('.')?;
    let (whole, tenth): (u32, u32) = (whole.parse().ok()?, tenth.trim_end().parse().ok()?);
    Some(whole * 10 + tenth)
}

pub(super) fn daemon(seen: &Daemon) -> Row {
    match seen {
        Daemon::Absent => Row::well("daemon", "none runs on this data directory"),
        Daemon::Ready => Row::well("daemon", "runs and takes work"),
        Daemon::Asking => Row::not_run("daemon", "it is the one that answers; `/readyz` says whether it takes work"),
        Daemon::Unready(why) => {
            Row::ill("daemon", format!("runs and takes no work: {why}"), advice::doctor::daemon_unready())
        }
        Daemon::Silent(pid, why) => {
            let who = pid.as_ref().map_or_else(|| "a process".to_owned(), |pid| format!("process {pid}"));
            let detail = format!("{who} holds the data directory and does not answer: {why}");
            Row::ill("daemon", detail, advice::doctor::daemon_silent())
        }
    }
}

pub(super) fn unit(seen: &Unit) -> Row {
    match seen {
        Unit::NotRun(why) => Row::not_run("unit", why),
        Unit::Exposure(tenths) => {
            let detail = format!("exposure {}.{}", tenths / 10, tenths % 10);
            if *tenths > EXPOSED {
                return Row::ill("unit", format!("{detail}, above 1.5"), advice::doctor::unit());
            }
            Row::well("unit", detail)
        }
    }
}
