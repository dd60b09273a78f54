//! How a demonstration is set up, and what its viewer is told.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::ambient::Ambient;
use crate::sim;

/// What the viewer is told.
#[derive(Debug, Clone)]
pub enum Event {
    /// Where the dashboard is, with a link that signs a browser in.
    Page {
        /// The link.
        link: String,
    },
    /// A step begins.
    Begin {
        /// Its name.
        name: &'static str,
        /// What it shows.
        sentence: &'static str,
    },
    /// A step has ended.
    End {
        /// Its name.
        name: &'static str,
        /// Its figures, or what went wrong.
        outcome: Result<Value, String>,
        /// How long it took.
        took: Duration,
    },
    /// All steps are done; the page stays.
    Stays,
}

/// How the demonstration is run.
pub struct DemoSetup {
    /// The program, to be run as the daemon.
    pub program: PathBuf,
    /// A folder of our own.
    pub dir: PathBuf,
    /// Leave when every step is done.
    pub once: bool,
    /// Time and chance.
    pub ambient: Ambient,
    /// Tells the viewer.
    pub tell: Arc<dyn Fn(Event) + Send + Sync>,
}

/// How a demonstration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curtain {
    /// Every step held.
    AllHeld,
    /// Some did not.
    SomeFailed,
    /// The viewer left before the end.
    CutShort,
}

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The platforms cannot stand.
    #[error(transparent)]
    Sim(#[from] sim::Error),
    /// The folder cannot be used.
    #[error("cannot use `{}`", .dir.display())]
    Dir {
        /// Which folder.
        dir: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
