//! A file that is not finished yet, and the one way to finish it.
//!
//! Write to `NAME.part` (made by us, following no link), sync, rename without replacing, sync the folder. A crash at
//! any point leaves either nothing under the final name or the whole file.
//!
//! A part may be kept for a later run. That run takes it up only if it is certainly what was written: a file of its own
//! with no second name, locked by nobody, whose first bytes have the remembered hash. All that stands behind them is
//! cut off.

use std::fmt::Write as _;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FlockOperation, OFlags, RenameFlags, flock};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use super::rights::Rights;
use super::space::SpaceError;

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
    /// The disk is not full, but the file does not fit.
    #[error(transparent)]
    Space(#[from] SpaceError),
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

/// What becomes of a part that is dropped without its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Removed,
    Kept,
}

/// The first bytes of a file, as they were remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256, in hex.
    pub sha256: String,
}

/// An unfinished file. Dropped without [`PartFile::finish`] it is removed, unless it is kept for a later run.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    path: PathBuf,
    rights: Rights,
    hash: Sha256,
    bytes: u64,
    left: Left,
}

/// Where the part of `stem` is.
pub(super) fn path_of(dir: &Path, stem: &str) -> PathBuf {
    dir.join(format!("{stem}.part"))
}

impl PartFile {
    /// Begins `stem` in `dir`, which is made when it is missing. The part of an earlier run is removed.
    pub fn begin(dir: &Path, stem: &str, rights: Rights) -> Result<Self, PartError> {
        rights.make(dir).map_err(|source| PartError::new("make", dir, source))?;
        let path = path_of(dir, stem);
        let _usually_absent = std::fs::remove_file(&path);
        let file = options()
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|source| PartError::new("begin", &path, source))?;
        // A file system without locks only costs that the part is never taken up.
        let _nobody_else_has_it = flock(&file, FlockOperation::NonBlockingLockExclusive);
        Ok(Self { file, path, rights, hash: Sha256::new(), bytes: 0, left: Left::Removed })
    }

    /// Takes up the part of `stem` that an earlier run kept, if it still begins with what was `written`. What stands
    /// behind that is cut off.
    pub fn resume(dir: &Path, stem: &str, rights: Rights, written: &Written) -> Option<Self> {
        let path = path_of(dir, stem);
        let mut file = options().open(&path).ok()?;
        let about = file.metadata().ok()?;
        // A second name would let us write to a file that is somebody else's.
        let is_ours = about.is_file() && about.nlink() == 1 && about.len() >= written.bytes;
        if !is_ours || flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return None;
        }
        let hash = hash_of(&mut file, written.bytes)?;
        if hex(hash.clone()) != written.sha256 {
            return None;
        }
        file.set_len(written.bytes).ok()?;
        Some(Self { file, path, rights, hash, bytes: written.bytes, left: Left::Kept })
    }

    /// Adds `bytes`. A part that could not be written is not kept.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), PartError> {
        let written = self.file.write_all(bytes);
        written.map_err(|source| self.failed("write", source))?;
        self.hash.update(bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// What is written so far.
    pub fn written(&self) -> Written {
        Written { bytes: self.bytes, sha256: hex(self.hash.clone()) }
    }

    /// Puts what is written onto the disk and keeps it for a later run.
    pub fn keep(&mut self) -> Result<(), PartError> {
        let synced = self.file.sync_data();
        synced.map_err(|source| self.failed("sync", source))?;
        self.left = Left::Kept;
        Ok(())
    }

    /// Lets nothing stay when it is dropped.
    pub const fn discard(&mut self) {
        self.left = Left::Removed;
    }

    fn failed(&mut self, act: &'static str, source: std::io::Error) -> PartError {
        self.left = Left::Removed;
        PartError::new(act, &self.path, source)
    }

    /// Syncs the file and gives it `name`, if nobody has it.
    pub fn finish(mut self, name: &str) -> Result<Finished, PartError> {
        let failed = |act, path: &Path| {
            let path = path.to_owned();
            move |source| PartError::new(act, &path, source)
        };
        self.rights.open_up(&self.file).map_err(failed("open up", &self.path))?;
        self.file.sync_all().map_err(failed("sync", &self.path))?;
        if !self.is_in_place() {
            let absent = std::io::Error::new(std::io::ErrorKind::NotFound, "another file has taken its place");
            return Err(PartError::new("name", &self.path, absent));
        }
        let dir = self.path.parent().unwrap_or(Path::new(".")).to_owned();
        let path = dir.join(name);
        if !self.rename_to(&path)? {
            return Ok(Finished::Taken(self));
        }
        // The path is no longer ours: nothing is removed there.
        self.left = Left::Kept;
        File::open(&dir).and_then(|d| d.sync_all()).map_err(failed("sync", &dir))?;
        Ok(Finished::Named(path))
    }

    /// Whether its path still leads to it.
    fn is_in_place(&self) -> bool {
        let there = std::fs::symlink_metadata(&self.path).map(|about| identity(&about)).ok();
        there.is_some() && there == self.file.metadata().map(|about| identity(&about)).ok()
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
        // Another run may have begun anew under the same path.
        if self.left == Left::Removed && self.is_in_place() {
            let _nothing_more_to_do = std::fs::remove_file(&self.path);
        }
    }
}

