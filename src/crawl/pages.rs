//! How many pages a round has, before it is read.

use super::jobs::{About, POSTS};
use crate::domain::{Audience, Take};
use crate::platform::douyin::link::Kind;
use crate::store::crawl::{creators, listed, posts};
use crate::store::{Error, Tx};
use crate::target::{Spec, Subject, Wanted, subject_of};

/// Records in a page.
const PAGE: u64 = 20;

/// How many pages a whole round has, when that is known.
pub(super) async fn pages(tx: &mut Tx, wanted: Wanted<'_>) -> Result<Option<u64>, Error> {
    let Wanted { target, spec, take, profile } = wanted;
    let page = subject_of(target, spec.url(), None).ok().and_then(Subject::page);
    let audience = match &page {
        Some((Kind::User, id)) => creators::numbers(tx, id).await?.unwrap_or_default(),
        _ => Audience::default(),
    };
    let count = match take {
        // The page of the creator says whether they are on air, and in which room.
        Take::Live if matches!(page, Some((Kind::User, _))) => return Ok(Some(2)),
        Take::Profile | Take::Live => return Ok(Some(1)),
        Take::Comments => return comments(tx, page.as_ref(), spec).await,
        Take::Posts => audience.posts,
        Take::Likes => audience.liked,
        Take::Following => audience.following,
        Take::Followers => audience.followers,
        _ => {
            let about = About { take, page: page.as_ref().map(|(kind, id)| (*kind, id.as_str())), profile, spec };
            let Some((list, owner)) = about.list() else { return Ok(None) };
            Some(listed::count(tx, list, &owner).await?).filter(|count| *count > 0)
        }
    };
    let count = count.and_then(|count| u64::try_from(count).ok());
    let most = spec.max.map(std::num::NonZeroU64::get);
    let count = match (count, most) {
        (Some(count), Some(most)) => Some(count.min(most)),
        (count, most) => count.or(most),
    };
    Ok(count.map(|count| count.div_ceil(PAGE).max(1)))
}

/// What is said below a post, or below the newest of a creator.
async fn comments(tx: &mut Tx, page: Option<&(Kind, String)>, spec: &Spec) -> Result<Option<u64>, Error> {
    let pages = |count: &i64| u64::try_from(*count).unwrap_or(0).div_ceil(PAGE).max(1);
    let counts = match page {
        Some((Kind::User, id)) => {
            let most = i64::try_from(spec.max.unwrap_or(POSTS).get()).unwrap_or(i64::MAX);
            posts::said_below(tx, id, most).await?
        }
        Some((_, id)) => return Ok(posts::said_below_one(tx, id).await?.as_ref().map(pages)),
        None => Vec::new(),
    };
    let newest = u64::try_from(counts.len()).unwrap_or(0).div_ceil(PAGE);
    Ok((!counts.is_empty()).then(|| newest + counts.iter().map(pages).sum::<u64>()))
}
