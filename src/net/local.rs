//! JSON over the daemon's own socket, for commands that a person types.
//!
//! The socket is a file, so nothing here meets the guard: who may speak is decided by the file's owner and mode.
//! A daemon that is not there is told apart from one that fails, because a command may then do the work itself.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::client::install_provider;
use crate::advice::{self, Advice};

/// How long a command waits for the daemon's answer: a browser is opened for some, and others may have their turn first.
const PATIENCE: Duration = Duration::from_mins(10);

/// A handle on the daemon's socket.
#[derive(Debug, Clone)]
pub struct LocalApi {
    client: reqwest::Client,
    socket: PathBuf,
}

/// Why the daemon gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// Nobody listens.
    #[error("no daemon listens on `{}`", .socket.display())]
    NotRunning {
        /// Where one would.
        socket: PathBuf,
    },
    /// The socket is there and cannot be used.
    #[error("cannot speak to the daemon on `{}`: {why}", .socket.display())]
    Ask {
        /// Which socket.
        socket: PathBuf,
        /// The deepest cause.
        why: String,
    },
    /// It did not answer for so long.
    #[error("the daemon on `{}` did not answer for {} min", .socket.display(), PATIENCE.as_secs() / 60)]
    Late {
        /// Which socket.
        socket: PathBuf,
    },
    /// The daemon spoke, but not JSON.
    #[error("the daemon on `{}` answered {status} without JSON", .socket.display())]
    NotJson {
        /// Which socket.
        socket: PathBuf,
        /// With which status.
        status: u16,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The library refused to be set up.
    #[error("cannot set up the client of the daemon's socket")]
    Build(#[source] reqwest::Error),
}

impl LocalError {
    /// What a person can do about it.
    pub const fn advice(&self) -> Option<Advice> {
        match self {
            Self::NotRunning { .. } => Some(advice::net::daemon_not_running()),
            Self::Ask { .. } => Some(advice::net::daemon_of_another_user()),
            Self::Late { .. } => Some(advice::net::daemon_late()),
            Self::NotJson { .. } => Some(advice::net::daemon_of_another_version()),
            Self::Build(_) => None,
        }
    }
}

/// Makes a handle on the daemon behind `socket`; nothing is opened yet.
pub fn local(socket: &Path) -> Result<LocalApi, LocalError> {
    install_provider();
    // A socket file never speaks TLS: no certificates are read, which keeps a command quick.
    let no_trust =
        rustls::ClientConfig::builder().with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let client = reqwest::Client::builder()
        .unix_socket(socket)
        .tls_backend_preconfigured(no_trust)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .timeout(PATIENCE)
        .no_proxy()
        .build()
        .map_err(LocalError::Build)?;
    Ok(LocalApi { client, socket: socket.to_owned() })
}

impl LocalApi {
    /// Sends one request; an answer without a body is `null`. A status of failure is an answer, not an error.
    pub async fn call(
        &self,
        method: &str,
        path_and_query: &str,
        body: Option<Value>,
    ) -> Result<(u16, Value), LocalError> {
        let failed = |why: String| LocalError::Ask { socket: self.socket.clone(), why };
        let method: Method = method.parse().map_err(|_| failed(format!("`{method}` is no method")))?;
        let mut request = self.client.request(method, format!("http://localhost{path_and_query}"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(|error| self.not_reached(&error))?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(|error| self.not_reached(&error))?;
        if bytes.is_empty() {
            return Ok((status, Value::Null));
        }
        let not_json = |source| LocalError::NotJson { socket: self.socket.clone(), status, source };
        serde_json::from_slice(&bytes).map(|value| (status, value)).map_err(not_json)
    }

    fn not_reached(&self, error: &reqwest::Error) -> LocalError {
        let mut cause: &(dyn std::error::Error + 'static) = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let socket = self.socket.clone();
        if error.is_connect() && matches!(kind, Some(io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)) {
            return LocalError::NotRunning { socket };
        }
        LocalError::Ask { socket, why: cause.to_string() }
    }
}
