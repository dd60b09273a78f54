//! Why a house cannot be put together, and what to do about it.

use std::path::{Path, PathBuf};

use crate::advice::{self, Advice};
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
    pub fn advice(&self) -> Advice {
        match self {
            Self::Data { dir, .. } if dir == Path::new(SYSTEM_DATA) => advice::daemon::data_elsewhere(),
            Self::Data { .. } => advice::daemon::data(),
            Self::Lock(LockError::Held { .. }) => advice::daemon::held(),
            Self::Lock(LockError::Io { .. }) => advice::daemon::data_mode(),
            Self::Node(NodeError::Taken(_)) => advice::daemon::another_node(),
            Self::Store(OpenError::Store(error)) | Self::Node(NodeError::Open(OpenError::Store(error))) => {
                error.advice()
            }
            Self::Store(OpenError::Migrate(_)) => advice::daemon::newer(),
            Self::Store(OpenError::Absent(_)) => advice::daemon::no_store(),
            Self::Store(OpenError::Denied(denied)) => denied.advice(),
            Self::Store(OpenError::Displaced { found, .. }) => advice::daemon::displaced(found.display()),
            Self::Store(OpenError::Behind(_)) => advice::daemon::migrate(),
            Self::Store(OpenError::Address) | Self::Node(NodeError::Open(_)) => advice::daemon::store_url(),
            Self::Store(OpenError::Backup(_)) => advice::daemon::backup(),
            Self::Vault(error) => error.advice(),
            Self::Net(error) => error.advice(),
            Self::Schedule { .. } => advice::daemon::schedule(),
        }
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
