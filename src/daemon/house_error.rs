//! Why a house cannot be put together, and what to do about it.

use std::path::{Path, PathBuf};

use crate::base::Plan;
use crate::config::{Places, SYSTEM_DATA};
use crate::net;
use crate::store::{Denied, LockError, NodeError, OpenError};
use crate::vault::{self, OpenVault, Vault};

/// Why a house cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum HouseError {
    /// The data directory cannot be made or read.
    #[error("cannot use the data directory `{}`", .dir.display())]
    Data {
        /// The directory.
        dir: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Somebody else has it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Another process works under our name.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The key for secrets is not there, or is another one.
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// The client cannot be made.
    #[error(transparent)]
    Net(#[from] net::Error),
    /// A schedule names what is not there.
    #[error("schedule `{name}` asks for kind `{kind}`, which there is not: one of {}", .known.join(" "))]
    Schedule {
        /// The schedule.
        name: String,
        /// The kind it asks for.
        kind: String,
        /// What there is.
        known: Vec<&'static str>,
    },
}

impl HouseError {
    /// The data directory of `places` cannot be used: if it is closed to this user, that is why.
    pub fn of_data(places: &Places, source: std::io::Error) -> Self {
        match Denied::of(&places.database()) {
            Some(denied) if source.kind() == std::io::ErrorKind::PermissionDenied => Self::Store(denied.into()),
            _ => Self::Data { dir: places.data.clone(), source },
        }
    }

    /// What a person can do about it.
    pub fn advice(&self) -> Option<String> {
        Some(match self {
            Self::Data { dir, .. } if dir == Path::new(SYSTEM_DATA) => {
                "go to the folder that holds your `config`, or run `radard init config` to begin in this one".into()
            }
            Self::Data { .. } => {
                "make it a folder that belongs to the user of radard, or name another with --data".into()
            }
            Self::Lock(LockError::Held { .. }) => "stop the other radard, or use another --data".into(),
            Self::Lock(LockError::Io { .. }) => "look at owner and mode of the data directory".into(),
            Self::Node(NodeError::Taken(_)) => "stop the other radard, or give this one another `node.id`".into(),
            Self::Store(OpenError::Store(error)) | Self::Node(NodeError::Open(OpenError::Store(error))) => {
                error.advice().into()
            }
            Self::Store(OpenError::Migrate(_)) => {
                "start the radard that last opened this database, or a newer one".into()
            }
            Self::Store(OpenError::Absent(_)) => {
                "start `radard run` once, or name the data directory with --data".into()
            }
            Self::Store(OpenError::Denied(denied)) => denied.advice().into(),
            Self::Store(OpenError::Displaced { found, .. }) => format!(
                "run `radard backup restore {}`, or restore another copy; to begin with an empty database, move it away",
                found.display()
            ),
            Self::Store(OpenError::Behind(_)) => "run `radard migrate`".into(),
            Self::Store(OpenError::Address) | Self::Node(NodeError::Open(_)) => {
                "write `store.url` as postgres://user@host/database".into()
            }
            Self::Store(OpenError::Backup(_)) => "free some space, then start again; nothing was changed".into(),
            Self::Vault(error) => error.advice().into(),
            Self::Net(error) => error.advice().into(),
            Self::Schedule { .. } => "correct `kind` in the [[schedule]] of that name".into(),
        })
    }
}

/// The vault of `plan`, or why its key does not fit the database: found out by reading alone, so whoever is refused has
/// changed nothing.
pub async fn open_vault(plan: &Plan) -> Result<Vault, HouseError> {
    let opened = Vault::open(plan.vault_key(), &plan.place(), &plan.ambient).await;
    opened.map_err(|error| match error {
        OpenVault::Place(error) => error.into(),
        OpenVault::Key(error) => error.into(),
    })
}
