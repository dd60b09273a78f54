//! Group commit: one task owns the writing connection of `SQLite` and shares each commit among all who wait.
//!
//! A durable commit costs a sync of the disk, some hundred to some thousand a second, so the commit is what must be
//! shared. The task takes what arrived while the last commit ran, gives each closure a savepoint of its own (they do
//! not share their fate), commits, and only then answers. Whoever was answered is on the disk.
//!
//! After a failed sync nothing is acknowledged any more: the task marks the store broken and ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::fullness::Fullness;
use super::tx::{Counted, Tx, Work};
use super::wal;
use crate::ambient::{Clock, Hold};
use crate::store::queue::jobs::write_counts;

/// Writers that may wait at once; the next one waits for a place, which is what slows it down.
pub(in crate::store) const WAITING: usize = 1024;
/// The most closures that share one commit.
const GROUP: usize = 500;
/// The longest that the first of a group waits for the others to be done.
const GATHER: Duration = Duration::from_millis(250);
const BEGIN: &str = "BEGIN IMMEDIATE; ";
const COMMIT: &str = "; COMMIT";

/// A closure on its way to the writer, with the way back to whoever asked.
pub(in crate::store) trait Errand: Send {
    /// Does the work inside the transaction; true when its savepoint may stay.
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> Work<'t, bool>;
    /// Whether the work is one batch, which may carry its own commit.
    fn is_one(&self) -> bool;
    /// Tells whoever asked, after the commit.
    fn answer(self: Box<Self>, committed: Result<(), Error>);
}

/// An errand of one concrete type.
pub(in crate::store) struct Closure<T, E, F> {
    pub(in crate::store) work: Option<F>,
    pub(in crate::store) is_one: bool,
    pub(in crate::store) outcome: Option<Result<T, E>>,
    pub(in crate::store) reply: oneshot::Sender<Result<T, E>>,
    pub(in crate::store) _hold: Hold,
}

impl<T, E, F> Errand for Closure<T, E, F>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<T, E>> + Send,
{
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> Work<'t, bool> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return false };
            let outcome = work(tx).await;
            let keep = outcome.is_ok();
            self.outcome = Some(outcome);
            keep
        })
    }

    fn is_one(&self) -> bool {
        self.is_one
    }

    fn answer(self: Box<Self>, committed: Result<(), Error>) {
        let outcome = match (self.outcome, committed) {
            (Some(Err(refused)), _) => Err(refused),
            (Some(Ok(done)), Ok(())) => Ok(done),
            (_, Err(failed)) => Err(failed.into()),
            (None, Ok(())) => Err(Error::Closed { act: "write" }.into()),
        };
        // Whoever asked may have left meanwhile; the work stands all the same.
        let _gone = self.reply.send(outcome);
    }
}

/// What the writer did so far, for metrics and figures.
#[derive(Debug, Default)]
pub struct WriterCounts {
    /// Commits.
    pub commits: AtomicU64,
    /// Closures in them.
    pub errands: AtomicU64,
    /// Microseconds spent from `BEGIN` to the end of `COMMIT`.
    pub busy_us: AtomicU64,
}

pub(in crate::store) struct Writer {
    pub(in crate::store) tx: Tx,
    pub(in crate::store) clock: Clock,
    pub(in crate::store) inbox: mpsc::Receiver<Box<dyn Errand>>,
    pub(in crate::store) broken: CancellationToken,
    pub(in crate::store) counts: Arc<WriterCounts>,
    pub(in crate::store) fullness: Arc<Fullness>,
    pub(in crate::store) wal: wal::Watch,
}

