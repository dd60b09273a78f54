//! Forgetting somebody: all that is known of them, a few rows at a time.
//!
//! It may be cut anywhere and asked for again. Who still stands in a list that is followed comes back with its next
//! round, so whom a target is about is not forgotten while it is followed.

use crate::advice;
use crate::config::Current;
use crate::domain::Declined;
use crate::store::copies::{Copies, Holding};
use crate::store::crawl::targets::{self, Target};
use crate::store::crawl::{creators, prune};
use crate::store::{Error, Store, jobs};
use crate::target::{creator_of, page_of};

/// What was thrown away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Forgotten {
    /// Posts, each with all that hung on it.
    pub posts: usize,
    /// What they said elsewhere, and places in lists.
    pub traces: u64,
    /// Whether they themselves were known.
    pub known: bool,
}

/// Forgets `creator`; gives the name of the target instead that follows them.
async fn forget(store: &Store, creator: &str) -> Result<Result<Forgotten, String>, Error> {
    let all = store.read::<_, Error, _>(|tx| Box::pin(async move { targets::targets(tx).await })).await?;
    let is_about = |target: &Target| page_of(target).is_some_and(|(_, id)| id == creator);
    let (removed, followed): (Vec<_>, Vec<_>) =
        all.into_iter().filter(is_about).partition(|target| target.removed_at.is_some());
    if let Some(target) = followed.into_iter().next() {
        return Ok(Err(target.name));
    }
    let mut forgotten = Forgotten::default();
    for Target { name, .. } in removed {
        let dropped = store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                tx.erase().await?;
                jobs::drop_of(tx, &name).await?;
                targets::erase(tx, &name).await
            })
        });
        dropped.await?;
    }
    loop {
        let id = creator.to_owned();
        let page = store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                tx.erase().await?;
                let posts = prune::posts_of(tx, &id).await?;
                prune::drop_posts(tx, &posts).await?;
                Ok(posts.len())
            })
        });
        match page.await? {
            0 => break,
            n => forgotten.posts += n,
        }
    }
    loop {
        let id = creator.to_owned();
        let page = store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                tx.erase().await?;
                prune::drop_traces(tx, &id).await
            })
        });
        match page.await? {
            0 => break,
            n => forgotten.traces += n,
        }
    }
    let id = creator.to_owned();
    let last = store.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            tx.erase().await?;
            let known = creators::numbers(tx, &id).await?.is_some();
            prune::drop_people(tx, &[id]).await?;
            Ok(known)
        })
    });
    forgotten.known = last.await?;
    Ok(Ok(forgotten))
}

/// Forgets people, and tells which copies of the database still hold them.
#[derive(Debug, Clone)]
pub struct Forgetter {
    /// What is known of them.
    pub store: Store,
    /// How long copies stay.
    pub current: Current,
    /// Where copies of the database lie; nothing when they are a server's.
    pub copies: Option<Copies>,
}

impl Forgetter {
    /// Forgets `creator`, who is named by an id or by the link of their page.
    pub async fn forget(&self, creator: &str) -> Result<(Forgotten, Option<Vec<Holding>>), Declined> {
        // That nobody is known by a name would be no answer.
        let id = creator_of(creator).ok_or_else(|| {
            let what = format!("`{}` is no id of a creator, and no link of their page", creator.escape_debug());
            Declined::by_us(what, advice::crawl::creator())
        })?;
        let forgotten = forget(&self.store, &id).await;
        match forgotten.map_err(|error| Declined::by_us(error.to_string(), advice::target::log()))? {
            Ok(forgotten) => {
                let keep = self.current.now().backup.keep;
                let copies = match &self.copies {
                    Some(copies) => Some(copies.holding(&id, keep).await),
                    None => None,
                };
                Ok((forgotten, copies))
            }
            Err(target) => Err(Declined::by_us(
                format!("`{id}` is followed by the target `{target}`, so they would come back"),
                advice::crawl::unfollow(&target),
            )),
        }
    }
}
