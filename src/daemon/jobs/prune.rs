//! Keeps what was crawled as long as it is wanted, a page at a time; and notes how much there is of everything.
//! Waits while the clock is not trusted: by a wrong clock everything is old.
//!
//! Cut anywhere it loses nothing but its way: the next run begins with what is still too old.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::config::Current;
use crate::daemon::clock::ClockWatch;
use crate::domain::{Millis, Miss};
use crate::queue::{Job, Lease, Settled};
use crate::store::crawl::grown;
use crate::store::crawl::prune::{self, Aged, DAY};
use crate::store::{Error, Store, health};

/// How long it is remembered how much there was.
const DAYS: i64 = 400;

/// Throw away what was crawled long ago.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::daemon) struct Prune {}

/// What pruning needs.
#[derive(Clone)]
pub(in crate::daemon) struct Tools {
    /// What is pruned.
    pub(in crate::daemon) store: Store,
    /// How long things are kept.
    pub(in crate::daemon) current: Current,
    /// Whether the clock is trusted.
    pub(in crate::daemon) clock: ClockWatch,
    /// The file of the database, where it is one.
    pub(in crate::daemon) file: PathBuf,
}

impl Job for Prune {
    const KIND: &'static str = "prune";
    type Tools = Tools;

    async fn run(self, tools: &Tools, _lease: &Lease) -> Result<Settled, Miss> {
        tools.clock.trust().await?;
        let (store, keep) = (&tools.store, tools.current.now().crawl.clone());
        // One moment for all of it: the clock may jump meanwhile.
        let now = store.now();
        let before = |keep: Duration| now - keep;
        let counts = aged(store, Aged::Counts, before(keep.keep_counts)).await?;
        let thinned = thin(store, before(keep.thin_counts)).await?;
        let comments = aged(store, Aged::Comments, before(keep.keep_comments)).await?;
        let lists = aged(store, Aged::Gone, before(keep.keep_gone)).await?;
        let raw = aged(store, Aged::Raw, before(keep.keep_raw)).await?;
        let posts = posts(store, before(keep.keep_posts)).await?;
        let people = people(store, before(keep.keep_people)).await?;
        note(tools).await?;
        Ok(Settled::Done(json!({
            "posts": posts, "people": people, "lists": lists, "comments": comments, "numbers": counts,
            "thinned": thinned, "raw": raw,
        })))
    }
}

async fn aged(store: &Store, what: Aged, before: Millis) -> Result<u64, Error> {
    let mut gone = 0;
    loop {
        let page =
            store.write::<_, Error, _>(move |tx| Box::pin(async move { prune::drop_aged(tx, what, before).await }));
        match page.await? {
            0 => return Ok(gone),
            n => gone += n,
        }
    }
}

async fn posts(store: &Store, before: Millis) -> Result<usize, Error> {
    let mut gone = 0;
    loop {
        let old = store.read::<_, Error, _>(move |tx| Box::pin(async move { prune::old_posts(tx, before).await }));
        let old = old.await?;
        if old.is_empty() {
            return Ok(gone);
        }
        gone += old.len();
        store.write::<_, Error, _>(move |tx| Box::pin(async move { prune::drop_posts(tx, &old).await })).await?;
    }
}

async fn people(store: &Store, before: Millis) -> Result<usize, Error> {
    let mut gone = 0;
    loop {
        let old = store.read::<_, Error, _>(move |tx| Box::pin(async move { prune::old_people(tx, before).await }));
        let old = old.await?;
        if old.is_empty() {
            return Ok(gone);
        }
        gone += old.len();
        store.write::<_, Error, _>(move |tx| Box::pin(async move { prune::drop_people(tx, &old).await })).await?;
    }
}

/// Leaves one set of numbers a day of all days that ended before `before`.
async fn thin(store: &Store, before: Millis) -> Result<u64, Error> {
    let mut gone = 0;
    let reached = store.read::<_, Error, _>(|tx| Box::pin(prune::next_day(tx))).await?;
    if reached.is_some_and(|day| day > store.now()) {
        // A wrong clock got further than there are days.
        store.write::<_, Error, _>(move |tx| Box::pin(async move { prune::thin_from(tx, before).await })).await?;
    }
    while let Some(day) = store.read::<_, Error, _>(|tx| Box::pin(prune::next_day(tx))).await? {
        if day.0 + DAY > before.0 {
            break;
        }
        gone += store.write::<_, Error, _>(move |tx| Box::pin(async move { prune::thin(tx, day).await })).await?;
    }
    Ok(gone)
}

async fn note(tools: &Tools) -> Result<(), Error> {
    let mut amounts = tools.store.read::<_, Error, _>(|tx| Box::pin(grown::count(tx))).await?;
    if let Some(bytes) = health::bytes(&tools.store, &tools.file).await? {
        amounts.push((grown::BYTES, bytes));
    }
    let day = tools.store.now().0.div_euclid(DAY);
    let noted = tools
        .store
        .write::<_, Error, _>(move |tx| Box::pin(async move { grown::note(tx, day, &amounts, day - DAYS).await }));
    noted.await
}
