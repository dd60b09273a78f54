//! What a change of the queue file costs: requests, and the time that they take under the limits of now.
//!
//! It is told before it is paid, so it rests on what is known: a list of which nothing is known is named as such, and
//! never guessed at.

use std::collections::BTreeMap;

use super::jobs::{About, POSTS};
use super::plan::{Plan, Round};
use super::spec::{Spec, lane};
use super::subject::{Subject, subject_of};
use crate::config::Take;
use crate::domain::{Audience, Millis};
use crate::pace::{Pace, Sending};
use crate::platform::douyin::link::Kind;
use crate::store::crawl::{creators, listed, posts};
use crate::store::{Error, Tx};

/// Records in a page.
const PAGE: u64 = 20;

/// What the first rounds of a target cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cost {
    /// Requests that are known to be needed.
    pub requests: u64,
    /// What is taken of which it is not known how long its lists are; a request each is counted.
    pub unknown: Vec<&'static str>,
}

/// What a plan costs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Costs {
    /// Each target that costs something.
    pub of: BTreeMap<String, Cost>,
    /// For each profile when its last request may go, and the limit that makes it take so long.
    pub until: BTreeMap<String, (Millis, Option<String>)>,
}

impl Costs {
    /// All requests.
    pub fn requests(&self) -> u64 {
        self.of.values().map(|cost| cost.requests).sum()
    }

    /// When the last of all may go.
    pub fn until(&self) -> Option<Millis> {
        self.until.values().map(|(at, _)| *at).max()
    }
}

/// What `plan` costs.
pub(super) async fn costs(tx: &mut Tx, plan: &Plan, pace: &Pace) -> Result<Costs, Error> {
    let mut costs = Costs::default();
    let mut sent: BTreeMap<&str, (u64, Take)> = BTreeMap::new();
    for Round { target, spec, take, profile } in &plan.rounds {
        let pages = pages(tx, (target, spec), (*take, profile)).await?;
        let cost = costs.of.entry(target.clone()).or_default();
        let requests = pages.unwrap_or(1);
        cost.requests += requests;
        if pages.is_none() {
            cost.unknown.push(take.as_str());
        }
        sent.entry(profile).or_insert((0, *take)).0 += requests;
    }
    for (profile, (requests, take)) in sent {
        let account = Some(profile.to_owned()).filter(|profile| !profile.is_empty());
        let sending =
            Sending { lane: lane(profile, take), endpoint: "douyin.crawl".to_owned(), account, ..Sending::default() };
        let told = pace.foretell(tx, &sending, requests).await?;
        costs.until.insert(profile.to_owned(), (told.drained_at, told.limit));
    }
    Ok(costs)
}

/// How many pages a whole round has, when that is known.
pub(super) async fn pages(
    tx: &mut Tx,
    (name, spec): (&str, &Spec),
    (take, profile): (Take, &str),
) -> Result<Option<u64>, Error> {
    let page = subject_of(name, spec.url(), None).ok().and_then(Subject::page);
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
