//! How what is taken of a target stands, in a word and in numbers.

use std::collections::{BTreeMap, HashMap};

use super::cost::pages;
use super::phase::{Outlook, Phase, Seen, WaitsFor, waits_for_posts};
use super::serving::{Served, Wanted};
use super::spec::Spec;
use super::subject::subject_of;
use super::times::NEVER;
use crate::domain::{Class, Millis, Take};
use crate::pace::{Pace, account};
use crate::platform::douyin::link::Kind;
use crate::store::crawl::targets::{self, Course, Target};
use crate::store::gates::{self, Gate, Scope};
use crate::store::jobs::{self, Outline, Waiting};
use crate::store::stops::{self, Stopped};
use crate::store::{Error, Tx};

/// How something that is taken stands; what a person should see first comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Its round waits for a login or for another act of a person.
    NeedsPerson,
    /// It used to find something and finds nothing any more.
    Silent,
    /// Its last round did not end well, or an attempt of the present one failed.
    Missed,
    /// Its list shrank so much that the last read is not believed yet.
    Doubted,
    /// Its round waits for something that comes by itself.
    Waiting,
    /// Its round reads pages.
    Running,
    /// It has not ended a round yet.
    New,
    /// Its last round went well.
    Ok,
    /// A person holds it back.
    Paused,
}

impl State {
    /// Each of them.
    pub const ALL: [Self; 9] = [
        Self::New,
        Self::Ok,
        Self::Running,
        Self::Waiting,
        Self::NeedsPerson,
        Self::Missed,
        Self::Doubted,
        Self::Silent,
        Self::Paused,
    ];

    /// How `course` stands, whose round does this.
    fn of(course: &Course, outlook: &Outlook) -> Self {
        use WaitsFor::{Lane, Local, Login, Network, Person, Posts, RateLimit, Retry};
        let is_silent = course.silent_at.is_some();
        match (outlook.phase, outlook.waits_for) {
            (Phase::Paused, _) => Self::Paused,
            (Phase::Waiting, Some(Login | Person)) => Self::NeedsPerson,
            (Phase::Waiting | Phase::Running | Phase::Queued | Phase::Resting, _) if is_silent => Self::Silent,
            (Phase::Waiting, Some(Retry)) => Self::Missed,
            (Phase::Waiting, Some(RateLimit | Network | Local | Lane | Posts) | None) => Self::Waiting,
            (Phase::Running, _) => Self::Running,
            (Phase::Queued | Phase::Resting, _) => match outlook.class {
                None => Self::New,
                Some(Class::Ok) if course.doubted_at.is_some() => Self::Doubted,
                Some(Class::Ok) => Self::Ok,
                Some(_) => Self::Missed,
            },
        }
    }

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeedsPerson => "needs_person",
            Self::Silent => "silent",
            Self::Missed => "missed",
            Self::Doubted => "doubted",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::New => "new",
            Self::Ok => "ok",
            Self::Paused => "paused",
        }
    }
}

/// Something that is taken of a target, and how it stands.
#[derive(Debug, Clone)]
pub struct Taken {
    /// What is stored of it.
    pub course: Course,
    /// What its round does.
    pub outlook: Outlook,
    /// Both in a word.
    pub state: State,
    /// The kind of job that does its rounds.
    pub kind: &'static str,
}

/// A target that stands in the queue file, and what is taken of it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The target.
    pub target: Target,
    /// Whether a person, or the file, holds it back.
    pub is_paused: bool,
    /// What is taken of it.
    pub takes: Vec<Taken>,
}

/// The page that a target is about, as far as it is known.
pub fn page_of(target: &Target) -> Option<(Kind, String)> {
    let spec = Spec::read(&target.said)?;
    subject_of(&target.name, spec.url(), target.subject.as_deref()).ok()?.page()
}

/// Every target by its name, or the one of this name. With `pace` the pages of running rounds are estimated, and when
/// their next requests may go.
pub async fn standing(
    tx: &mut Tx,
    served: &Served,
    pace: Option<&Pace>,
    name: Option<&str>,
) -> Result<Vec<Standing>, Error> {
    let is_meant = |known: &str| name.is_none_or(|name| name == known);
    let mut courses: BTreeMap<String, Vec<Course>> = BTreeMap::new();
    for course in targets::courses(tx).await?.into_iter().filter(|course| is_meant(&course.target)) {
        courses.entry(course.target.clone()).or_default().push(course);
    }
    let rounds = Rounds::of(tx, served, &courses).await?;
    let all = targets::targets(tx).await?.into_iter();
    let all = all.filter(|target| target.removed_at.is_none() && is_meant(&target.name));
    let mut standing = Vec::new();
    for target in all {
        let spec = Spec::read(&target.said);
        let is_paused = target.paused_at.is_some() || spec.as_ref().is_some_and(|spec| spec.paused);
        let courses = courses.remove(&target.name).unwrap_or_default();
        let outlooks: Vec<_> = courses.iter().map(|course| rounds.outlook(course, &courses, is_paused)).collect();
        let mut takes = Vec::with_capacity(courses.len());
        for (course, outlook) in courses.into_iter().zip(outlooks) {
            let (state, kind) = (State::of(&course, &outlook), served.kind_of(&course.take));
            let mut one = Taken { course, outlook, state, kind };
            if let Some(spec) = spec.as_ref().filter(|_| pace.is_some()) {
                one.outlook.pages_about = pages_about(tx, served, spec, &one).await?;
            }
            takes.push(one);
        }
        standing.push(Standing { target, is_paused, takes });
    }
    if let Some(pace) = pace {
        foretell(tx, pace, &rounds, &mut standing).await?;
    }
    standing.sort_by(|a, b| a.target.name.cmp(&b.target.name));
    Ok(standing)
}

