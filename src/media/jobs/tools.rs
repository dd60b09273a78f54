//! What the kinds of the library work with, and work on files off the threads that everyone shares.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::Class;
use crate::media::part::PartError;
use crate::media::rights::Rights;
use crate::net::Client;
use crate::queue::Miss;

/// How long a full disk is waited for at a time.
pub(super) const FULL: Duration = Duration::from_mins(1);

/// What a download needs.
#[derive(Clone)]
pub struct Tools {
    /// The client that fetches files.
    pub net: Client,
    /// The library's folder.
    pub dir: PathBuf,
    /// The settings as they are now.
    pub settings: Arc<dyn Fn() -> Settings + Send + Sync>,
}

/// Settings of the library that may change while running.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What files and folders are given.
    pub rights: Rights,
    /// The largest file.
    pub max_bytes: u64,
    /// Why nothing may be started now: the disk is low.
    pub closed: Option<String>,
}

/// Work on files leaves the threads that everyone shares.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PartError> + Send + 'static,
) -> Result<T, Miss> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Miss::from),
        Err(panicked) => Err(Miss::new(Class::Local, format!("writing the file failed: {panicked}"))),
    }
}

impl From<PartError> for Miss {
    fn from(error: PartError) -> Self {
        match error {
            PartError::Full { .. } => Self::waiting(Class::Local, FULL, error.to_string()),
            PartError::Io { .. } => Self::new(Class::Local, error.to_string()),
        }
    }
}
