//! Writing how runs ended, many at a time, together with what an end brings with it.
//!
//! An end is kept until it is written: a full disk or a busy database delays it, and the heartbeat keeps the lease
//! meanwhile. An end whose fence no longer holds is dropped and counted; somebody else runs that job. What such an end
//! brings with it is dropped too, but for a sign of risk: that is about the lane and true whoever saw it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::mpsc;

use super::hands::Hands;
use crate::ambient::Clock;
use crate::domain::{AlarmName, Class, Millis};
use crate::observe::metric::JOBS_SETTLED;
use crate::store::{self, Store, alarms, gates, jobs};
use crate::supervise::Failure;

/// Ends that may wait to be written.
pub(super) const WAITING: usize = 1024;
/// Ends that share one statement; two of these are under way at once, and may share a commit.
const BATCH: usize = 32;
/// The pause before a refused write is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// An end on its way to the table.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub(super) end: jobs::End,
    pub(super) also: Option<Also>,
}

/// What an end brings with it, in the same transaction.
#[derive(Debug, Clone)]
pub(super) enum Also {
    /// A refusal closed the lane; `subject` is who must not send until then, if that is why.
    CloseLane { lane: String, open_at: Millis, class: Class, reason: String, subject: Option<String> },
    /// A person should know.
    Raise(alarms::Raise),
}

/// Writes ends until the last sender is gone.
pub(super) async fn serve(
    store: &Store,
    clock: &Clock,
    hands: &Hands,
    inbox: &mut mpsc::Receiver<Ended>,
) -> Result<(), Failure> {
    let mut batch = Vec::with_capacity(2 * BATCH);
    while inbox.recv_many(&mut batch, 2 * BATCH).await > 0 {
        let (some, more) = batch.split_at(batch.len().min(BATCH));
        let written = tokio::join!(write(store, clock, some), write(store, clock, more));
        for Ended { end, also } in &batch {
            hands.let_go(end.id, end.fence);
            if let Some(Also::CloseLane { lane, .. }) = also {
                hands.closed(lane);
            }
        }
        // After a failure nobody renews these leases any more, so that the jobs come back.
        let kept = [written.0?, written.1?].concat();
        for Ended { end, .. } in &batch {
            if kept.contains(&end.id) {
                if let Some(metrics) = hands.metrics.get() {
                    metrics.add(JOBS_SETTLED, [&end.kind, end.class.as_str()], 1_u64);
                }
            } else {
                hands.lost.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(job.id = %end.id, job.kind = end.kind,
                    "Job `{}` had left this worker before it ended; its end was not written (lease_lost)", end.id);
            }
        }
        if batch.iter().any(|ended| ended.end.run_at.is_some()) {
            hands.later.notify_one();
        }
        batch.clear();
    }
    Ok(())
}

/// Writes a batch, however long the store is full or busy.
async fn write(store: &Store, clock: &Clock, batch: &[Ended]) -> Result<Vec<uuid::Uuid>, store::Error> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let mut told = false;
    loop {
        match write_once(store, batch.to_vec()).await {
            Ok(kept) => return Ok(kept),
            Err(error) if error.is_passing() => {
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!("The ends of jobs wait to be written: {error}");
                }
                clock.sleep(AGAIN).await;
            }
            Err(error) => return Err(error),
        }
    }
}

async fn write_once(store: &Store, batch: Vec<Ended>) -> Result<Vec<uuid::Uuid>, store::Error> {
    let (ends, alsos): (Vec<_>, Vec<_>) = batch.into_iter().map(|ended| (ended.end, ended.also)).unzip();
    if alsos.iter().all(Option::is_none) {
        return store.write_alone(move |tx| Box::pin(async move { jobs::settle(tx, &ends).await })).await;
    }
    let written = store.write(move |tx| {
        Box::pin(async move {
            let kept = jobs::settle(tx, &ends).await?;
            for (end, also) in ends.iter().zip(&alsos) {
                match also {
                    Some(Also::Raise(_)) if !kept.contains(&end.id) => {}
                    Some(also) => apply(tx, also).await?,
                    None => {}
                }
            }
            Ok(kept)
        })
    });
    written.await
}

async fn apply(tx: &mut store::Tx, also: &Also) -> Result<(), store::Error> {
    match also {
        Also::CloseLane { lane, open_at, class, reason, subject } => {
            let subject = subject.as_deref();
            gates::close(tx, &gates::Closing { lane, open_at: *open_at, class: *class, reason, subject }).await?;
            // Only a sign of risk raises an alarm; one that stops an account has raised its own with that stop.
            if *class != Class::Risk || subject.is_some() {
                return Ok(());
            }
            let raise = alarms::Raise {
                name: AlarmName::LaneClosed,
                subject: lane.clone(),
                severity: alarms::Severity::Warning,
                class: *class,
                detail: reason.clone(),
            };
            alarms::raise(tx, &raise).await.map(drop)
        }
        Also::Raise(raise) => alarms::raise(tx, raise).await.map(drop),
    }
}
