//! What comes behind a page: the next list of its round, or the round's end.

use super::brief::Brief;
use super::round::Round;
use crate::config::Take;
use crate::crawl::spec::Spec;
use crate::domain::Class;
use crate::queue::{Lost, Miss};
use crate::store::crawl::listed;
use crate::store::crawl::targets::{self, Round as Ended};
use crate::store::{self, Tx, alarms};

/// The alarm about what used to find something and finds nothing.
pub(in crate::crawl) const SILENT: &str = "target_silent";

/// What stops a transaction of a round.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Stopped {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Lost(#[from] Lost),
}

impl Stopped {
    /// Whether it is about the store, whatever was to be kept.
    pub(super) const fn is_of_the_store(&self) -> bool {
        match self {
            Self::Store(error) | Self::Lost(Lost::Store(error)) => !matches!(error, store::Error::Statement { .. }),
            Self::Lost(Lost::Fence) => false,
        }
    }
}

impl From<Stopped> for Miss {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Store(error) => error.into(),
            Stopped::Lost(lost) => lost.into(),
        }
    }
}

/// Turns to the next list of a round, or ends it.
pub(super) async fn turn(tx: &mut Tx, brief: &Brief, round: &mut Round) -> Result<(), Stopped> {
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
pub(super) async fn end(tx: &mut Tx, brief: &Brief, round: &mut Round, miss: Option<&Miss>) -> Result<(), Stopped> {
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