/// The latest rounds of what is taken, and what keeps them from being run.
struct Rounds<'a> {
    served: &'a Served,
    jobs: HashMap<String, Outline>,
    /// The gate before each lane that is shut.
    lanes: HashMap<String, Gate>,
    /// The gate before each kind that is shut.
    kinds: HashMap<String, Gate>,
    /// What holds back everything of an account, or of the guests, after a captcha or a block.
    risks: HashMap<String, Gate>,
    now: Millis,
}

impl<'a> Rounds<'a> {
    async fn of(tx: &mut Tx, served: &'a Served, courses: &BTreeMap<String, Vec<Course>>) -> Result<Self, Error> {
        let mut jobs = HashMap::new();
        for server in served.all() {
            let own = courses.values().flatten().filter(|course| served.kind_of(&course.take) == server.kind);
            let keys: Vec<&str> = own.filter_map(|course| course.job.as_deref()).collect();
            let found = jobs::outlines(tx, server.kind, &keys).await?;
            jobs.extend(found.into_iter().map(|job| (job.key.clone(), job)));
        }
        let now = tx.now();
        let shut = gates::list(tx).await?.into_iter();
        let shut = shut.filter(|gate| gate.paused || gate.open_at.is_some_and(|at| at > now.0));
        let (kinds, lanes): (Vec<_>, Vec<_>) = shut.partition(|gate| gate.scope == Scope::Kind);
        let stopped = stops::list_by_the_wall(tx).await?.into_iter();
        let is_risk = |stop: &Stopped| stop.class == Class::Risk && stop.until > now.0;
        let risks = stopped.filter(is_risk).map(|stop| (stop.subject.clone(), gate_of(&stop))).collect();
        let by_name = |gates: Vec<Gate>| gates.into_iter().map(|gate| (gate.name.clone(), gate)).collect();
        Ok(Self { served, jobs, lanes: by_name(lanes), kinds: by_name(kinds), risks, now })
    }

    fn job(&self, course: &Course) -> Option<&Outline> {
        self.jobs.get(course.job.as_ref()?)
    }

    /// What the round of `course` does, which is one of `all` of its target.
    fn outlook(&self, course: &Course, all: &[Course], is_paused: bool) -> Outlook {
        let (job, now) = (self.job(course), self.now);
        let server = self.served.of(&course.take);
        let lane = job.and_then(|job| self.lanes.get(&job.lane));
        // The lane itself only knows that it must wait.
        let risk = match lane.and_then(|lane| lane.subject.as_ref()) {
            Some(subject) => self.risks.get(subject),
            None => self.risks.get(&account(&course.profile)),
        };
        let gate = server.and_then(|server| self.kinds.get(server.kind)).or(risk).or(lane);
        let pages = server.zip(job).and_then(|(server, job)| (server.pages_read)(job.progress.as_deref()?));
        let is_paused = is_paused || course.next_at == NEVER.0;
        let outlook = Outlook::of(Seen { course, is_paused, job, pages, gate, now });
        let posts = all.iter().find(|other| other.take == Take::Posts.as_str());
        let posts = posts.filter(|_| course.take == Take::Comments.as_str() && outlook.phase == Phase::Resting);
        if posts.is_some_and(|posts| waits_for_posts(course, posts, self.job(posts), now)) {
            return Outlook { phase: Phase::Waiting, waits_for: Some(WaitsFor::Posts), ..outlook };
        }
        outlook
    }
}

/// A stop as a gate before every lane of its account.
fn gate_of(stop: &Stopped) -> Gate {
    Gate {
        scope: Scope::Lane,
        name: stop.lane.clone(),
        paused: false,
        open_at: Some(stop.until),
        class: Some(stop.class),
        reason: Some(format!("{} is stopped: {}", stop.subject, stop.reason)),
        subject: Some(stop.subject.clone()),
        updated_at: stop.since,
    }
}

/// About how many pages a running round reads: known for the first round, which reads all of its list. A later one stops
/// where nothing new can follow.
async fn pages_about(tx: &mut Tx, served: &Served, spec: &Spec, taken: &Taken) -> Result<Option<u64>, Error> {
    let Taken { course, outlook, .. } = taken;
    let take = Take::read(&course.take);
    let has_begun = outlook.phase == Phase::Running || outlook.page > Some(1);
    let Some(take) = take.filter(|_| has_begun && course.full_at.is_none()) else { return Ok(None) };
    let wanted = Wanted { target: &course.target, spec, take, profile: &course.profile };
    let about = pages(tx, served, wanted).await?;
    Ok(about.filter(|about| outlook.page.is_some_and(|page| page <= *about)))
}

/// Tells when the next request of each running round may go, where its job does not say it.
async fn foretell(tx: &mut Tx, pace: &Pace, rounds: &Rounds<'_>, standing: &mut [Standing]) -> Result<(), Error> {
    let is_open = |taken: &&mut Taken| taken.outlook.phase == Phase::Running && taken.outlook.waits_for.is_none();
    let open: Vec<_> = standing.iter_mut().flat_map(|of| &mut of.takes).filter(is_open).collect();
    let lane = |taken: &Taken| rounds.job(&taken.course).map(|job| job.lane.clone());
    let one = Waiting { due: 1, resting: 0 };
    let lanes: BTreeMap<_, _> = open.iter().filter_map(|taken| Some((lane(taken)?, one))).collect();
    if lanes.is_empty() {
        return Ok(());
    }
    let told = pace.forecast(tx, &lanes).await?;
    for taken in open {
        let next = lane(taken).and_then(|lane| Some(told.get(&lane)?.next_at)).filter(|at| *at > rounds.now);
        taken.outlook.next_request_at = next;
    }
    Ok(())
}
