//! From the queue file to what is done: what a new file adds, changes and removes, and taking it over.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::serving::Served;
use super::spec::Spec;
use super::times::{NEVER, next, within_hours};
use crate::config::Target;
use crate::domain::{AlarmName, JobId, Millis, Take};
use crate::store::crawl::doubts;
use crate::store::crawl::targets::{self, Course};
use crate::store::{Error, Tx, alarms, jobs};

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
    /// The rounds that begin because of it.
    pub(super) rounds: Vec<Round>,
    /// The jobs of rounds that are no longer wanted; filled in by [`apply`].
    pub(super) stopped: Vec<JobId>,
}

/// A round that begins because a file was taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Round {
    pub(super) target: String,
    pub(super) spec: Spec,
    pub(super) take: Take,
    pub(super) profile: String,
}

/// Looks at what `wanted` would change.
pub async fn look(tx: &mut Tx, wanted: &[Target]) -> Result<Plan, Error> {
    let before = Before::read(tx).await?;
    Ok(before.under(wanted, tx.now()).plan)
}

/// Takes `wanted` over: all of it, in one transaction. Its rounds are jobs of those who are `served`.
pub async fn apply(tx: &mut Tx, served: &Served, wanted: &[Target]) -> Result<Plan, Error> {
    let before = Before::read(tx).await?;
    let Work { mut plan, said, courses, anew, dropped, freed } = before.under(wanted, tx.now());
    targets::put(tx, &said.iter().map(|(name, text)| (*name, text.as_str())).collect::<Vec<_>>()).await?;
    for course in &dropped {
        targets::drop_one(tx, &course.target, &course.take).await?;
    }
    let rows = courses.iter().map(|(name, take, profile, at)| (*name, take.as_str(), profile.as_str(), *at));
    targets::add(tx, &rows.collect::<Vec<_>>()).await?;
    for course in &anew {
        targets::begin_anew(tx, &course.target, &course.take).await?;
    }
    for (name, _) in plan.changes.iter().filter(|(_, change)| **change == Change::Remove) {
        targets::remove(tx, name).await?;
    }
    // Jobs come after targets here, as they do where a page of a round is kept: whoever locks rows in the same order
    // waits for nobody who waits for them.
    for course in dropped.into_iter().chain(anew) {
        plan.stopped.extend(stop(tx, served, course).await?);
    }
    for course in freed {
        if let Some(key) = &course.job {
            jobs::hasten(tx, served.kind_of(&course.take), key).await?;
        }
    }
    Ok(plan)
}

/// Cancels the unfinished round of `course`, and ends the doubts and the alarms about it: what it was about is no longer
/// wanted.
async fn stop(tx: &mut Tx, served: &Served, course: &Course) -> Result<Option<JobId>, Error> {
    doubts::close_of(tx, course.name()).await?;
    for (name, since) in [(AlarmName::TargetSilent, course.silent_at), (AlarmName::ListShrank, course.doubted_at)] {
        if since.is_some() {
            alarms::close(tx, name, &course.name().to_string()).await?;
        }
    }
    let Some(key) = &course.job else { return Ok(None) };
    let job = jobs::find_key(tx, served.kind_of(&course.take), key).await?.filter(|job| !job.state.is_over());
    let Some(id) = job.map(|job| JobId(job.id)) else { return Ok(None) };
    jobs::cancel(tx, id).await?;
    Ok(Some(id))
}

/// What stands.
struct Before {
    /// The targets by name, each with what it says; nothing where another version wrote it down.
    said: BTreeMap<String, Option<Spec>>,
    /// Those that a person holds back, removed ones too: they are held when they come again.
    held: BTreeSet<String>,
    courses: HashMap<String, Vec<Course>>,
}

