//! What can go wrong with the store, told apart by what it asks of us.
//!
//! A full disk is refused and heals; a busy database is asked again; a failed sync or a broken file ends the process,
//! because after it nobody can say what is on the disk. The cause is kept as text: an error is handed to every
//! writer that shared a commit, so it must be cloneable.

use std::time::Duration;

use crate::advice::{self, Advice};
use crate::domain::{Class, Miss};

/// A failed act on the store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The disk has no room for it.
    #[error("cannot {act}: the disk that holds the database is full")]
    Full {
        /// What was tried.
        act: &'static str,
    },
    /// Somebody else holds the database, or it cannot be reached now.
    #[error("cannot {act}: the database is busy or out of reach: {cause}")]
    Busy {
        /// What was tried.
        act: &'static str,
        /// What the database said.
        cause: String,
    },
    /// The disk broke a promise: nothing after this may be believed.
    #[error("cannot {act}: the disk failed under the database: {cause}")]
    Broken {
        /// What was tried.
        act: &'static str,
        /// What the database said.
        cause: String,
    },
    /// The store is closed, or was closed by an earlier failure.
    #[error("cannot {act}: the store is closed")]
    Closed {
        /// What was tried.
        act: &'static str,
    },
    /// A statement or a row was not what we thought: our bug.
    #[error("cannot {act}: {cause}")]
    Statement {
        /// What was tried.
        act: &'static str,
        /// What the database said.
        cause: String,
    },
}

/// Primary result codes of `SQLite`, from its public table of results.
mod code {
    pub(in crate::store) const BUSY: u32 = 5;
    pub(in crate::store) const LOCKED: u32 = 6;
    pub(in crate::store) const IO: u32 = 10;
    pub(in crate::store) const CORRUPT: u32 = 11;
    pub(in crate::store) const FULL: u32 = 13;
    pub(in crate::store) const CANT_OPEN: u32 = 14;
    pub(in crate::store) const NOT_A_DATABASE: u32 = 26;
    /// The shared index could not grow: a full disk in other words.
    pub(in crate::store) const IO_SHM_SIZE: u32 = 4874;
}

impl Error {
    /// Makes the function that turns a database error into ours, naming the act.
    pub(crate) fn in_act<C: std::borrow::Borrow<sqlx::Error>>(act: &'static str) -> impl Fn(C) -> Self {
        move |cause| Self::from_sqlx(act, cause.borrow())
    }

    fn from_sqlx(act: &'static str, cause: &sqlx::Error) -> Self {
        let text = cause.to_string();
        match cause {
            sqlx::Error::Database(db) => match db.code() {
                Some(found) if is_postgres_state(&found) => Self::from_postgres(act, &found, text),
                Some(found) => Self::from_sqlite(act, found.parse().unwrap_or(0), text),
                None => Self::Statement { act, cause: text },
            },
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Tls(_) => Self::Busy { act, cause: text },
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed { act },
            _ => Self::Statement { act, cause: text },
        }
    }

    fn from_sqlite(act: &'static str, extended: u32, cause: String) -> Self {
        match (extended & 0xFF, extended) {
            (code::FULL, _) | (_, code::IO_SHM_SIZE) => Self::Full { act },
            (code::BUSY | code::LOCKED | code::CANT_OPEN, _) => Self::Busy { act, cause },
            (code::IO | code::CORRUPT | code::NOT_A_DATABASE, _) => Self::Broken { act, cause },
            _ => Self::Statement { act, cause },
        }
    }

    fn from_postgres(act: &'static str, state: &str, cause: String) -> Self {
        match state.get(..2) {
            _ if state == "53100" => Self::Full { act },
            Some("08" | "53" | "57" | "40" | "55") => Self::Busy { act, cause },
            Some("58" | "XX") => Self::Broken { act, cause },
            _ => Self::Statement { act, cause },
        }
    }

    /// Whether trying the same again later may work.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::Busy { .. })
    }

    /// Whether the process must end: what is on the disk is no longer known.
    pub const fn is_fatal(&self) -> bool {
        matches!(self, Self::Broken { .. })
    }

    /// The class of a failed act: the way to a server is `network`, everything else is ours.
    pub const fn class(&self) -> Class {
        match self {
            Self::Busy { .. } => Class::Network,
            _ => Class::Local,
        }
    }

    /// What a person can do about it.
    pub const fn advice(&self) -> Advice {
        match self {
            Self::Full { .. } => advice::store::full(),
            Self::Busy { .. } => advice::store::busy(),
            Self::Broken { .. } => advice::store::broken(),
            Self::Closed { .. } => advice::store::closed(),
            Self::Statement { .. } => advice::store::bug(),
        }
    }
}

/// A `PostgreSQL` state has five characters; `SQLite` codes are shorter, or four digits.
fn is_postgres_state(found: &str) -> bool {
    found.len() == 5
}

/// A full or busy store is waited for; anything else is tried again.
impl From<Error> for Miss {
    fn from(error: Error) -> Self {
        if error.is_passing() {
            Self::waiting(error.class(), Duration::from_secs(30), error.to_string())
        } else {
            Self::new(error.class(), error.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases_are_told_apart_by_what_they_ask_of_us() {
        let lite = |code| Error::from_sqlite("try", code, String::new());
        assert!(matches!(lite(13), Error::Full { .. }));
        assert!(matches!(lite(4874), Error::Full { .. }));
        assert!(matches!(lite(5), Error::Busy { .. }));
        assert!(lite(1034).is_fatal(), "a failed fsync");
        assert!(lite(11).is_fatal(), "a corrupt page");
        assert!(matches!(lite(2067), Error::Statement { .. }), "a unique index is our bug");
        let pg = |state| Error::from_postgres("try", state, String::new());
        assert!(matches!(pg("53100"), Error::Full { .. }));
        assert!(pg("57P01").is_passing());
        assert!(pg("XX001").is_fatal());
        assert!(matches!(pg("42601"), Error::Statement { .. }));
    }
}
