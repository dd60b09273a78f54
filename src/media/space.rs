//! Disk space for downloads: what is free above `disk.low_water`, less what running downloads still need.
//!
//! A file that cannot fit is refused before its first byte is written. Otherwise it would fill the disk for everybody,
//! and again at each retry.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::LowWater;
use crate::domain::amount::roughly_size;
use crate::store::disk::space;

/// The disk of one folder.
#[derive(Debug, Clone)]
pub struct Disk {
    /// The folder; it may be missing yet.
    pub dir: PathBuf,
    /// What must stay free.
    pub low_water: LowWater,
}

/// Why a file may not be written to a disk.
#[derive(Debug, thiserror::Error)]
pub enum SpaceError {
    /// It does not fit.
    #[error(
        "the file needs {} more, and the disk of `{}` has {} free, of which `disk.low_water` keeps {} and other \
         downloads need {}: free some space, or lower `disk.low_water`",
        roughly_size(*.needs), .dir.display(), roughly_size(*.free), roughly_size(*.low_water), roughly_size(*.others)
    )]
    Short {
        /// The folder.
        dir: PathBuf,
        /// Bytes still to be written.
        needs: u64,
        /// Bytes.
        free: u64,
        /// Bytes.
        low_water: u64,
        /// Bytes that other downloads still need.
        others: u64,
    },
    /// It may have fitted once; now the disk is low.
    #[error(
        "the disk of `{}` has {} left, and `disk.low_water` keeps {}: free some space, or lower `disk.low_water`",
        .dir.display(), roughly_size(*.free), roughly_size(*.low_water)
    )]
    Low {
        /// The folder.
        dir: PathBuf,
        /// Bytes.
        free: u64,
        /// Bytes.
        low_water: u64,
    },
    /// Nobody can tell.
    #[error("cannot see how much space the disk of `{}` has: {source}", .dir.display())]
    Unknown {
        /// The folder.
        dir: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// How many bytes running downloads still have to write. Clones share the sum.
#[derive(Debug, Clone, Default)]
pub struct Claims(Arc<Mutex<u64>>);

/// The part of one download; it ends with the download.
#[derive(Debug)]
pub struct Claim {
    all: Claims,
    left: u64,
}

impl Disk {
    /// Total and free bytes.
    fn look(&self) -> Result<(u64, u64), SpaceError> {
        let there = self.dir.ancestors().find(|dir| dir.exists()).unwrap_or(Path::new("."));
        space(there).map_err(|source| SpaceError::Unknown { dir: self.dir.clone(), source })
    }

    /// Refuses `needs` bytes that do not fit beside the `others`. Blocks for a moment: not for async threads.
    fn fit(&self, needs: u64, others: u64) -> Result<(), SpaceError> {
        let (total, free) = self.look()?;
        let low_water = self.low_water.of(total);
        if free <= low_water {
            return Err(SpaceError::Low { dir: self.dir.clone(), free, low_water });
        }
        if needs <= free.saturating_sub(low_water).saturating_sub(others) {
            return Ok(());
        }
        Err(SpaceError::Short { dir: self.dir.clone(), needs, free, low_water, others })
    }

    /// Refuses to go on with a file once the disk is low, whatever made it so.
    pub fn check(&self) -> Result<(), SpaceError> {
        self.fit(1, 0)
    }
}

impl Claims {
    /// Claims `bytes` of `disk`; without an announced length, nothing beyond the first byte. Blocks for a moment: not for
    /// async threads.
    pub fn claim(&self, disk: &Disk, bytes: Option<u64>) -> Result<Claim, SpaceError> {
        let mut sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        disk.fit(bytes.unwrap_or(1), *sum)?;
        let left = bytes.unwrap_or(0);
        *sum = sum.saturating_add(left);
        drop(sum);
        Ok(Claim { all: self.clone(), left })
    }
}

impl Claim {
    /// Notes that `bytes` are on the disk now.
    pub fn wrote(&mut self, bytes: u64) {
        let fewer = bytes.min(self.left);
        self.left -= fewer;
        let mut sum = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        *sum = sum.saturating_sub(fewer);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.wrote(self.left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The disk of the temporary folder with about `spare` bytes above its low water.
    fn disk(spare: u64) -> Disk {
        let dir = std::env::temp_dir();
        let (_, free) = space(&dir).unwrap();
        Disk { dir: dir.join("not-there-yet"), low_water: LowWater { bytes: free - spare, percent: 0 } }
    }

    fn is_short(result: &Result<Claim, SpaceError>) -> bool {
        matches!(result, Err(SpaceError::Short { .. }))
    }

    #[test]
    fn what_one_download_needs_is_not_promised_to_another() {
        let (disk, claims) = (disk(16 << 30), Claims::default());
        assert!(is_short(&claims.claim(&disk, Some(32 << 30))), "too large alone");
        let mut first = claims.claim(&disk, Some(12 << 30)).unwrap();
        assert!(is_short(&claims.claim(&disk, Some(12 << 30))), "too large beside the first");
        drop(claims.claim(&disk, None).unwrap());
        first.wrote(11 << 30);
        let second = claims.claim(&disk, Some(12 << 30)).unwrap();
        drop(first);
        drop(second);
        assert_eq!(*claims.0.lock().unwrap(), 0, "nothing is claimed once both are over");
    }

    #[test]
    fn a_low_disk_takes_nothing_more() {
        let full = Disk { low_water: LowWater { bytes: u64::MAX, percent: 0 }, ..disk(0) };
        let said = full.check().unwrap_err().to_string();
        assert!(said.contains(" left, and `disk.low_water` keeps 16777215.9 TiB: free some"), "{said}");
        assert_eq!(Claims::default().claim(&full, None).unwrap_err().to_string().len(), said.len(), "at the start too");
        disk(16 << 30).check().unwrap();
    }
}
