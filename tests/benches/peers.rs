//! Other people's programs at the same work, in the same call, in turn with ours.
//!
//! Their scripts lie in the folder that `RADARD_BENCH` names. One of them runs everybody round by round and gives the
//! medians; ours is called by it like any peer.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

/// The folder of the scripts, when there is one.
#[expect(clippy::disallowed_methods, reason = "the bench program is told about its peers by the environment")]
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var("RADARD_BENCH").ok().filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// How long and how often a bench of queues runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Length {
    pub(crate) jobs: usize,
    pub(crate) runs: usize,
}

/// Runs the queues of `peers` and `subjects` round by round; gives the script's results.
pub(crate) fn queue(peers: &[&str], subjects: &[(&str, &str)], length: Length) -> anyhow::Result<Option<Value>> {
    let subjects: Vec<_> = subjects
        .iter()
        .map(|(name, arguments)| (*name, format!("{arguments} --jobs {{jobs}} --dir {{dir}}")))
        .collect();
    let subjects: Vec<_> = subjects.iter().map(|(name, arguments)| (*name, arguments.as_str())).collect();
    let length = [format!("--jobs={}", length.jobs), format!("--runs={}", length.runs)];
    run("queue_bench.py", peers, &subjects, &length)
}

/// Runs `peers` and `subjects` (a name, and the arguments of this program) by a script of the folder, round by round;
/// gives its results, and nothing when there is no such folder.
pub(crate) fn run(
    script: &str,
    peers: &[&str],
    subjects: &[(&str, &str)],
    flags: &[String],
) -> anyhow::Result<Option<Value>> {
    let Some(folder) = folder() else { return Ok(None) };
    let me = std::env::current_exe().context("cannot find this program")?;
    let names: Vec<_> = peers.iter().copied().chain(subjects.iter().map(|(name, _)| *name)).collect();
    let mut python = Command::new("python3");
    python.env("PYTHONDONTWRITEBYTECODE", "1").arg(folder.join(script));
    python.arg(format!("--only={}", names.join(","))).args(flags);
    for (name, arguments) in subjects {
        python.arg(format!("--subject={name}={} {arguments}", me.display()));
    }
    let ran = python.stderr(Stdio::inherit()).output().context("cannot run python3")?;
    ensure!(ran.status.success(), "the peers' script in `{}` failed", folder.display());
    let line = String::from_utf8(ran.stdout).context("the peers' script printed no text")?;
    let line = line.lines().last().context("the peers' script printed nothing")?;
    let all: Value = serde_json::from_str(line).context("the peers' script printed no JSON")?;
    Ok(all.get("results").cloned())
}

/// What `who` measured as `what`.
pub(crate) fn measured(results: Option<&Value>, who: &str, what: &str) -> Result<f64, String> {
    let Some(results) = results else { return Err("needs RADARD_BENCH, the folder of the peers' scripts".to_owned()) };
    let row = results.get(who).cloned().unwrap_or_default();
    let value = row.get(what).and_then(Value::as_f64);
    value.ok_or_else(|| format!("`{who}` failed: {}", row.get("error").and_then(Value::as_str).unwrap_or("no reason")))
}