fn options() -> OpenOptions {
    let no_links = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or(0);
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags(no_links);
    options
}

/// What makes a file this one and no other.
fn identity(about: &Metadata) -> (u64, u64) {
    (about.dev(), about.ino())
}

/// Whether the part of `stem` in `dir` and the file `name` are one and the same: the name was given, and the part's was
/// not yet taken away. `None` when there is no part.
pub(super) fn is_named(dir: &Path, stem: &str, name: &str) -> Option<bool> {
    let part = std::fs::symlink_metadata(path_of(dir, stem)).ok()?;
    let named = std::fs::symlink_metadata(dir.join(name)).ok();
    Some(named.is_some_and(|named| identity(&named) == identity(&part)))
}

/// Whether the file `name` in `dir` is exactly what was `written`.
pub(super) fn is_whole(dir: &Path, name: &str, written: &Written) -> bool {
    let Ok(mut file) = options().write(false).open(dir.join(name)) else { return false };
    let has_length = file.metadata().is_ok_and(|about| about.is_file() && about.len() == written.bytes);
    has_length && hash_of(&mut file, written.bytes).is_some_and(|hash| hex(hash) == written.sha256)
}

/// The hash of the next `bytes` of `file`; `None` when there are fewer.
fn hash_of(file: &mut File, bytes: u64) -> Option<Sha256> {
    let (mut hash, mut left, mut block) = (Sha256::new(), bytes, vec![0; 64 * 1024]);
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
        let read = file.read(block.get_mut(..most)?).ok().filter(|read| *read > 0)?;
        hash.update(block.get(..read)?);
        left = left.saturating_sub(u64::try_from(read).ok()?);
    }
    Some(hash)
}

fn hex(hash: Sha256) -> String {
    let mut text = String::new();
    for byte in hash.finalize() {
        let _never_fails = write!(text, "{byte:02x}");
    }
    text
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

    #[test]
    fn a_part_is_taken_up_only_as_it_was_written() {
        let dir = dir("resume");
        let kept = |text: &str| {
            let mut part = PartFile::begin(&dir, "x", RIGHTS).unwrap();
            part.write(text.as_bytes()).unwrap();
            part.keep().unwrap();
            part.written()
        };
        let resume = |written: &Written| PartFile::resume(&dir, "x", RIGHTS, written);
        let (path, written) = (path_of(&dir, "x"), kept("one, two"));
        // More was written than was remembered: it is cut off.
        std::fs::write(&path, "one, two, and what a power cut left").unwrap();
        let mut part = resume(&written).unwrap();
        assert!(resume(&written).is_none(), "somebody has it");
        part.write(b", three").unwrap();
        part.keep().unwrap();
        let longer = part.written();
        drop(part);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one, two, three");
        std::fs::write(&path, "one, tw").unwrap();
        assert!(resume(&written).is_none(), "it is shorter");
        std::fs::write(&path, "One, two, three").unwrap();
        assert!(resume(&longer).is_none(), "it is another text");
        std::fs::write(&path, "one, two, three").unwrap();
        std::fs::hard_link(&path, dir.join("other")).unwrap();
        assert!(resume(&longer).is_none(), "it has a second name");
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(dir.join("other"), &path).unwrap();
        assert!(resume(&longer).is_none(), "it is a link");
        std::fs::remove_file(&path).unwrap();
        assert!(resume(&longer).is_none(), "it is not there");
        assert_eq!(std::fs::read_to_string(dir.join("other")).unwrap(), "one, two, three");
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn who_lost_the_path_neither_removes_nor_names_what_stands_there() {
        let dir = dir("lost");
        let old = PartFile::begin(&dir, "x", RIGHTS).unwrap();
        let older = PartFile::begin(&dir, "x", RIGHTS).unwrap();
        let mut new = PartFile::begin(&dir, "x", RIGHTS).unwrap();
        new.write(b"new").unwrap();
        drop(old);
        assert!(older.finish("y").is_err());
        assert!(matches!(new.finish("y").unwrap(), Finished::Named(_)));
        assert_eq!(std::fs::read_to_string(dir.join("y")).unwrap(), "new");
        std::fs::remove_dir_all(dir).unwrap();
    }
}
