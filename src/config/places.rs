//! Where this instance keeps its things: paths, none of which is looked at here.

use std::path::{Path, PathBuf};

/// Where the data of a service are that has its settings in `/etc/radard`.
pub const SYSTEM_DATA: &str = "/var/lib/radard";

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
}
