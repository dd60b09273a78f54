//! A file that is there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A file on its way; gone again unless it is kept.
pub(super) struct Whole {
    part: PathBuf,
    to: PathBuf,
    is_kept: bool,
}

impl Whole {
    /// Begins one that is going to take the place of `to`.
    pub(super) fn begin(to: &Path) -> io::Result<(Self, BufWriter<File>)> {
        let mut name = to.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o640).open(&part)?;
        Ok((Self { part, to: to.to_owned(), is_kept: false }, BufWriter::with_capacity(1 << 16, file)))
    }

    /// The folder that it is in.
    pub(super) fn folder(to: &Path) -> &Path {
        to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
    }

    /// Puts it into its place.
    pub(super) fn keep(mut self) -> io::Result<()> {
        File::open(&self.part)?.sync_all()?;
        fs::rename(&self.part, &self.to)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if !self.is_kept {
            // It is named so that everybody knows it for what it is.
            let _left = fs::remove_file(&self.part);
        }
    }
}
