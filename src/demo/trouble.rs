//! What can keep a step from holding.

use serde_json::Value;

use crate::net::LocalError;

/// Figures of a step, an object without `ok`; or what went wrong.
pub(super) type Outcome = Result<Value, Trouble>;

/// Why a step did not hold.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The machine refused.
    #[error("cannot {act}: {source}")]
    Io {
        /// What was tried.
        act: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The daemon's API could not be reached.
    #[error(transparent)]
    Api(#[from] LocalError),
    /// It never said that it is ready.
    #[error("the daemon did not say READY in time; its log is in the folder of the demonstration")]
    NotReady,
    /// It ended.
    #[error("the daemon ended: {0}")]
    Died(String),
    /// It does not leave.
    #[error("the daemon was asked to leave and stays")]
    Stays,
    /// No daemon runs.
    #[error("no daemon runs at this point")]
    NoDaemon,
    /// Something was expected and something else was there.
    #[error("{expected}, but {found}")]
    Expected {
        /// What was expected.
        expected: String,
        /// What was there.
        found: String,
    },
}

/// Something was expected and something else was there.
pub(super) const fn expected(expected: String, found: String) -> Trouble {
    Trouble::Expected { expected, found }
}
