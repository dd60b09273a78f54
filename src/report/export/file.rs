//! A file that is there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};

/// A file on its way; gone again unless it is kept.
pub(super) struct Whole {
    part: PathBuf,
    to: PathBuf,
    is_kept: bool,
}

impl Whole {
    /// Begins one that is going to take the place of `to`.
    pub(super) fn begin(to: &Path) -> io::Result<(Self, BufWriter<File>)> {
        // As root it would take the place of a device.
        if fs::symlink_metadata(to).is_ok_and(|about| !about.is_file() && !about.is_symlink()) {
            return Err(io::Error::other("it is no ordinary file: give another name, or leave it out for stdout"));
        }
        let mut name = to.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let file = match begin_new(&part) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => take_over(&part)?,
            begun => begun?,
        };
        Ok((Self { part, to: to.to_owned(), is_kept: false }, BufWriter::with_capacity(1 << 16, file)))
    }

    /// The folder that it is in.
    pub(super) fn folder(to: &Path) -> &Path {
        to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
    }

    /// Puts it into its place; gives its size in bytes.
    pub(super) fn keep(mut self) -> io::Result<u64> {
        let file = File::open(&self.part)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        fs::rename(&self.part, &self.to)?;
        self.is_kept = true;
        Ok(bytes)
    }
}

/// Makes a file that was not there; a link is there, too, wherever it leads.
fn begin_new(part: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(file)
}

/// Begins anew where an export was killed. What another export is writing, and what is no file of ours, stays.
fn take_over(part: &Path) -> io::Result<File> {
    let refused = |why: &str| io::Error::other(format!("`{}` {why}", part.display()));
    let no_link = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or(0);
    let opened = OpenOptions::new().write(true).custom_flags(no_link).open(part);
    let left = opened.map_err(|error| refused(&format!("is there and cannot be replaced ({error}): delete it")))?;
    let about = left.metadata()?;
    if !about.is_file() || about.nlink() != 1 {
        return Err(refused("is there and is no file that an export left: delete it"));
    }
    flock(&left, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| refused("is being written by another export: wait for it, or choose another name"))?;
    fs::remove_file(part)?;
    begin_new(part)
}

impl Drop for Whole {
    fn drop(&mut self) {
        if !self.is_kept {
            // It is named so that everybody knows it for what it is.
            let _left = fs::remove_file(&self.part);
        }
    }
}
