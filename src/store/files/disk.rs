//! Looks after the disk: says when it is low, keeps the queue writable when it is full, heals by itself.
//!
//! A file of the size of `disk.reserve` lies in the data directory. When the disk is full it is given up, so that the
//! ends of running jobs can still be written; new work is refused until there is room for the reserve again.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::FallocateFlags;

use crate::config::{Current, Places};
use crate::domain::amount::roughly_size;

/// Where the disk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Enough.
    Plenty,
    /// Below the low water: no downloads are started.
    Low,
    /// Nothing is left but the reserve: no new work is taken.
    Full,
}

/// What was seen at the last look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Where the disk stands.
    pub level: Level,
    /// Free bytes.
    pub free: u64,
    /// Where low begins.
    pub low_water: u64,
}

impl Seen {
    /// What is wrong with it, for a person.
    pub fn said(&self) -> String {
        let free = roughly_size(self.free);
        match self.level {
            Level::Full => {
                format!("the disk is full: {free} are left, which radard keeps for the ends of running work")
            }
            Level::Plenty | Level::Low => {
                format!("the disk has {free} left, and `disk.low_water` asks for {}", roughly_size(self.low_water))
            }
        }
    }
}

/// Looks after the disk of one data directory; clones share what was seen.
#[derive(Debug, Clone)]
pub struct Disk {
    places: Places,
    current: Current,
    seen: Arc<Mutex<Option<Seen>>>,
}

impl Disk {
    /// Looks after the disk that holds `places`.
    pub fn new(places: Places, current: Current) -> Self {
        Self { places, current, seen: Arc::default() }
    }

    /// What was seen at the last look.
    pub fn seen(&self) -> Option<Seen> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks, gives up the reserve or makes it again; `is_refused` says that a write just found no room. Blocks for a
    /// moment: not for async threads.
    pub fn look(&self, is_refused: bool) -> std::io::Result<Seen> {
        let settings = self.current.now();
        let (reserve_path, reserve) = (self.places.reserve(), settings.disk.reserve);
        let (total, mut free) = space(&self.places.data)?;
        let held = std::fs::metadata(&reserve_path).map_or(0, |m| m.len());
        let before = self.seen().map(|seen| seen.level);
        // An eighth of the reserve is what a few commits and the log around them need.
        let level = if is_refused || free < reserve / 8 || (before == Some(Level::Full) && free < reserve + reserve / 2)
        {
            if held > 0 {
                std::fs::remove_file(&reserve_path)?;
                tracing::warn!(
                    size_bytes = held,
                    "The disk is full: the reserve of {} was given up",
                    roughly_size(held)
                );
                free = space(&self.places.data)?.1;
            }
            Level::Full
        } else {
            if held < reserve && free > reserve.saturating_mul(2) {
                hold_back(&reserve_path, reserve)?;
                free = space(&self.places.data)?.1;
            }
            if free < settings.disk.low_water.of(total) { Level::Low } else { Level::Plenty }
        };
        let seen = Seen { level, free, low_water: settings.disk.low_water.of(total) };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(seen)
    }

    /// Why no download may start now.
    pub fn closed(&self) -> Option<String> {
        let seen = self.seen().filter(|seen| seen.level != Level::Plenty)?;
        Some(seen.said())
    }
}

/// Total and free bytes of the file system that holds `dir`.
pub fn space(dir: &Path) -> std::io::Result<(u64, u64)> {
    let stat = rustix::fs::statvfs(dir)?;
    Ok((stat.f_blocks.saturating_mul(stat.f_frsize), stat.f_bavail.saturating_mul(stat.f_frsize)))
}

/// Takes `bytes` of the disk for bad times.
fn hold_back(path: &PathBuf, bytes: u64) -> std::io::Result<()> {
    let file: File = {
        // A link that somebody has put there is replaced and not followed.
        let _usually_none = std::fs::remove_file(path);
        OpenOptions::new().create_new(true).write(true).open(path)?
    };
    match rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, bytes) {
        Ok(()) => Ok(()),
        Err(error) => {
            drop(file);
            let _nothing_held = std::fs::remove_file(path);
            Err(error.into())
        }
    }
}
