//! Crawls one round of one thing that is taken of a target.
//!
//! A page's records, the numbers of that moment, and where the round stands are one transaction, so a round that is cut
//! anywhere goes on where it was. Twice is no harm: the same records are kept once, and a list is swept only of what the
//! round itself has not met.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::leg::{About, Leg};
use super::round::Round;
use crate::ambient::Clock;
use crate::config::Take;
use crate::crawl::keep::{keep, keep_raw, maker};
use crate::crawl::plan::lane;
use crate::crawl::source::{Ask, Source};
use crate::crawl::spec::Spec;
use crate::crawl::subject::{Subject, has, subject_of};
use crate::domain::{Class, Millis};
use crate::observe::Metrics;
use crate::observe::metric::{CRAWL_PAGES, CRAWL_RECORDS};
use crate::platform::douyin::link::Kind;
use crate::platform::douyin::mode::{Haul, Standing};
use crate::queue::{Job, Lease, Lost, Miss, Settled};
use crate::store::crawl::targets::{self, Course, Round as Ended};
use crate::store::crawl::{creators, listed, posts, raw};
use crate::store::{self, Store, Tx, alarms};

/// The alarm about what used to find something and finds nothing.
pub(in crate::crawl) const SILENT: &str = "target_silent";
/// A run that takes longer goes on in another, so that others have their turn.
const TURN: Duration = Duration::from_mins(20);

/// Take `take` of the target once more.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crawl {
    target: String,
    take: String,
    #[serde(default)]
    profile: String,
    /// What the target was about when this was sent.
    #[serde(default)]
    about: Option<String>,
}

/// What the settings say about it.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// All of a list is read at least this often.
    pub full_every: Duration,
    /// Whether what the site sent is kept, too.
    pub raw: bool,
}

/// What it works with.
#[derive(Clone)]
pub struct Tools {
    /// Where records are kept.
    pub store: Store,
    /// Where pages come from.
    pub source: Arc<dyn Source>,
    /// The settings now.
    pub settings: Arc<dyn Fn() -> Settings + Send + Sync>,
    /// The numbers.
    pub metrics: Metrics,
    /// Time.
    pub clock: Clock,
}

impl Job for Crawl {
    const KIND: &'static str = "crawl";
    const LIMIT: Duration = Duration::from_hours(1);
    type Tools = Tools;

    fn lane(&self) -> String {
        let take = Take::ALL.into_iter().find(|take| take.as_str() == self.take);
        take.map_or_else(|| "douyin/crawl".to_owned(), |take| lane(&self.profile, take))
    }

    fn target(&self) -> String {
        self.target.clone()
    }

    async fn run(self, tools: &Tools, lease: &Lease) -> Result<Settled, Miss> {
        let ended = Box::pin(self.go(tools, lease)).await;
        if let Err(miss) = &ended {
            let (target, take, class, said) = (self.target.clone(), self.take.clone(), miss.class, miss.error.clone());
            let noted = tools.store.write::<_, store::Error, _>(move |tx| {
                Box::pin(async move { targets::missed(tx, (&target, &take), (class, &said)).await })
            });
            noted.await?;
        }
        ended
    }
}

/// What a job finds before it begins.
struct Brief {
    target: String,
    profile: String,
    spec: Spec,
    take: Take,
    page: Option<(Kind, String)>,
    course: Course,
    /// Whether all of the list is to be read this time.
    is_full_due: bool,
}

impl Brief {
    fn about(&self) -> About<'_> {
        let page = self.page.as_ref().map(|(kind, id)| (*kind, id.as_str()));
        About { take: self.take, page, profile: &self.profile, spec: &self.spec }
    }

    /// What of it is known, when that may be relied on.
    fn known(&self) -> Option<&Course> {
        Some(&self.course).filter(|_| !self.is_full_due && self.course.full_at.is_some())
    }
}

/// What stops a transaction of a round.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Lost(#[from] Lost),
}

impl From<Stopped> for Miss {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Store(error) => error.into(),
            Stopped::Lost(lost) => lost.into(),
        }
    }
}

