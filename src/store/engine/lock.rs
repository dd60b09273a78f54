//! One process per data directory.
//!
//! The lock belongs to an open file, so the kernel lets go of it when the process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Holds the data directory as long as it lives.
#[derive(Debug)]
pub struct DirLock {
    _file: File,
}

/// Why the data directory could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("another radard holds the data directory `{}`{}", .dir.display(), .pid.as_deref().map(|p| format!(" (process {p})")).unwrap_or_default())]
    Held {
        /// The directory.
        dir: PathBuf,
        /// The process that wrote its number there.
        pid: Option<String>,
    },
    /// The lock file could not be made.
    #[error("cannot lock the data directory `{}`", .dir.display())]
    Io {
        /// The directory.
        dir: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl DirLock {
    /// Takes `dir` at once or says who has it.
    pub fn take(dir: &Path) -> Result<Self, LockError> {
        let io = |source| LockError::Io { dir: dir.to_owned(), source };
        let path = dir.join("radard.lock");
        let no_link = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
        let mut open = OpenOptions::new();
        open.read(true).write(true).create(true).truncate(false).custom_flags(no_link);
        let mut file = open.open(path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held { dir: dir.to_owned(), pid: read_pid(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        // The number only helps a person; a full disk must not keep us from starting.
        let _best_effort =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
    /// Whether somebody has `dir`, and the number of the process as far as it is known. Takes nothing for longer than
    /// the question.
    pub fn held(dir: &Path) -> Result<Option<Option<String>>, LockError> {
        let io = |source| LockError::Io { dir: dir.to_owned(), source };
        let mut file = match File::open(dir.join("radard.lock")) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::Error(source)) => Err(io(source)),
            Err(TryLockError::WouldBlock) => Ok(Some(read_pid(&mut file))),
        }
    }
}

fn read_pid(file: &mut File) -> Option<String> {
    let mut pid = String::new();
    let _unreadable = file.read_to_string(&mut pid);
    let pid = pid.trim();
    (!pid.is_empty()).then(|| pid.to_owned())
}