/// What is to be written, and what it means.
struct Work<'a> {
    plan: Plan,
    said: Vec<(&'a str, String)>,
    courses: Vec<(&'a str, Take, String, Millis)>,
    /// What is about other records now, or is asked for in another name.
    anew: Vec<&'a Course>,
    /// What is taken no more.
    dropped: Vec<&'a Course>,
    /// What the file held back until now.
    freed: Vec<&'a Course>,
}

impl Before {
    async fn read(tx: &mut Tx) -> Result<Self, Error> {
        let mut before = Self { said: BTreeMap::new(), held: BTreeSet::new(), courses: HashMap::new() };
        for target in targets::targets(tx).await? {
            if target.paused_at.is_some() {
                before.held.insert(target.name.clone());
            }
            if target.removed_at.is_none() {
                before.said.insert(target.name, Spec::read(&target.said));
            }
        }
        for course in targets::courses(tx).await? {
            before.courses.entry(course.target.clone()).or_default().push(course);
        }
        Ok(before)
    }

    /// What becomes of it when this is wanted.
    fn under<'a>(&'a self, wanted: &'a [Target], now: Millis) -> Work<'a> {
        let mut work = Work {
            plan: Plan::default(),
            said: Vec::new(),
            courses: Vec::new(),
            anew: Vec::new(),
            dropped: Vec::new(),
            freed: Vec::new(),
        };
        let mut load = self.load();
        for target in wanted {
            let spec = Spec::of(target);
            let change = match self.said.get(&target.name).map(|before| before.as_ref() == Some(&spec)) {
                None => Change::Add,
                Some(false) => Change::Change,
                Some(true) => {
                    work.plan.same += 1;
                    continue;
                }
            };
            work.plan.changes.insert(target.name.clone(), change);
            self.turn(&mut work, &target.name, &spec, &mut load, now);
        }
        let names: BTreeSet<&str> = wanted.iter().map(|target| target.name.as_str()).collect();
        for name in self.said.keys().filter(|name| !names.contains(name.as_str())) {
            work.plan.changes.insert(name.clone(), Change::Remove);
            work.dropped.extend(self.of(name));
        }
        work
    }

    /// What becomes of a target that says `spec` now.
    fn turn<'a>(
        &'a self,
        work: &mut Work<'a>,
        name: &'a str,
        spec: &Spec,
        load: &mut HashMap<String, usize>,
        now: Millis,
    ) {
        let (old, last) = (self.of(name), self.said.get(name).and_then(Option::as_ref));
        let gone = old.iter().filter(|course| !spec.takes().any(|take| take.as_str() == course.take));
        work.dropped.extend(gone);
        let profile = profile_of(spec, old, load);
        let is_held = spec.paused || self.held.contains(name);
        let is_about_others = last.is_none_or(|last| !last.asks_as(spec));
        for take in spec.takes() {
            let course = old.iter().find(|course| course.take == take.as_str());
            // Another login sees other records, so its round begins anew too.
            let same = course.filter(|course| !is_about_others && course.profile == profile);
            let moment = if is_held { NEVER } else { due(spec, same, last, now) };
            work.courses.push((name, take, profile.clone(), moment));
            if same.is_none() {
                work.anew.extend(course);
            }
            if !is_held && last.is_some_and(|last| last.paused) {
                work.freed.extend(same);
            }
            if !is_held && same.is_none() {
                let (target, spec, profile) = (name.to_owned(), spec.clone(), profile.clone());
                work.plan.rounds.push(Round { target, spec, take, profile });
            }
        }
        work.said.push((name, spec.to_text()));
    }

    fn of(&self, name: &str) -> &[Course] {
        self.courses.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// How much each profile has to do.
    fn load(&self) -> HashMap<String, usize> {
        let mut load = HashMap::new();
        for course in self.courses.values().flatten() {
            *load.entry(course.profile.clone()).or_default() += 1;
        }
        load
    }
}

/// When it is next: at once when it is new or about other records, else when it would have been, by what the target says
/// now.
fn due(spec: &Spec, course: Option<&Course>, last: Option<&Spec>, now: Millis) -> Millis {
    let Some(course) = course else { return within_hours(spec, now) };
    if last.is_some_and(|last| last.comes_as(spec)) {
        return Millis(course.next_at);
    }
    let since = course.ended_at.map(|at| next(spec, Millis(at)));
    since.unwrap_or_else(|| within_hours(spec, now)).max(now)
}

/// In whose name a target goes: as before if it still may, else by the profile that has the least to do.
fn profile_of(spec: &Spec, courses: &[Course], load: &mut HashMap<String, usize>) -> String {
    let before = courses.first().map(|course| &course.profile).filter(|profile| spec.profiles.contains(profile));
    let least = || spec.profiles.iter().min_by_key(|profile| load.get(*profile).copied().unwrap_or(0));
    let profile = before.or_else(least).cloned().unwrap_or_default();
    *load.entry(profile.clone()).or_default() += spec.take.len();
    profile
}

#[cfg(test)]
mod tests;
