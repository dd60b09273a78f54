//! Crawls one round of one thing that is taken of a target.
//!
//! A page's records, the numbers of that moment, and where the round stands are one transaction, so a round that is cut
//! anywhere goes on where it was. Twice is no harm: the same records are kept once, and a list is swept only of what the
//! round itself has not met.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::brief::Brief;
use super::keeper::{Keeper, Page};
use super::leg::Leg;
use super::round::Round;
use super::settle::Asked;
use super::turn::{Stopped, end, turn};
use crate::ambient::Clock;
use crate::config::Current;
use crate::crawl::source::{Ask, Source};
use crate::domain::{Class, Millis, Miss, Next, Take};
use crate::observe::Metrics;
use crate::observe::metric::{CRAWL_DOUBTS, CRAWL_PAGES, CRAWL_RECORDS};
use crate::platform::douyin::link::Kind;
use crate::platform::douyin::mode::{Haul, Standing};
use crate::queue::{Job, Lease, Lost, Settled};
use crate::store::crawl::targets::CourseName;
use crate::store::crawl::{creators, posts, raw, targets};
use crate::store::{self, Store};
use crate::target::{Changes, Spec, Subject, has, lane, subject_of};

/// The kind of these jobs.
pub(in crate::crawl) const KIND: &str = "crawl";
/// How long a round waits while its target is paused. `resume` ends the wait.
const PAUSED: Duration = Class::LONGEST_WAIT;
/// A run that takes longer goes on in another, so that others have their turn.
const TURN: Duration = Duration::from_mins(20);
/// How often the page of one post is asked for before the round goes on without it.
const CHECKS: i64 = 3;

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

/// What it works with.
#[derive(Clone)]
pub struct Tools {
    /// Where records are kept.
    pub store: Store,
    /// Who keeps pages there.
    pub keeper: Keeper,
    /// Where pages come from.
    pub source: Arc<dyn Source>,
    /// Whether targets have changed meanwhile.
    pub changes: Changes,
    /// The settings now.
    pub current: Current,
    /// The numbers.
    pub metrics: Metrics,
    /// Time.
    pub clock: Clock,
}

impl Job for Crawl {
    const KIND: &'static str = KIND;
    const LIMIT: Duration = Duration::from_hours(1);
    type Tools = Tools;

    fn lane(&self) -> String {
        let take = Take::read(&self.take);
        take.map_or_else(|| "douyin/crawl".to_owned(), |take| lane(&self.profile, take))
    }

    fn target(&self) -> String {
        self.target.clone()
    }

    async fn run(self, tools: &Tools, lease: &Lease) -> Result<Settled, Miss> {
        let ended = Box::pin(self.go(tools, lease)).await;
        if let Err(miss) = &ended
            && is_failure(miss)
        {
            let (target, take, class, said) = (self.target.clone(), self.take.clone(), miss.class, miss.error.clone());
            let noted = lease.write::<_, Stopped, _>(move |tx| {
                Box::pin(async move {
                    let course = CourseName { target: &target, take: &take };
                    Ok(targets::missed(tx, course, class, &said).await?)
                })
            });
            match noted.await {
                // It is not ours to tell how the round of somebody else goes.
                Ok(()) | Err(Stopped::Lost(Lost::Fence)) => {}
                Err(why) => return Err(why.into()),
            }
        }
        ended
    }
}

/// Whether a miss is a failure of the round, and not a wait. The network comes back by itself, so it is waited for.
const fn is_failure(miss: &Miss) -> bool {
    match miss.next {
        Next::Retry | Next::Dead | Next::Finish => true,
        Next::KeepTrying | Next::Wait | Next::AwaitSpace | Next::CloseLane | Next::AskPerson => false,
    }
}

/// The pages that a round has read whose job remembers this.
pub(in crate::crawl) fn pages_of(progress: &str) -> Option<u64> {
    serde_json::from_str::<Round>(progress).ok().map(|round| round.pages)
}

/// Whether a round that has read a page may read the next.
enum Still {
    Wanted,
    Paused,
    /// The target was removed, or asks for something else, or in another name.
    Unwanted,
}

