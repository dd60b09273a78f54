//! The right to run a job, in the hands of the run itself.
//!
//! Every write of a run carries its fence. When the lease is lost (the process stood still for too long, a person took
//! the job back) the writes change nothing and [`Lease::lost`] resolves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::domain::{Class, JobId, Miss};
use crate::store::{self, Store, Tx, Work, jobs};

/// A running job's hold on itself.
#[derive(Debug, Clone)]
pub struct Lease {
    id: Uuid,
    fence: i64,
    key: String,
    attempt: i64,
    remembered: Option<String>,
    /// Whether this run has come further.
    has_progressed: Arc<AtomicBool>,
    pub(super) lost: CancellationToken,
    store: Store,
}

/// The job belongs to somebody else by now.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Lost {
    /// The fence no longer holds.
    #[error("the job was taken over or taken back")]
    Fence,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<Lost> for Miss {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Fence => Self::new(Class::Local, lost.to_string()),
            Lost::Store(error) => error.into(),
        }
    }
}

impl Lease {
    /// Of a job that was taken.
    pub(crate) fn new(
        store: Store,
        job: &jobs::Claimed,
        has_progressed: Arc<AtomicBool>,
        lost: CancellationToken,
    ) -> Self {
        let (id, fence, key, remembered) = (job.id, job.fence, job.key.clone(), job.progress.clone());
        Self { id, fence, key, attempt: job.attempts + 1, remembered, has_progressed, lost, store }
    }

    /// Which job.
    pub const fn id(&self) -> JobId {
        JobId(self.id)
    }

    /// What makes it the same work as another of its kind.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Which attempt this is, the first being 1.
    pub const fn attempt(&self) -> i64 {
        self.attempt
    }

    /// Resolves when the job is no longer ours.
    pub async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// What an earlier run remembered, if it can still be read.
    pub fn remembered<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.remembered.as_deref()?).ok()
    }

    /// Remembers how far the work has come; it forgives the crashes and the failures so far.
    pub async fn remember<T: Serialize + Sync>(&self, progress: &T) -> Result<(), Lost> {
        let (id, fence) = (self.id, self.fence);
        let text = serde_json::to_string(progress).unwrap_or_default();
        let kept = self.store.write::<_, store::Error, _>(move |tx| {
            Box::pin(async move { jobs::progress(tx, &[(id, fence, &text)]).await })
        });
        if !kept.await? {
            return Err(Lost::Fence);
        }
        self.has_progressed.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Remembers where the work stands without having come further than an earlier run: crashes and failures so far
    /// still count.
    pub async fn note<T: Serialize + Sync>(&self, state: &T) -> Result<(), Lost> {
        let (id, fence) = (self.id, self.fence);
        let text = serde_json::to_string(state).unwrap_or_default();
        let kept = self
            .store
            .write::<_, store::Error, _>(move |tx| Box::pin(async move { jobs::note(tx, id, fence, &text).await }));
        if kept.await? { Ok(()) } else { Err(Lost::Fence) }
    }

    /// Does a step of the work and remembers how far that has come, in one transaction that stands only if the job is
    /// still ours: what `work` gives is what is remembered.
    pub async fn step<P, E, F>(&self, work: F) -> Result<P, E>
    where
        P: Serialize + Send + 'static,
        E: From<store::Error> + From<Lost> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<P, E>> + Send + 'static,
    {
        let alone = std::slice::from_ref(self);
        let stepped =
            Self::step_all::<P, E, _>(alone, move |tx| Box::pin(async move { Ok(vec![work(tx).await?]) })).await?;
        stepped.into_iter().next().ok_or_else(|| Lost::Fence.into())
    }

    /// Does a step of the work of each of these, in one transaction that stands only if all the jobs are still ours:
    /// `work` gives for each, in their order, what is remembered.
    pub async fn step_all<P, E, F>(leases: &[Self], work: F) -> Result<Vec<P>, E>
    where
        P: Serialize + Send + 'static,
        E: From<store::Error> + From<Lost> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<Vec<P>, E>> + Send + 'static,
    {
        let Some(first) = leases.first() else { return Ok(Vec::new()) };
        let held: Vec<(Uuid, i64)> = leases.iter().map(|lease| (lease.id, lease.fence)).collect();
        let stepped = first.store.write::<_, E, _>(move |tx| {
            Box::pin(async move {
                let steps = work(tx).await?;
                let texts = steps.iter().map(|step| serde_json::to_string(step).unwrap_or_default());
                let texts: Vec<String> = texts.collect();
                let runs: Vec<_> =
                    held.iter().zip(&texts).map(|((id, fence), text)| (*id, *fence, text.as_str())).collect();
                if !jobs::progress(tx, &runs).await? {
                    return Err(Lost::Fence.into());
                }
                Ok(steps)
            })
        });
        let stepped = stepped.await?;
        for lease in leases {
            lease.has_progressed.store(true, Ordering::Relaxed);
        }
        Ok(stepped)
    }

    /// Writes what the job found, in one transaction that stands only if the job is still ours.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<store::Error> + From<Lost> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<T, E>> + Send + 'static,
    {
        let (id, fence) = (self.id, self.fence);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if !jobs::still_held(tx, id, fence).await? {
                        return Err(Lost::Fence.into());
                    }
                    work(tx).await
                })
            })
            .await
    }
}
