//! What the kinds of the library work with, and work on files off the threads that everyone shares.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::{Current, LowWater};
use crate::domain::{Class, Miss, Next};
use crate::media::part::PartError;
use crate::media::rights::Rights;
use crate::media::space::{Claims, Disk, SpaceError};
use crate::net::Client;
use crate::store::disk;

/// How long a low disk is waited for at a time.
pub(super) const LOW: Duration = Duration::from_mins(1);

/// What a download needs.
#[derive(Clone)]
pub struct Tools {
    /// The client that fetches files.
    pub net: Client,
    /// The library's folder.
    pub dir: PathBuf,
    /// What running downloads still need of its disk.
    pub claims: Claims,
    /// The settings as they are now.
    pub current: Current,
    /// The watch over the disk of the house, where there is one.
    pub watch: Option<disk::Disk>,
}

/// What a download goes by.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// What files and folders are given.
    pub(super) rights: Rights,
    /// The largest file.
    pub(super) max_bytes: u64,
    /// What must stay free on the disk.
    pub(super) low_water: LowWater,
    /// Why nothing may be started now: the disk is low.
    pub(super) closed: Option<String>,
}

impl Tools {
    /// The settings now.
    pub(super) fn settings(&self) -> Settings {
        let now = self.current.now();
        Settings {
            rights: Rights { mode: now.media.mode, group: now.media.group.clone() },
            max_bytes: now.media.max_bytes,
            low_water: now.disk.low_water,
            closed: self.watch.as_ref().and_then(disk::Disk::closed),
        }
    }

    /// The disk of the library.
    pub(super) fn disk(&self, settings: &Settings) -> Disk {
        Disk { dir: self.dir.clone(), low_water: settings.low_water }
    }
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
            PartError::Full { .. } | PartError::Space(SpaceError::Short { .. } | SpaceError::Low { .. }) => {
                Self { next: Next::AwaitSpace, ..Self::new(Class::Local, error.to_string()) }
            }
            PartError::Io { .. } | PartError::Space(SpaceError::Unknown { .. }) => {
                Self::new(Class::Local, error.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_or_quota_without_space_is_waited_for_and_a_broken_one_is_not() {
        let file = PathBuf::from("a.part");
        let full = Miss::from(PartError::Full { act: "write", file: file.clone() });
        assert_eq!((full.class, full.next), (Class::Local, Next::AwaitSpace));
        let broken = PartError::Io { act: "write", file, source: std::io::ErrorKind::ReadOnlyFilesystem.into() };
        assert_eq!(Miss::from(broken).next, Next::Retry);
    }
}
