//! A file that is not finished yet, and the one way to finish it.
//!
//! Write to `NAME.part` (made by us, following no link), sync, rename without replacing, sync the folder. A crash at
//! any point leaves either nothing under the final name or the whole file.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, OFlags, RenameFlags};
use rustix::io::Errno;

use super::rights::Rights;

/// Why a file could not be written or finished.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// The disk is full.
    #[error("the disk is full: cannot {act} `{}`", .file.display())]
    Full {
        /// What was tried.
        act: &'static str,
        /// On which file.
        file: PathBuf,
    },
    /// Something else.
    #[error("cannot {act} `{}`: {source}", .file.display())]
    Io {
        /// What was tried.
        act: &'static str,
        /// On which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl PartError {
    fn new(act: &'static str, file: &Path, source: std::io::Error) -> Self {
        let file = file.to_owned();
        if source.raw_os_error() == Some(Errno::NOSPC.raw_os_error())
            || source.kind() == std::io::ErrorKind::QuotaExceeded
        {
            return Self::Full { act, file };
        }
        Self::Io { act, file, source }
    }
}

/// What became of a finished file.
#[derive(Debug)]
pub enum Finished {
    /// It has its name.
    Named(PathBuf),
    /// The name belongs to another file; this one is still without.
    Taken(PartFile),
}

/// An unfinished file. Dropped without [`PartFile::finish`] it is removed.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    path: PathBuf,
    rights: Rights,
    finished: bool,
}

impl PartFile {
    /// Begins `stem` in `dir`, which is made when it is missing. What an earlier try left is thrown away.
    pub fn begin(dir: &Path, stem: &str, rights: Rights) -> Result<Self, PartError> {
        rights.make(dir).map_err(|source| PartError::new("make", dir, source))?;
        let path = dir.join(format!("{stem}.part"));
        let _usually_absent = std::fs::remove_file(&path);
        let no_links = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or(0);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .custom_flags(no_links)
            .open(&path)
            .map_err(|source| PartError::new("begin", &path, source))?;
        Ok(Self { file, path, rights, finished: false })
    }

    /// Adds `bytes`.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), PartError> {
        self.file.write_all(bytes).map_err(|source| PartError::new("write", &self.path, source))
    }

    /// Syncs the file and gives it `name`, if nobody has it.
    pub fn finish(mut self, name: &str) -> Result<Finished, PartError> {
        let failed = |act, path: &Path| {
            let path = path.to_owned();
            move |source| PartError::new(act, &path, source)
        };
        self.rights.open_up(&self.file).map_err(failed("open up", &self.path))?;
        self.file.sync_all().map_err(failed("sync", &self.path))?;
        let dir = self.path.parent().unwrap_or(Path::new(".")).to_owned();
        let path = dir.join(name);
        if !self.rename_to(&path)? {
            return Ok(Finished::Taken(self));
        }
        self.finished = true;
        File::open(&dir).and_then(|d| d.sync_all()).map_err(failed("sync", &dir))?;
        Ok(Finished::Named(path))
    }

    /// Renames without replacing; false when the name is taken.
    fn rename_to(&self, path: &Path) -> Result<bool, PartError> {
        let done = match rustix::fs::renameat_with(CWD, &self.path, CWD, path, RenameFlags::NOREPLACE) {
            // Some file systems cannot; a second name for the same file cannot replace anything either.
            Err(Errno::INVAL | Errno::NOSYS) => {
                std::fs::hard_link(&self.path, path).and_then(|()| std::fs::remove_file(&self.path))
            }
            done => done.map_err(std::io::Error::from),
        };
        match done {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
            Err(source) => Err(PartError::new("name", path, source)),
        }
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.finished {
            let _nothing_more_to_do = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHTS: Rights = Rights { mode: 0o750, group: None };

    fn dir(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("radard-part-{name}-{}", std::process::id()));
        let _old = std::fs::remove_dir_all(&dir);
        dir
    }

    #[test]
    fn a_taken_name_is_left_alone_and_another_may_follow() {
        let dir = dir("taken");
        let part = |text: &str| {
            let mut part = PartFile::begin(&dir, "x", RIGHTS).unwrap();
            part.write(text.as_bytes()).unwrap();
            part
        };
        assert!(matches!(part("one").finish("a.bin").unwrap(), Finished::Named(path) if path == dir.join("a.bin")));
        let Finished::Taken(second) = part("two").finish("a.bin").unwrap() else { panic!("it was replaced") };
        assert!(matches!(second.finish("a-2.bin").unwrap(), Finished::Named(path) if path == dir.join("a-2.bin")));
        let read = |name| std::fs::read_to_string(dir.join(name)).unwrap();
        assert_eq!((read("a.bin"), read("a-2.bin")), ("one".into(), "two".into()));
        assert!(matches!(part("three").finish("a.bin").unwrap(), Finished::Taken(_)));
        assert!(!dir.join("x.part").exists(), "what got no name does not stay behind");
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_planted_link_is_not_followed() {
        let dir = dir("link");
        std::fs::create_dir_all(&dir).unwrap();
        let outside = dir.join("outside");
        std::fs::write(&outside, "precious").unwrap();
        std::os::unix::fs::symlink(&outside, dir.join("x.part")).unwrap();
        let mut part = PartFile::begin(&dir, "x", RIGHTS).unwrap();
        part.write(b"ours").unwrap();
        part.finish("y").unwrap();
        assert_eq!(std::fs::read_to_string(outside).unwrap(), "precious");
        std::fs::remove_dir_all(dir).unwrap();
    }
}
