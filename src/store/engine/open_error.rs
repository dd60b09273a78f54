//! Why a database cannot be opened: it is not there yet, it is for somebody else, or it refuses.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, accessat};

use super::copy::BackupError;
use super::error::Error;
use super::migrate::{MigrateError, Schema};
use crate::advice::{self, Advice};

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its address cannot be read.
    #[error("`store.url` is no address of a PostgreSQL database")]
    Address,
    /// There is nothing to read yet.
    #[error("there is no database in `{}` yet", .0.display())]
    Absent(PathBuf),
    /// This user may not read it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// It is missing, and something lies beside it that may be it.
    #[error("there is no database `{}`, but `{}` lies beside it", .file.display(), .found.display())]
    Displaced {
        /// The database.
        file: PathBuf,
        /// What lies beside it.
        found: PathBuf,
    },
    /// It has to be brought to the present first.
    #[error("the database is at step {} of {}", .0.found, .0.known)]
    Behind(Schema),
    /// A step of its schema was refused.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// It refused.
    #[error(transparent)]
    Store(#[from] Error),
    /// The copy that precedes a step failed.
    #[error("cannot copy the database before bringing it to the present")]
    Backup(#[source] BackupError),
}

/// A file that this user may not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the user {asking} may not read `{}`; the user {owner} may, who owns `{}` (mode {mode:04o})", .file.display(), .closed.display())]
pub struct Denied {
    /// The file.
    file: PathBuf,
    /// What keeps this user out: the file, or a folder that it is in.
    closed: PathBuf,
    /// Whose that is.
    owner: u32,
    /// Its permission bits.
    mode: u32,
    /// The user of this process.
    asking: u32,
}

impl Denied {
    /// Why this user may not read `file`; nothing when they may, or when it is not there.
    ///
    /// The file is never opened for that: to close it would let go of the locks that `SQLite` holds on it here.
    pub fn of(file: &Path) -> Option<Self> {
        let closed = match std::fs::metadata(file) {
            Ok(_) if accessat(CWD, file, Access::READ_OK, AtFlags::EACCESS) == Err(rustix::io::Errno::ACCESS) => file,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                // What is in a closed folder cannot be seen; the folder itself can.
                file.ancestors().skip(1).find(|folder| std::fs::metadata(folder).is_ok())?
            }
            _ => return None,
        };
        let about = std::fs::metadata(closed).ok()?;
        Some(Self {
            file: file.to_owned(),
            closed: closed.to_owned(),
            owner: about.uid(),
            mode: about.mode() & 0o7777,
            asking: rustix::process::geteuid().as_raw(),
        })
    }

    /// What a person can do about it.
    pub fn advice(&self) -> Advice {
        advice::store::denied(self.owner)
    }
}
