//! The store's own tests, on both databases: `kit` opens them.

mod ahead;
mod alarms;
mod backups;
mod claims;
mod commits;
mod keeping;
mod planners;
mod plans;
mod statements;
mod words;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::kit::{BEGIN, Fresh, insert, new, on_each, one_of_each, puzzle, settle, take};
use super::{Access, Place, Store, jobs};
use crate::ambient::Ambient;
use crate::domain::{Class, Millis};

pub(super) fn done(job: &jobs::Claimed) -> jobs::End {
    jobs::End { result: Some("1".into()), ..jobs::End::done(job.id, job.fence, job.kind.clone()) }
}

pub(super) async fn counts(store: &Store) -> Vec<(String, jobs::State, i64)> {
    let counts = store.read::<_, super::Error, _>(|tx| Box::pin(jobs::counts(tx))).await.unwrap();
    counts.into_iter().map(|c| (c.kind, c.state, c.n)).collect()
}
