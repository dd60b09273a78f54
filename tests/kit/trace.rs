//! `strace` as the hand that kills a daemon, or fails its disk, at the k-th call.
//!
//! strace counts calls per thread. All writing to the database happens on one thread, so "the k-th sync" means the
//! k-th sync of the database. Its record, with a time on every line, tells afterwards what really happened.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether calls can be traced here.
pub(crate) fn can_trace() -> bool {
    let tried = Command::new("strace").args(["-f", "-qq", "true"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

/// One line of the record.
#[derive(Debug)]
pub(crate) struct Call {
    /// The thread.
    pub(crate) thread: u32,
    /// When it was entered, in milliseconds since 1970.
    pub(crate) at_ms: i64,
    /// The file it was about.
    pub(crate) file: String,
    /// Whether it was made to fail, or killed its process.
    pub(crate) hit: bool,
}

/// A way to run under `strace`.
#[derive(Debug)]
pub(crate) struct Trace {
    calls: &'static str,
    record: PathBuf,
}

impl Trace {
    /// Watches `calls`, names with commas, and keeps the record in `dir`.
    pub(crate) fn new(dir: &Path, calls: &'static str) -> Self {
        Self { calls, record: dir.join("calls") }
    }

    /// Runs and only counts.
    pub(crate) fn count(&self) -> Vec<OsString> {
        let mut line: Vec<OsString> = ["strace", "-f", "-qq", "-y", "-ttt", "-o"].map(OsString::from).into();
        line.push(self.record.clone().into());
        line.extend(["-e".into(), format!("trace={}", self.calls).into()]);
        line
    }

    /// Runs and makes the `k`-th call do `what`: `signal=SIGKILL`, `error=EIO`.
    pub(crate) fn hit(&self, what: &str, k: u32) -> Vec<OsString> {
        let mut line = self.count();
        line.extend(["-e".into(), format!("inject={}:{what}:when={k}", self.calls).into()]);
        line
    }

    /// What the last run recorded, in order.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let text = std::fs::read_to_string(&self.record).unwrap_or_default();
        let mut calls: Vec<Call> = Vec::new();
        for line in text.lines() {
            let Some(call) = read(line) else { continue };
            // Another thread's call may stand between the two halves of one; the second tells how it ended.
            match calls.iter_mut().rfind(|begun| begun.thread == call.thread) {
                Some(begun) if line.contains(" resumed>") => begun.hit |= call.hit,
                _ => calls.push(call),
            }
        }
        calls
    }

    /// How many calls the busiest thread made.
    pub(crate) fn most_of_one_thread(&self) -> u32 {
        let mut counts = std::collections::BTreeMap::new();
        for call in self.calls() {
            *counts.entry(call.thread).or_insert(0) += 1;
        }
        counts.into_values().max().unwrap_or(0)
    }
}

/// Reads `1234  1780000000.123456 fdatasync(9</d/radard.db-wal>) = -1 EIO (Input/output error) (INJECTED)`.
fn read(line: &str) -> Option<Call> {
    let mut words = line.split_whitespace();
    let thread = words.next()?.parse().ok()?;
    let (seconds, rest) = words.next()?.split_once('.')?;
    let at_ms = seconds.parse::<i64>().ok()? * 1000 + rest.get(..3)?.parse::<i64>().ok()?;
    let call = words.next()?;
    let file = call.split_once('<').and_then(|(_, rest)| rest.split('>').next()).unwrap_or_default().to_owned();
    (call == "<..." || call.contains('(')).then(|| Call { thread, at_ms, file, hit: line.contains("(INJECTED)") })
}
