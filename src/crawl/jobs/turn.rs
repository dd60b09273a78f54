//! What comes behind a page: the next list of its round, or the round's end.

use std::time::Duration;

use super::brief::Brief;
use super::doubt::APART;
use super::leg::{Behind, Leg};
use super::round::Round;
use super::settle::{Asked, Follows, settle};
use crate::domain::{AlarmName, Class, Miss, Take};
use crate::queue::Lost;
use crate::store::alarms::{Raise, Severity};
use crate::store::crawl::doubts;
use crate::store::crawl::targets::{self, Reread, Round as Ended};
use crate::store::{self, Tx, alarms};
use crate::target::{NEVER, REREAD, Spec, next, within_hours};

/// Doubted lists are read again at different moments.
const JITTER: Duration = REREAD.saturating_sub(APART);

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

/// Turns to the next list of a round, or ends it; `asked` says how a counter was answered that the round asked for.
pub(super) async fn turn(tx: &mut Tx, brief: &Brief, round: &mut Round, asked: Asked) -> Result<(), Stopped> {
    let about = brief.about();
    let leg = if let Leg::Counter { behind, .. } = &round.leg { (**behind).clone() } else { round.leg.clone() };
    if asked == Asked::NotYet
        && let Some(answers) = about.answers_behind(tx, &leg, round.began).await?
    {
        round.turn(answers);
        return Ok(());
    }
    if let Some(list) = round.complete_read(&about, &leg)
        && let Follows::AskCounter(shown) = settle(tx, brief, round, &list, asked).await?
    {
        round.turn(Leg::Counter { behind: Box::new(leg), shown });
        return Ok(());
    }
    let next = about.behind(tx, &leg, Behind { began: round.began, unread: round.unread() }).await?;
    match next.filter(|next| !matches!(next, Leg::Check { .. }) || round.may_check(brief.most_checks)) {
        Some(next) => round.turn(next),
        None => end(tx, brief, round, None).await?,
    }
    Ok(())
}

/// Ends a round: stores how it went and what is complete now; a target that found something is silent no more.
pub(super) async fn end(tx: &mut Tx, brief: &Brief, round: &mut Round, miss: Option<&Miss>) -> Result<(), Stopped> {
    let course = brief.name();
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let is_complete = brief.take == Take::Posts && miss.is_none() && round.doubts.lists == 0 && !round.doubts.is_unsure;
    let ended = Ended {
        class: miss.map_or(Class::Ok, |miss| miss.class),
        said: miss.map(|miss| miss.error.as_str()).or(round.doubts.said.as_deref()),
        found: count(round.found),
        fresh: count(round.fresh),
        is_full: miss.is_none() && round.is_full(),
        is_finished: miss.is_none(),
        whole: if is_complete { round.complete(&brief.course) } else { None },
    };
    let spec = targets::target(tx, &brief.target).await?.and_then(|target| Spec::read(&target.said));
    // Where the target is about something else by now, this says nothing of it.
    if let Some(spec) = spec.filter(|spec| spec.about() == brief.spec.about()) {
        targets::ended(tx, course, ended).await?;
        if round.doubts.is_unsure {
            targets::begin(tx, course, &brief.key).await?;
        }
        doubt_or_settle(tx, brief, round, &spec).await?;
    }
    if round.found > 0 && brief.course.silent_at.is_some() {
        alarms::close(tx, AlarmName::TargetSilent, &course.to_string()).await?;
    }
    round.is_over = true;
    round.class = Some(ended.class);
    Ok(())
}

/// Plans the next read of a doubted list and raises its alarm; or closes the alarm when nothing is doubted any more.
async fn doubt_or_settle(tx: &mut Tx, brief: &Brief, round: &Round, spec: &Spec) -> Result<(), Stopped> {
    let course = brief.name();
    let Some(said) = &round.doubts.said else {
        if brief.course.doubted_at.is_some() && doubts::left(tx, course).await? == 0 {
            targets::settle(tx, course).await?;
            alarms::close(tx, AlarmName::ListShrank, &course.to_string()).await?;
        }
        return Ok(());
    };
    let soon =
        tx.now() + APART + Duration::from_millis(tx.entropy.below(u64::try_from(JITTER.as_millis()).unwrap_or(1)));
    // The second read comes as soon as it counts; later ones come when the target is due.
    let at = if brief.course.doubted_at.is_none() { soon } else { next(spec, tx.now()).max(soon) };
    let at = within_hours(spec, at);
    let profile = brief.page.as_ref().and_then(|_| another(&spec.profiles, &brief.profile));
    targets::doubt(tx, course, Reread { at, never: NEVER, profile }).await?;
    let more = round.doubts.lists - 1;
    let more = if more == 0 { String::new() } else { format!("; {more} more lists of this target shrank, too") };
    let raise = Raise {
        name: AlarmName::ListShrank,
        subject: course.to_string(),
        severity: Severity::Warning,
        class: Class::Schema,
        detail: format!("{said}{more}"),
    };
    alarms::raise(tx, &raise).await?;
    Ok(())
}

/// The profile behind `last` among `profiles`, if there is another one.
fn another<'p>(profiles: &'p [String], last: &str) -> Option<&'p str> {
    let at = profiles.iter().position(|profile| profile == last).map_or(0, |at| at + 1);
    profiles.iter().cycle().skip(at).take(profiles.len()).map(String::as_str).find(|profile| *profile != last)
}
