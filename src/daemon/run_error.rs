//! Why a day cannot begin, and what to do about it.

use std::io::ErrorKind;
use std::net::SocketAddr;

use super::house_error::HouseError;
use crate::advice::{self, Advice};

/// Why a day could not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The house cannot be put together.
    #[error(transparent)]
    House(#[from] HouseError),
    /// An address is taken or not ours.
    #[error("cannot listen on `{on}`")]
    Listen {
        /// The address or the file.
        on: String,
        /// Why.
        source: std::io::Error,
    },
    /// Signals cannot be followed.
    #[error("cannot follow signals")]
    Signals(#[source] std::io::Error),
}

impl RunError {
    /// What a person can do about it.
    pub fn advice(&self) -> Option<Advice> {
        match self {
            Self::House(error) => Some(error.advice()),
            Self::Listen { on, source } => Some(listen_advice(on, source.kind())),
            Self::Signals(_) => None,
        }
    }
}

/// What to do when radard cannot listen on an address.
fn listen_advice(on: &str, why: ErrorKind) -> Advice {
    let Ok(at) = on.parse::<SocketAddr>() else { return advice::daemon::socket() };
    match why {
        ErrorKind::AddrInUse => {
            advice::daemon::another_port(SocketAddr::new(at.ip(), at.port().checked_add(1).unwrap_or(7878)))
        }
        ErrorKind::PermissionDenied => advice::daemon::free_port(SocketAddr::new(at.ip(), 7878)),
        _ => advice::daemon::another_address(at.port()),
    }
}
