//! Why a day cannot begin, and what to do about it.

use std::io::ErrorKind;
use std::net::SocketAddr;

use super::house_error::HouseError;

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
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::House(error) => error.advice(),
            Self::Listen { on, source } => Some(listen_advice(on, source.kind())),
            Self::Signals(_) => None,
        }
    }
}

/// What to do when radard cannot listen on an address.
fn listen_advice(on: &str, why: ErrorKind) -> String {
    let Ok(at) = on.parse::<SocketAddr>() else {
        return "check that the data folder belongs to the user of radard".to_owned();
    };
    match why {
        ErrorKind::AddrInUse => {
            let next = SocketAddr::new(at.ip(), at.port().checked_add(1).unwrap_or(7878));
            format!("stop what listens there, or set `web.listen` to another port, such as {next}")
        }
        ErrorKind::PermissionDenied => {
            let free = SocketAddr::new(at.ip(), 7878);
            format!("set `web.listen` to a port of 1024 or above, such as {free}")
        }
        _ => format!("set `web.listen` to an address of this machine, such as 127.0.0.1:{}", at.port()),
    }
}