impl Crawl {
    async fn go(&self, tools: &Tools, lease: &Lease) -> Result<Settled, Miss> {
        let mut seen = tools.changes.count();
        let Some(brief) = self.brief(tools, lease).await?.map(Arc::new) else { return Ok(self.left()) };
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
                Ok(haul) => {
                    let sent = haul.raw.iter().map(|text| raw::pack(text)).collect();
                    let page = Page { lease: lease.clone(), brief: brief.clone(), round, haul, sent };
                    tools.keeper.keep(page).await?
                }
                // What is no more, or shown to nobody, is an answer and no failure.
                Err(miss) if matches!(miss.class, Class::Gone | Class::Private) => {
                    pass(lease, &brief, round, miss).await?
                }
                // A post whose own page cannot be read stays as it is known, and a counter that cannot is unknown.
                Err(miss) if miss.class == Class::Schema && is_single(&round) && lease.attempt() >= CHECKS => {
                    pass(lease, &brief, round, miss).await?
                }
                Err(miss) => return Err(miss),
            };
            tools.metrics.add(CRAWL_RECORDS, [self.take.as_str()], round.fresh - before);
            if round.is_over {
                break;
            }
            // Another process may change targets, too, where the database is shared.
            let changes = tools.changes.count();
            if tools.store.is_shared() || std::mem::replace(&mut seen, changes) != changes {
                match self.still(tools, &brief).await? {
                    Still::Wanted => {}
                    Still::Paused => return Err(self.paused()),
                    Still::Unwanted => return Ok(self.left()),
                }
            }
            if tools.clock.steady() >= until {
                let said = "it goes on in a moment: others have their turn";
                return Err(Miss::waiting(Class::Local, Duration::from_secs(1), said));
            }
        }
        tools.metrics.add(CRAWL_DOUBTS, [self.take.as_str()], round.doubts.lists);
        let Round { found, fresh, changed, gone, pages, class, doubts, .. } = &round;
        Ok(Settled::Done(json!({
            "target": self.target, "take": self.take, "class": class, "found": found, "fresh": fresh, "changed": changed,
            "gone": gone, "pages": pages, "doubtful": doubts.lists,
        })))
    }

    /// The end of a round that nobody wants any more.
    fn left(&self) -> Settled {
        Settled::Done(json!({"target": self.target, "left": "it is taken no more"}))
    }

    /// The wait of a round whose target is paused.
    fn paused(&self) -> Miss {
        let name = &self.target;
        Miss::waiting(Class::Local, PAUSED, format!("the target `{name}` is paused: `radard target resume {name}`"))
    }

    async fn read(&self, tools: &Tools) -> Result<Option<(targets::Target, targets::Course)>, Miss> {
        let (name, take) = (self.target.clone(), self.take.clone());
        let read = tools.store.read::<_, store::Error, _>(move |tx| {
            Box::pin(async move { Ok((targets::target(tx, &name).await?, targets::course(tx, &name, &take).await?)) })
        });
        let (target, course) = read.await?;
        let target = target.filter(|target| target.removed_at.is_none());
        // A round in another name would mix what two logins see.
        let is_ours = |course: &targets::Course| course.reread_as.as_ref().unwrap_or(&course.profile) == &self.profile;
        Ok(target.zip(course).filter(|(_, course)| course.profile == self.profile || is_ours(course)))
    }

    /// Whether the target still wants what this round began with.
    async fn still(&self, tools: &Tools, brief: &Brief) -> Result<Still, Miss> {
        let said = self.read(tools).await?.and_then(|(target, _)| Some((Spec::read(&target.said)?, target.paused_at)));
        Ok(match said {
            Some((spec, paused_at)) if spec.asks_as(&brief.spec) => {
                if spec.paused || paused_at.is_some() {
                    Still::Paused
                } else {
                    Still::Wanted
                }
            }
            Some(_) | None => Still::Unwanted,
        })
    }

    /// What is to be done; nothing when it is taken no more.
    async fn brief(&self, tools: &Tools, lease: &Lease) -> Result<Option<Brief>, Miss> {
        let take = Take::read(&self.take);
        let Some(((target, course), take)) = self.read(tools).await?.zip(take) else { return Ok(None) };
        let spec = Spec::read(&target.said).ok_or_else(|| {
            Miss::new(Class::Local, "the target was written down by another version: save the queue file once more")
        })?;
        if self.about.as_ref().is_some_and(|about| *about != spec.about()) {
            return Ok(None);
        }
        if spec.paused || target.paused_at.is_some() {
            return Err(self.paused());
        }
        let page = self.page(tools, &target, &spec).await?;
        if let Some((kind, _)) = &page
            && !has(*kind, take)
        {
            let said = format!("the link leads to a {kind}, which has no `{}`", take.as_str());
            return Err(Miss::new(Class::Schema, said));
        }
        let now = tools.store.now();
        let settings = tools.current.now();
        let most_checks = u64::try_from(settings.crawl.most_checks).unwrap_or(u64::MAX);
        // Behind an incremental read that was not finished, and a read that is doubted, nothing may be relied on.
        let is_cut = course.begun.as_ref().is_some_and(|begun| begun != lease.key());
        let is_old = course.full_at.is_none_or(|at| now.since(Millis(at)) >= settings.crawl.full_every);
        let is_full_due = is_old || is_cut || course.doubted_at.is_some();
        let (key, target, profile) = (lease.key().to_owned(), self.target.clone(), self.profile.clone());
        Ok(Some(Brief { key, target, profile, spec, take, page, course, is_full_due, most_checks }))
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
    let standing = Standing { progress: round.walk.clone(), raw: tools.current.now().crawl.raw };
    let profile = Some(brief.profile.as_str()).filter(|profile| !profile.is_empty());
    let lane = lane(&brief.profile, brief.take);
    let ask = Ask { lane: &lane, profile, order: &order, wants: about.wants(&round.leg), standing };
    tools.source.haul(ask).await
}

/// Whether the round asks for a single page that tells more about a list.
fn is_single(round: &Round) -> bool {
    matches!(round.leg, Leg::Check { .. } | Leg::Counter { .. })
}

/// Goes on behind what is deleted, private, or unreadable.
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
                (Leg::Check { post }, _) if matches!(miss.class, Class::Gone | Class::Private) => {
                    posts::gone(tx, post, miss.class).await?;
                    round.gone += 1;
                    round.check(false);
                }
                (Leg::Counter { .. }, _) => {
                    let is_closed = matches!(miss.class, Class::Gone | Class::Private);
                    let asked = if is_closed { Asked::Closed } else { Asked::Answered };
                    turn(tx, &brief, &mut round, asked).await?;
                    return Ok(round);
                }
                // What was not shown below a post that is refused is not gone.
                (Leg::Comments { .. } | Leg::Replies { .. }, _) => round.cut(),
                (Leg::Check { post }, _) => round.skip_check(post.clone()),
                (Leg::Newest | Leg::Folder { .. }, _) => {}
            }
            turn(tx, &brief, &mut round, Asked::NotYet).await?;
            Ok(round)
        })
    });
    Ok(passed.await?)
}