impl Crawl {
    async fn go(&self, tools: &Tools, lease: &Lease) -> Result<Settled, Miss> {
        let Some(brief) = self.brief(tools).await?.map(Arc::new) else {
            return Ok(Settled::Done(json!({"target": self.target, "left": "it is taken no more"})));
        };
        let mut round = match lease.remembered::<Round>() {
            Some(round) => round,
            None => Round::new(tools.store.now(), brief.about().first(), &brief.about()),
        };
        let until = tools.clock.steady() + TURN;
        while !round.is_over {
            let asked = ask(tools, &brief, &round).await;
            let class = asked.as_ref().map_or_else(|miss| miss.class, |_| Class::Ok);
            tools.metrics.add(CRAWL_PAGES, [self.take.as_str(), class.as_str()], 1u64);
            let before = round.fresh;
            round = match asked {
                Ok(haul) => take(lease, &brief, round, haul).await?,
                // What is no more, or shown to nobody, is an answer and no failure.
                Err(miss) if matches!(miss.class, Class::Gone | Class::Private) => {
                    pass(lease, &brief, round, miss).await?
                }
                Err(miss) => return Err(miss),
            };
            tools.metrics.add(CRAWL_RECORDS, [self.take.as_str()], round.fresh - before);
            if !round.is_over && tools.clock.steady() >= until {
                let said = "it goes on in a moment: others have their turn";
                return Err(Miss::waiting(Class::Local, Duration::from_secs(1), said));
            }
        }
        let Round { found, fresh, changed, gone, pages, class, .. } = &round;
        Ok(Settled::Done(json!({
            "target": self.target, "take": self.take, "class": class, "found": found, "fresh": fresh, "changed": changed,
            "gone": gone, "pages": pages,
        })))
    }

    /// What is to be done; nothing when it is taken no more.
    async fn brief(&self, tools: &Tools) -> Result<Option<Brief>, Miss> {
        let (name, take) = (self.target.clone(), self.take.clone());
        let read = tools.store.read::<_, store::Error, _>(move |tx| {
            Box::pin(async move { Ok((targets::target(tx, &name).await?, targets::course(tx, &name, &take).await?)) })
        });
        let (target, course) = read.await?;
        let target = target.filter(|target| target.removed_at.is_none());
        let take = Take::ALL.into_iter().find(|take| take.as_str() == self.take);
        let Some(((target, course), take)) = target.zip(course).zip(take) else { return Ok(None) };
        let spec = Spec::read(&target.said).ok_or_else(|| {
            Miss::new(Class::Local, "the target was written down by another version: save the queue file once more")
        })?;
        if self.about.as_ref().is_some_and(|about| *about != spec.about()) {
            return Ok(None);
        }
        let page = self.page(tools, &target, &spec).await?;
        if let Some((kind, _)) = &page
            && !has(*kind, take)
        {
            let said = format!("the link leads to a {kind}, which has no `{}`", take.as_str());
            return Err(Miss::new(Class::Schema, said));
        }
        let now = tools.store.now();
        let full_every = (tools.settings)().full_every;
        let is_full_due = course.full_at.is_none_or(|at| now.since(Millis(at)) >= full_every);
        let (target, profile) = (self.target.clone(), self.profile.clone());
        Ok(Some(Brief { target, profile, spec, take, page, course, is_full_due }))
    }

    /// What the target is about; a short link is asked once where it leads.
    async fn page(&self, tools: &Tools, target: &targets::Target, spec: &Spec) -> Result<Option<(Kind, String)>, Miss> {
        match subject_of(&self.target, spec.url.as_deref(), target.subject.as_deref()) {
            Ok(Subject::Nobody) => Ok(None),
            Ok(Subject::Page(kind, id)) => Ok(Some((kind, id))),
            Ok(Subject::Short(url)) => {
                let (kind, id) = tools.source.resolve(&url).await?;
                let (name, subject) = (self.target.clone(), format!("{kind}/{id}"));
                let noted = tools.store.write::<_, store::Error, _>(move |tx| {
                    Box::pin(async move { targets::found_out(tx, &name, &subject).await })
                });
                noted.await?;
                Ok(Some((kind, id)))
            }
            Err((what, _)) => Err(Miss::new(Class::Schema, what)),
        }
    }
}

async fn ask(tools: &Tools, brief: &Brief, round: &Round) -> Result<Haul, Miss> {
    let about = brief.about();
    let order = about.order(&round.leg);
    let standing = Standing { progress: round.walk.clone(), raw: (tools.settings)().raw };
    let profile = Some(brief.profile.as_str()).filter(|profile| !profile.is_empty());
    let lane = lane(&brief.profile, brief.take);
    let ask = Ask { lane: &lane, profile, order: &order, wants: about.wants(&round.leg), standing };
    tools.source.haul(ask).await
}

