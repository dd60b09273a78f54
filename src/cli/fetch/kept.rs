//! Where a list stands, kept until it has ended: `--resume` goes on behind the last page that was printed.
//!
//! It is a file of its own in the data directory, because nobody but the command that wrote it has any use for it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::Millis;
use crate::domain::canonical::canonical;

/// A site remembers its cursors for a few days at most.
const KEPT: Duration = Duration::from_hours(24 * 7);

/// Where one list stands.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    file: PathBuf,
}

/// What stands there.
#[derive(Debug, Default)]
pub(super) struct Stand {
    /// What is needed to go on.
    pub(super) progress: Value,
    /// Pages that were read.
    pub(super) pages: u64,
}

impl Kept {
    /// That of the list that `asked` for, below the data directory.
    pub(super) fn of(data: &Path, asked: &Value) -> Self {
        let digest = Sha256::digest(canonical(asked));
        let name = digest.iter().take(12).fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
        let folder = data.join("fetch");
        Self { file: folder.join(format!("{name}.json")), folder }
    }

    /// What stands there at `now`; nothing when it has ended, or is too old.
    pub(super) fn read(&self, now: Millis) -> Option<Stand> {
        let kept: Value = serde_json::from_slice(&fs::read(&self.file).ok()?).ok()?;
        let at = Millis(kept.get("at")?.as_i64()?);
        let progress = kept.get("progress")?.clone();
        (now.since(at) < KEPT)
            .then(|| Stand { progress, pages: kept.get("pages").and_then(Value::as_u64).unwrap_or(0) })
    }

    /// Writes it down.
    pub(super) fn write(&self, stand: &Stand, now: Millis) -> io::Result<()> {
        if !self.folder.exists() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        }
        let part = self.file.with_extension("json.part");
        let text = json!({"v": 1, "at": now, "progress": stand.progress, "pages": stand.pages}).to_string();
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)?
            .write_all(text.as_bytes())?;
        fs::rename(&part, &self.file)
    }

    /// Forgets it, and others that are too old.
    pub(super) fn forget(&self, now: Millis) {
        // Whatever stays is read by nobody.
        let _was_none = fs::remove_file(&self.file);
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let other = Self { folder: self.folder.clone(), file: entry.path() };
            if other.read(now).is_none() {
                let _was_none = fs::remove_file(&other.file);
            }
        }
    }
}