impl Writer {
    /// Serves until every handle on the store is gone or the disk fails.
    pub(in crate::store) async fn serve(mut self) -> Result<(), Error> {
        while let Some(first) = self.inbox.recv().await {
            let begun = self.clock.steady();
            let mut group: Vec<Box<dyn Errand>> = Vec::new();
            let committed = self.gather(first, &mut group, begun).await;
            self.count(group.len(), begun);
            self.fullness.note(&committed);
            let fatal = committed.as_ref().err().filter(|e| e.is_fatal()).cloned();
            if fatal.is_some() {
                self.broken.cancel();
            }
            for errand in group {
                errand.answer(committed.clone());
            }
            if let Some(error) = fatal {
                return Err(error);
            }
            if let Err(error) = self.wal.after_commit(&mut self.tx).await {
                self.broken.cancel();
                return Err(error);
            }
        }
        self.wal.empty(&mut self.tx).await
    }

    /// Runs one group up to and including its commit.
    async fn gather(
        &mut self,
        first: Box<dyn Errand>,
        group: &mut Vec<Box<dyn Errand>>,
        since: Duration,
    ) -> Result<(), Error> {
        self.tx.now = self.clock.now();
        let _of_before = self.tx.take_trouble();
        let mut done = if first.is_one() && self.inbox.is_empty() {
            self.run_one(first, group).await
        } else {
            self.run_all(first, group, since).await
        };
        self.tx.lead("");
        self.tx.trail("");
        if let Err(error) = &mut done {
            // That a transaction is gone is not yet why.
            if let Some(trouble) = self.tx.take_trouble() {
                *error = trouble;
            }
            let _already_gone = self.tx.run("roll back", "ROLLBACK").await;
        }
        done
    }

    /// One batch, with `BEGIN` and `COMMIT` in the same text.
    async fn run_one(&mut self, mut errand: Box<dyn Errand>, group: &mut Vec<Box<dyn Errand>>) -> Result<(), Error> {
        self.tx.lead(BEGIN);
        self.tx.trail(COMMIT);
        let keep = errand.run(&mut self.tx).await;
        group.push(errand);
        match (keep, self.tx.take_trouble()) {
            (false, Some(trouble)) => Err(trouble),
            // Whatever it was refused for, nothing of it may stand.
            (false, None) => self.tx.run("roll back", "ROLLBACK").await,
            (true, _) => Ok(()),
        }
    }

    /// Each errand but the first has a savepoint of its own; that of the last is closed by the commit.
    async fn run_all(
        &mut self,
        first: Box<dyn Errand>,
        group: &mut Vec<Box<dyn Errand>>,
        since: Duration,
    ) -> Result<(), Error> {
        let mut counted = Counted::new();
        let mut next = Some(first);
        let mut alone = true;
        self.tx.lead(BEGIN);
        while let Some(mut errand) = next.take() {
            let keep = errand.run(&mut self.tx).await;
            group.push(errand);
            let changes = std::mem::take(&mut self.tx.counted);
            let ran = !self.tx.is_led();
            if keep {
                for (key, n) in changes {
                    *counted.entry(key).or_default() += n;
                }
            } else if ran {
                // A full disk or a failed read rolls everything back by itself; then this fails, and so does the group.
                self.tx.run("roll back", if alone { "ROLLBACK" } else { "ROLLBACK TO errand" }).await?;
                self.tx.lead(if alone { BEGIN } else { "" });
            }
            if group.len() < GROUP && self.clock.steady().saturating_sub(since) < GATHER {
                next = self.inbox.try_recv().ok();
            }
            if keep && ran && next.is_some() {
                self.tx.lead(if alone { "SAVEPOINT errand; " } else { "RELEASE errand; SAVEPOINT errand; " });
                alone = false;
            }
        }
        self.tx.trail(COMMIT);
        write_counts(&mut self.tx, counted).await?;
        if self.tx.take_trail().is_empty() { Ok(()) } else { self.tx.run("commit", "COMMIT").await }
    }

    fn count(&self, errands: usize, begun: Duration) {
        let busy = self.clock.steady().saturating_sub(begun);
        self.counts.commits.fetch_add(1, Ordering::Relaxed);
        self.counts.errands.fetch_add(u64::try_from(errands).unwrap_or(0), Ordering::Relaxed);
        self.counts.busy_us.fetch_add(u64::try_from(busy.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }
}
