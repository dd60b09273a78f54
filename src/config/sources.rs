//! Everything the checker looks at, already in memory.
//!
//! Tests fill it by hand; [`super::read`] fills it from the machine. It has no `Debug`: the environment may hold
//! secrets under their old names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::advice::{self, Advice};
use crate::domain::Secret;

/// The name of the settings file.
pub(super) const SETTINGS: &str = "radard.toml";

/// What was read, before anything is understood.
#[derive(Clone, Default)]
pub struct Sources {
    /// The configuration directory, for naming files.
    pub dir: PathBuf,
    /// Files of the directory by name; absent when they do not exist, the error's text when they cannot be read.
    pub files: BTreeMap<String, Result<Vec<u8>, String>>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Keys and values from the command line, in their order.
    pub flags: Vec<(String, String)>,
    /// What systemd handed over, by credential name.
    pub credentials: BTreeMap<String, Result<Secret<String>, Unreadable>>,
    /// What the files named under `[secrets]` hold, by path.
    pub secret_files: BTreeMap<PathBuf, Result<Secret<String>, Unreadable>>,
}

/// Why a secret could not be taken from its file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The operating system refused.
    #[error("its file cannot be read: {0}")]
    Refused(String),
    /// Group or others may use the file.
    #[error("its file has mode {0:04o}, so others than its owner may use it")]
    Open(u32),
    /// The file is no text, or holds control characters in the middle.
    #[error("its file is no text")]
    NotText,
    /// The file is empty.
    #[error("its file is empty")]
    Empty,
    /// The file is larger than systemd would hand over.
    #[error("its file is larger than 1 MiB")]
    TooLarge,
}

impl Unreadable {
    /// What to do about it.
    pub const fn advice(&self) -> Advice {
        match self {
            Self::Refused(_) => advice::config::make_file(),
            Self::Open(_) => advice::config::chmod(),
            Self::NotText | Self::Empty | Self::TooLarge => advice::config::secret_alone(),
        }
    }
}
