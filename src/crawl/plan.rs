//! From the queue file to what is done: what a new file adds, changes and removes, and taking it over.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::spec::Spec;
use super::times::{NEVER, next, open};
use crate::config::{Take, Target};
use crate::domain::Millis;
use crate::store::crawl::targets::{self, Course};
use crate::store::{Error, Tx};

/// What taking a file over means for a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Add,
    /// It says something else.
    Change,
    /// It stands there no more; what it found stays.
    Remove,
}

/// What taking a file over means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The targets that are concerned, by name.
    pub changes: BTreeMap<String, Change>,
    /// How many stay as they are.
    pub same: usize,
}

/// Looks at what `wanted` would change.
pub async fn look(tx: &mut Tx, wanted: &[Target]) -> Result<Plan, Error> {
    Ok(known(tx).await?.under(wanted))
}

/// What stands.
struct Known {
    /// The targets by name, each with what it says; nothing where another version wrote it down.
    said: BTreeMap<String, Option<Spec>>,
    /// Those that a person holds back, removed ones too: they are held when they come again.
    held: BTreeSet<String>,
}

async fn known(tx: &mut Tx) -> Result<Known, Error> {
    let mut known = Known { said: BTreeMap::new(), held: BTreeSet::new() };
    for target in targets::targets(tx).await? {
        if target.paused_at.is_some() {
            known.held.insert(target.name.clone());
        }
        if target.removed_at.is_none() {
            known.said.insert(target.name, Spec::read(&target.said));
        }
    }
    Ok(known)
}

impl Known {
    /// What becomes of it when this is wanted.
    fn under(&self, wanted: &[Target]) -> Plan {
        let mut plan = Plan::default();
        for target in wanted {
            match self.said.get(&target.name).map(|before| before.as_ref() == Some(&Spec::of(target))) {
                None => _ = plan.changes.insert(target.name.clone(), Change::Add),
                Some(false) => _ = plan.changes.insert(target.name.clone(), Change::Change),
                Some(true) => plan.same += 1,
            }
        }
        let names: BTreeSet<&str> = wanted.iter().map(|target| target.name.as_str()).collect();
        let gone = self.said.keys().filter(|name| !names.contains(name.as_str()));
        plan.changes.extend(gone.map(|name| (name.clone(), Change::Remove)));
        plan
    }
}

/// Takes `wanted` over: all of it, in one transaction.
pub async fn apply(tx: &mut Tx, wanted: &[Target]) -> Result<Plan, Error> {
    let before = known(tx).await?;
    let plan = before.under(wanted);
    if plan.changes.is_empty() {
        return Ok(plan);
    }
    let courses = targets::courses(tx).await?;
    let mut load = load_of(&courses);
    let mut by_target: HashMap<&str, Vec<&Course>> = HashMap::new();
    for course in &courses {
        by_target.entry(&course.target).or_default().push(course);
    }
    let concerned = wanted.iter().filter(|target| plan.changes.contains_key(&target.name));
    let specs: Vec<(&str, Spec, String)> = concerned
        .map(|target| (target.name.as_str(), Spec::of(target)))
        .map(|(name, spec)| (name, spec.clone(), spec.to_text()))
        .collect();
    let said: Vec<(&str, &str)> = specs.iter().map(|(name, _, text)| (*name, text.as_str())).collect();
    targets::put(tx, &said).await?;
    let mut added: Vec<(&str, &'static str, String, Millis)> = Vec::new();
    for (name, spec, _) in &specs {
        let old = by_target.get(name).map(Vec::as_slice).unwrap_or_default();
        let last = before.said.get(*name).and_then(Option::as_ref);
        for course in old.iter().filter(|course| !spec.takes().any(|take| take.as_str() == course.take)) {
            targets::drop_one(tx, name, &course.take).await?;
        }
        let profile = profile_of(spec, old, &mut load);
        let is_held = spec.paused || before.held.contains(*name);
        for take in spec.takes() {
            let course = old.iter().find(|course| course.take == take.as_str());
            let moment = if is_held { NEVER } else { due(spec, (course.copied(), last), tx.now()) };
            added.push((name, take.as_str(), profile.clone(), moment));
            if course.is_some() && last.is_none_or(|last| last.about() != spec.about()) {
                targets::begin_anew(tx, name, take.as_str()).await?;
            }
        }
    }
    let rows: Vec<(&str, &str, &str, Millis)> =
        added.iter().map(|(name, take, profile, at)| (*name, *take, profile.as_str(), *at)).collect();
    targets::add(tx, &rows).await?;
    for (name, _) in plan.changes.iter().filter(|(_, change)| **change == Change::Remove) {
        targets::remove(tx, name).await?;
        for course in by_target.get(name.as_str()).into_iter().flatten() {
            targets::drop_one(tx, name, &course.take).await?;
        }
    }
    Ok(plan)
}

/// When it is next: at once when it is new, else when it would have been, by what the target says now.
fn due(spec: &Spec, (course, last): (Option<&Course>, Option<&Spec>), now: Millis) -> Millis {
    let Some(course) = course else { return open(spec, now) };
    if last.is_some_and(|last| last.comes_as(spec)) {
        return Millis(course.next_at);
    }
    let since = course.ended_at.map(|at| next(spec, Millis(at)));
    since.unwrap_or_else(|| open(spec, now)).max(now)
}

/// How much each profile has to do.
fn load_of(courses: &[Course]) -> HashMap<String, usize> {
    let mut load = HashMap::new();
    for course in courses {
        *load.entry(course.profile.clone()).or_default() += 1;
    }
    load
}

/// In whose name a target goes: as before if it still may, else by the profile that has the least to do.
fn profile_of(spec: &Spec, courses: &[&Course], load: &mut HashMap<String, usize>) -> String {
    let before = courses.first().map(|course| &course.profile).filter(|profile| spec.profiles.contains(profile));
    let least = || spec.profiles.iter().min_by_key(|profile| load.get(*profile).copied().unwrap_or(0));
    let profile = before.or_else(least).cloned().unwrap_or_default();
    *load.entry(profile.clone()).or_default() += spec.take.len();
    profile
}

/// The lane of what is taken in the name of `profile`.
pub fn lane(profile: &str, take: Take) -> String {
    let who = if profile.is_empty() { "douyin" } else { profile };
    format!("{who}/{}", take.as_str())
}