/// Keeps a page, and turns to what comes behind it.
async fn take(lease: &Lease, brief: &Arc<Brief>, mut round: Round, haul: Haul) -> Result<Round, Miss> {
    let brief = brief.clone();
    let sent: Vec<Vec<u8>> = haul.raw.iter().map(|text| raw::pack(text)).collect();
    let kept = lease.step::<_, Stopped, _>(move |tx| {
        Box::pin(async move {
            let about = brief.about();
            round.is_at(tx.now());
            let met = keep(tx, &haul.rows, &about.shelf(&round.leg), round.maker.take()).await?;
            round.maker = maker(&haul.rows);
            keep_raw(tx, &haul.rows, &sent).await?;
            if let Leg::Check { post } = &round.leg {
                posts::seen(tx, post).await?;
            }
            round.take(&haul, met, (&about, brief.known()));
            if round.leg_is_over() {
                turn(tx, &brief, &mut round).await?;
            }
            Ok(round)
        })
    });
    Ok(kept.await?)
}

/// Goes on behind what is no more, or shown to nobody.
async fn pass(lease: &Lease, brief: &Arc<Brief>, mut round: Round, miss: Miss) -> Result<Round, Miss> {
    let brief = brief.clone();
    let passed = lease.step::<_, Stopped, _>(move |tx| {
        Box::pin(async move {
            round.is_at(tx.now());
            match (&round.leg, &brief.page) {
                (Leg::Whole, page) => {
                    if let (Some((Kind::User, id)), Take::Profile) = (page, brief.take) {
                        creators::gone(tx, id, miss.class).await?;
                    }
                    end(tx, &brief, &mut round, Some(&miss)).await?;
                    return Ok(round);
                }
                (Leg::Check { post }, _) => {
                    posts::gone(tx, post, miss.class).await?;
                    round.gone += 1;
                }
                (Leg::Newest | Leg::Comments { .. } | Leg::Replies { .. } | Leg::Folder { .. }, _) => {}
            }
            turn(tx, &brief, &mut round).await?;
            Ok(round)
        })
    });
    Ok(passed.await?)
}

/// Turns to the next list of a round, or ends it.
async fn turn(tx: &mut Tx, brief: &Brief, round: &mut Round) -> Result<(), Stopped> {
    let about = brief.about();
    let list = about.shelf(&round.leg).list;
    if let Some((list, owner)) = list.filter(|_| about.is_whole() && round.leg_is_whole()) {
        let gone = listed::sweep(tx, (list, &owner), round.began).await?;
        round.gone += u64::try_from(gone).unwrap_or(0);
    }
    match about.behind(tx, &round.leg, round.behind()).await? {
        Some(leg) => round.turn(leg),
        None => end(tx, brief, round, None).await?,
    }
    Ok(())
}

/// Ends a round: how it went, what is whole now; and a target that found something is silent no more.
async fn end(tx: &mut Tx, brief: &Brief, round: &mut Round, miss: Option<&Miss>) -> Result<(), Stopped> {
    let course = (brief.target.as_str(), brief.take.as_str());
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let is_posts = brief.take == Take::Posts && miss.is_none();
    let ended = Ended {
        class: miss.map_or(Class::Ok, |miss| miss.class),
        said: miss.map(|miss| miss.error.as_str()),
        found: count(round.found),
        fresh: count(round.fresh),
        is_full: miss.is_none() && round.is_full(),
        whole: if is_posts { round.complete(&brief.course) } else { None },
    };
    let said = targets::target(tx, &brief.target).await?.and_then(|target| Spec::read(&target.said));
    // Where the target is about something else by now, this says nothing of it.
    if said.is_some_and(|spec| spec.about() == brief.spec.about()) {
        targets::ended(tx, course, ended).await?;
    }
    if round.found > 0 && brief.course.silent_at.is_some() {
        alarms::close(tx, SILENT, &format!("{}/{}", course.0, course.1)).await?;
    }
    round.is_over = true;
    ended.class.as_str().clone_into(&mut round.class);
    Ok(())
}
