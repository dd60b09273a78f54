//! What a change of the queue file costs: requests, and the time that they take under the limits of now.
//!
//! It is told before it is paid, so it rests on what is known: a list of which nothing is known is named as such, and
//! never guessed at.

use std::collections::BTreeMap;

use super::plan::{Plan, Round};
use super::serving::{Served, Wanted};
use super::spec::lane;
use crate::domain::{Millis, Take};
use crate::pace::{Pace, Sending};
use crate::store::{Error, Tx};

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
pub(super) async fn costs(tx: &mut Tx, served: &Served, plan: &Plan, pace: &Pace) -> Result<Costs, Error> {
    let mut costs = Costs::default();
    let mut sent: BTreeMap<&str, (u64, Take)> = BTreeMap::new();
    for Round { target, spec, take, profile } in &plan.rounds {
        let pages = pages(tx, served, Wanted { target, spec, take: *take, profile }).await?;
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

/// How many pages a whole round has, when that is known to who serves it.
pub(super) async fn pages(tx: &mut Tx, served: &Served, wanted: Wanted<'_>) -> Result<Option<u64>, Error> {
    match served.of(wanted.take.as_str()) {
        Some(room) => (room.pages)(tx, wanted).await,
        None => Ok(None),
    }
}
