//! Why a secret cannot be sealed or opened, told apart by what a person has to do.
//!
//! A key that is missing, a key that is another one and a value that is damaged look the same to a cipher. They do not to
//! a person: the first is put back, the second exchanged, the third restored from a copy.

use std::path::PathBuf;

use crate::advice::{self, Advice};
use crate::domain::Class;
use crate::store;

/// A failed act of the vault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nobody made a key yet, and nothing is sealed.
    #[error("there is no key for secrets: `{}` does not exist", .file.display())]
    Missing {
        /// Where it would be.
        file: PathBuf,
    },
    /// The database holds what a key sealed, and there is none.
    #[error("the database holds sealed secrets and there is no key for them: `{}` does not exist", .file.display())]
    Lost {
        /// Where it was looked for.
        file: PathBuf,
    },
    /// The key is not the one that sealed this database.
    #[error("{from} ({found}) is not the key that sealed this database ({wanted})")]
    Wrong {
        /// Where the key came from.
        from: String,
        /// Its fingerprint.
        found: String,
        /// The fingerprint of the right one.
        wanted: String,
    },
    /// The file of the key cannot be read or written.
    #[error("cannot {act} the key file `{}`: {why}", .file.display())]
    File {
        /// What was tried.
        act: &'static str,
        /// The file.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// Others than its owner may use the file of the key.
    #[error("the key file `{}` has mode {mode:04o}, so others than its owner may use it", .file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file of the key belongs to somebody else.
    #[error("the key file `{}` belongs to user {owner}, and this is user {us}", .file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who asks.
        us: u32,
    },
    /// What was given is no key.
    #[error("{from} is no key: 64 hexadecimal digits are wanted")]
    NoKey {
        /// Where it came from.
        from: String,
    },
    /// A sealed value does not open.
    #[error("the sealed value {what} does not open: it was changed, or it was sealed in another place")]
    Damaged {
        /// Which value.
        what: String,
    },
    /// A value cannot be sealed.
    #[error("the value {what} cannot be sealed: it is too long")]
    TooLong {
        /// Which value.
        what: String,
    },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// What a person can do about it.
    pub fn advice(&self) -> Advice {
        match self {
            Self::Missing { .. } => advice::vault::missing(),
            Self::Lost { file } => advice::vault::lost(file.display()),
            Self::Wrong { .. } => advice::vault::wrong(),
            Self::File { .. } => advice::vault::file(),
            Self::Open { file, .. } => advice::vault::open(file.display()),
            Self::Foreign { file, us, .. } => advice::vault::foreign(*us, file.display()),
            Self::NoKey { .. } => advice::vault::no_key(),
            Self::Damaged { .. } => advice::vault::damaged(),
            Self::TooLong { .. } => advice::vault::too_long(),
            Self::Store(error) => error.advice(),
        }
    }

    /// The class of a failed act: only the way to the store is not ours alone.
    pub const fn class(&self) -> Class {
        match self {
            Self::Store(error) => error.class(),
            _ => Class::Local,
        }
    }
}
