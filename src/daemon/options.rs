//! What a person may ask of a run, a demonstration, or the simulated platforms: the flags, as types.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::rooms::Role;

/// Shows a line to the person who started the process; the daemon itself has no terminal.
pub type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// How the daemon is run.
#[derive(Clone)]
pub struct RunOptions {
    /// The parts it is limited to; none means all.
    pub only: Vec<Role>,
    /// The environment, for systemd's invitation and for reading the settings again.
    pub env: BTreeMap<String, String>,
    /// Settings from the command line, for reading the settings again.
    pub flags: Vec<(String, String)>,
    /// Colours are unwanted.
    pub no_color: bool,
    /// Shows lines to a person; absent when nobody sits at a terminal.
    pub say: Option<Say>,
}

/// How the demonstration is run.
#[derive(Clone)]
pub struct DemoOptions {
    /// End when every step is done.
    pub once: bool,
    /// Only name the steps.
    pub list: bool,
    /// Keep what it made in this directory.
    pub keep: Option<PathBuf>,
    /// One object at the end instead of lines on the way.
    pub json: bool,
    /// Shows lines to a person, or the object to a program.
    pub say: Say,
}

/// How the simulated platforms are run.
#[derive(Clone)]
pub struct SimOptions {
    /// Where control listens.
    pub listen: SocketAddr,
    /// What the made-up data follow from.
    pub seed: u64,
    /// Fault switches, as text.
    pub faults: Vec<String>,
    /// The folder to write settings into that lead there.
    pub write: Option<PathBuf>,
    /// Show facts for a program instead of settings to paste.
    pub json: bool,
    /// Shows what was started.
    pub say: Say,
}

impl fmt::Debug for RunOptions {
    /// Without the environment, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOptions").field("only", &self.only).field("no_color", &self.no_color).finish_non_exhaustive()
    }
}
