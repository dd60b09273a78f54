//! Forgets jobs that ended long ago, a page at a time.

use crate::config;
use crate::domain::Millis;
use crate::store::jobs::{self, State};
use crate::store::{Error, Pruned, Store};

/// Throws away the jobs that ended longer before `now` than `keep` says.
pub async fn prune(store: &Store, keep: &config::Queue, now: Millis) -> Result<Pruned, Error> {
    let ended = [
        (State::Done, keep.keep_done),
        (State::Cancelled, keep.keep_done),
        (State::Dead, keep.keep_dead),
        (State::Unknown, keep.keep_dead),
    ];
    let mut gone = 0;
    for (state, keep) in ended {
        gone += pages(store, state, now - keep).await?;
    }
    Ok(vec![("jobs", gone)])
}

async fn pages(store: &Store, state: State, before: Millis) -> Result<u64, Error> {
    let mut gone = 0;
    loop {
        let page = store.write::<_, Error, _>(move |tx| Box::pin(async move { jobs::prune(tx, state, before).await }));
        match page.await? {
            0 => return Ok(gone),
            n => gone += u64::try_from(n).unwrap_or(0),
        }
    }
}
