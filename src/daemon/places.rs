//! Where this instance keeps its things.

use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::ambient::Entropy;
use crate::store::copies::{COPIES, Copies};

/// The two folders that everything else follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Where the settings are.
    pub config: PathBuf,
    /// Where everything else is: `DATA`.
    pub data: PathBuf,
}

impl Places {
    /// The settings file.
    pub fn settings(&self) -> PathBuf {
        self.config.join("radard.toml")
    }

    /// The database file, when the database is a file.
    pub fn database(&self) -> PathBuf {
        self.data.join("radard.db")
    }

    /// Where commands reach a running daemon.
    pub fn socket(&self) -> PathBuf {
        self.data.join("radard.sock")
    }

    /// Copies of the database.
    pub fn backups(&self) -> PathBuf {
        self.data.join("backups")
    }

    /// Where all copies of the database lie.
    pub fn copies(&self) -> Copies {
        Copies { backups: self.backups(), data: self.data.clone() }
    }

    /// The last exchanges with platforms, while they are kept.
    pub fn captures(&self) -> PathBuf {
        self.data.join("captures")
    }

    /// Space held back for a full disk.
    pub fn reserve(&self) -> PathBuf {
        self.data.join("reserve")
    }

    /// The library, unless `media.dir` says otherwise.
    pub fn media(&self, set: Option<&Path>) -> PathBuf {
        match set {
            Some(dir) => self.data.join(dir),
            None => self.data.join("media"),
        }
    }

    /// The folders of profiles, unless `session.dir` says otherwise: beside a `./config` where people have them already.
    pub fn sessions(&self, set: Option<&Path>) -> PathBuf {
        match set {
            Some(dir) => self.data.join(dir),
            None if self.config == Path::new("config") || self.config == Path::new("./config") => "sessions".into(),
            None => self.data.join("sessions"),
        }
    }

    /// Where drivers of browsers have what they need while they run.
    pub fn browsers(&self) -> PathBuf {
        self.data.join("browser")
    }

    /// The key that seals secrets, unless `vault.key_file` says otherwise.
    pub fn vault_key(&self, set: Option<&Path>) -> PathBuf {
        self.data.join(set.unwrap_or(Path::new("vault.key")))
    }

    /// The name of this node: made once, kept in the data directory.
    pub fn node_id(&self, entropy: &Entropy) -> std::io::Result<String> {
        let path = self.data.join("node-id");
        match std::fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let mut bytes = [0; 4];
        entropy.fill(&mut bytes);
        let id = format!("node-{:08x}", u32::from_be_bytes(bytes));
        std::fs::write(&path, &id)?;
        Ok(id)
    }

    /// Makes the data directory and the folders in it that only we may read, and closes what others could read. What
    /// cannot be closed is refused: it belongs to somebody else.
    pub fn make(&self) -> std::io::Result<()> {
        let mut private = std::fs::DirBuilder::new();
        private.recursive(true).mode(0o700);
        private.create(&self.data)?;
        private.create(self.backups())?;
        for dir in [&self.data, &self.backups()] {
            close(&dir.canonicalize()?)?;
            for entry in std::fs::read_dir(dir)?.flatten().filter(|entry| is_of_the_database(&entry.file_name())) {
                close(&entry.path())?;
            }
        }
        Ok(())
    }
}

/// Whether a file holds the database, a part of it or a copy.
fn is_of_the_database(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    let is_copy = COPIES.iter().any(|begin| name.starts_with(begin));
    is_copy && [".db", "-wal", "-shm", ".part", "-journal"].iter().any(|end| name.ends_with(end))
}

/// Takes from others the right to read or write `path`, and to run a file. A folder may still be passed through: the
/// library in it may be for a group.
fn close(path: &Path) -> std::io::Result<()> {
    let about = std::fs::symlink_metadata(path)?;
    let open_to_others = about.mode() & if about.is_dir() { 0o066 } else { 0o077 };
    // A link has no mode of its own, and what it leads to is not ours to change.
    if open_to_others == 0 || about.is_symlink() {
        return Ok(());
    }
    let closed = std::fs::Permissions::from_mode(about.mode() & 0o7777 & !open_to_others);
    std::fs::set_permissions(path, closed).map_err(|error| {
        let who = about.uid();
        let why =
            format!("other users can read `{}`, and it belongs to user {who}, so it cannot be closed", path.display());
        std::io::Error::new(error.kind(), format!("{why}: {error}"))
    })?;
    tracing::warn!("Other users could read `{}`: it is closed to them now", path.display());
    Ok(())
}
