//! Keeps the write-ahead log short, and notices when it cannot.
//!
//! `SQLite` would move the log into the database inside somebody's commit and keep a failure of that to itself. We do
//! it between commits instead, so that a failed sync is seen and ends the process, as any failed sync does.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::Row;

use super::error::Error;
use super::tx::{Raw, Tx};

/// About how many pages may be in the log before they are moved.
const PAGES: i64 = 2000;
/// How long a statement waits for others, as the connection was opened with.
const PATIENCE: &str = "PRAGMA busy_timeout = 5000";
/// The fewest and the most commits between two moves, and what we begin with.
const COMMITS: (i64, i64, i64) = (16, 4096, 64);

fn log_of(database: &Path) -> PathBuf {
    let mut file = database.as_os_str().to_owned();
    file.push("-wal");
    file.into()
}

/// Whether a log lies beside `database`: then the file alone may be behind.
pub(in crate::store) fn lies_beside(database: &Path) -> bool {
    log_of(database).exists()
}

/// Decides when the log is moved, from how many pages a commit has been worth lately.
#[derive(Debug)]
pub(in crate::store) struct Watch {
    file: PathBuf,
    commits: i64,
    every: i64,
    bytes: Arc<AtomicU64>,
    /// Whether the log still holds what was erased from the database.
    holds_erased: bool,
}

impl Watch {
    pub(in crate::store) fn new(database: &Path, bytes: Arc<AtomicU64>) -> Self {
        Self { file: log_of(database), commits: 0, every: COMMITS.2, bytes, holds_erased: false }
    }

    /// Called between commits.
    pub(in crate::store) async fn after_commit(&mut self, tx: &mut Tx) -> Result<(), Error> {
        self.commits += 1;
        if tx.take_erased() {
            tx.run("delete as usual", "PRAGMA secure_delete = FAST").await?;
            self.holds_erased = true;
        }
        if self.holds_erased {
            return self.empty_erased(tx).await;
        }
        if self.commits < self.every {
            return Ok(());
        }
        let pages = checkpoint(tx, "PRAGMA wal_checkpoint(PASSIVE)").await?;
        self.every = (PAGES * self.commits / pages.max(1)).clamp(COMMITS.0, COMMITS.1);
        self.commits = 0;
        self.look();
        Ok(())
    }

    /// Empties the log after somebody was forgotten. Readers that still need the log are not waited for: the next
    /// commit tries again.
    async fn empty_erased(&mut self, tx: &mut Tx) -> Result<(), Error> {
        tx.run("wait for no reader", "PRAGMA busy_timeout = 0").await?;
        self.empty(tx).await?;
        tx.run("wait for readers again", PATIENCE).await?;
        self.holds_erased = self.bytes.load(Ordering::Relaxed) > 0;
        Ok(())
    }

    /// Called once, when the store closes.
    pub(in crate::store) async fn empty(&mut self, tx: &mut Tx) -> Result<(), Error> {
        checkpoint(tx, "PRAGMA wal_checkpoint(TRUNCATE)").await?;
        self.look();
        Ok(())
    }

    fn look(&self) {
        let size = std::fs::metadata(&self.file).map_or(0, |m| m.len());
        self.bytes.store(size, Ordering::Relaxed);
    }
}

/// Moves the log into the database; gives the pages that were in it, 0 when it could not be asked.
async fn checkpoint(tx: &mut Tx, how: &'static str) -> Result<i64, Error> {
    let act = "move the write-ahead log into the database";
    let Raw::Sqlite(db) = tx.raw() else { return Ok(0) };
    match sqlx::query(how).fetch_one(db).await.map_err(Error::in_act(act)) {
        Ok(row) => Ok(row.try_get(1).unwrap_or(0)),
        // A full disk leaves the log where it is; a busy one too. Both are tried again.
        Err(error) if error.is_passing() => Ok(0),
        Err(error) => Err(error),
    }
}
