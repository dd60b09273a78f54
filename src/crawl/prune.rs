//! Keeps what was crawled as long as it is wanted, a page at a time; and notes how much there is of everything.
//!
//! Cut anywhere it loses nothing but its way: the next run begins with what is still too old.

use std::path::Path;
use std::time::Duration;

use crate::config;
use crate::domain::Millis;
use crate::store::crawl::grown;
use crate::store::crawl::prune::{self, Aged, DAY};
use crate::store::{Error, Pruned, Store, health};

/// How long it is remembered how much there was.
const DAYS: i64 = 400;

/// Throws away what was crawled longer before `now` than `keep` says; `file` is that of the database, where it is one.
pub async fn prune(store: &Store, keep: &config::Crawl, now: Millis, file: &Path) -> Result<Pruned, Error> {
    let before = |keep: Duration| now - keep;
    let pruned = vec![
        ("numbers", aged(store, Aged::Counts, before(keep.keep_counts)).await?),
        ("thinned", thin(store, before(keep.thin_counts)).await?),
        ("comments", aged(store, Aged::Comments, before(keep.keep_comments)).await?),
        ("lists", aged(store, Aged::Gone, before(keep.keep_gone)).await?),
        ("raw", aged(store, Aged::Raw, before(keep.keep_raw)).await?),
        ("posts", posts(store, before(keep.keep_posts)).await?),
        ("people", people(store, before(keep.keep_people)).await?),
    ];
    note(store, file).await?;
    Ok(pruned)
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

async fn posts(store: &Store, before: Millis) -> Result<u64, Error> {
    let mut gone = 0;
    loop {
        let old = store.read::<_, Error, _>(move |tx| Box::pin(async move { prune::old_posts(tx, before).await }));
        let old = old.await?;
        if old.is_empty() {
            return Ok(gone);
        }
        gone += u64::try_from(old.len()).unwrap_or(0);
        store.write::<_, Error, _>(move |tx| Box::pin(async move { prune::drop_posts(tx, &old).await })).await?;
    }
}

async fn people(store: &Store, before: Millis) -> Result<u64, Error> {
    let mut gone = 0;
    loop {
        let old = store.read::<_, Error, _>(move |tx| Box::pin(async move { prune::old_people(tx, before).await }));
        let old = old.await?;
        if old.is_empty() {
            return Ok(gone);
        }
        gone += u64::try_from(old.len()).unwrap_or(0);
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

async fn note(store: &Store, file: &Path) -> Result<(), Error> {
    let mut amounts = store.read::<_, Error, _>(|tx| Box::pin(grown::count(tx))).await?;
    if let Some(bytes) = health::bytes(store, file).await? {
        amounts.push((grown::BYTES, bytes));
    }
    let day = store.now().0.div_euclid(DAY);
    let noted =
        store.write::<_, Error, _>(move |tx| Box::pin(async move { grown::note(tx, day, &amounts, day - DAYS).await }));
    noted.await
}
