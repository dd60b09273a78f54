//! Settles a complete read of a list: marks what it does not show any more, or stores that it is doubted.

use super::brief::Brief;
use super::doubt::{Counter, Counts, Earlier, Evidence, Read, Verdict, judge};
use super::list::{Complete, CounterOf, Extent};
use super::round::Round;
use crate::domain::{Millis, Take};
use crate::store::crawl::doubts::{self, Believed, Kept, Sweep};
use crate::store::crawl::{creators, posts, shelf};
use crate::store::{Error, Tx};

/// How old the platform's counter may be that is stored beside a believed read, in milliseconds.
const COUNTER_AGE: i64 = 24 * 3_600_000;

/// What the round knows of the counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    NotYet,
    /// It was asked for, and the answer is stored.
    Answered,
    /// The platform answered that the owner is gone, or private.
    Closed,
}

/// What follows a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    /// It is settled, or doubted.
    Next,
    /// The counter must be asked for first; the read showed so many rows.
    AskCounter(i64),
}

/// Settles `list`, which `round` has read.
pub(super) async fn settle(
    tx: &mut Tx,
    brief: &Brief,
    round: &mut Round,
    list: &Complete,
    asked: Asked,
) -> Result<Follows, Error> {
    let Complete { kept, extent, shown, counter } = list;
    // A post that became private or was deleted says nothing about its comments.
    if asked == Asked::Closed && matches!(kept, Kept::Comments { .. }) {
        return Ok(Follows::Next);
    }
    let tally = doubts::tally(tx, kept, round.began).await?;
    let shown = shown.unwrap_or(tally.met);
    // Posts are also met in other lists, so no more of them count than this list showed.
    let kept_rows = tally.kept.min(shown);
    let read = Read { known: tally.missing + tally.kept, kept: kept_rows, shown, began: round.began, ended: tx.now() };
    // If the read showed every row, a sweep would go through all of them for nothing.
    let is_swept = tally.unseen > 0;
    match extent {
        Extent::Fleeting => {
            if is_swept {
                round.gone += doubts::sweep(tx, kept, round.began, Sweep::All).await?;
            }
            return Ok(Follows::Next);
        }
        Extent::Newest if read.is_doubtful() => {
            round.doubts.is_unsure = true;
            return Ok(Follows::Next);
        }
        Extent::Newest => {
            if is_swept {
                doubts::sweep(tx, kept, round.began, Sweep::New).await?;
            }
            return Ok(Follows::Next);
        }
        Extent::Whole => {}
    }
    let doubt = doubts::find(tx, kept).await?;
    let told = match asked {
        Asked::Closed => Counter::Closed,
        Asked::NotYet | Asked::Answered if !read.is_doubtful() => Counter::Unknown,
        Asked::NotYet | Asked::Answered => match told(tx, brief.take, counter, round.began).await? {
            None if asked == Asked::NotYet && counter.is_asked() => return Ok(Follows::AskCounter(shown)),
            None if *counter == CounterOf::Nowhere => Counter::None,
            None => Counter::Unknown,
            Some(count) => Counter::Says(count),
        },
    };
    let earlier = match doubt {
        Some(doubt) if read.is_doubtful() => {
            let apart = doubts::apart(tx, kept, round.began, Millis(doubt.last_at)).await?;
            Some(Earlier { doubt, apart })
        }
        _ => None,
    };
    let believed = if read.is_doubtful() { doubts::believed(tx, kept).await? } else { None };
    let which = match judge(read, Evidence { earlier, counter: told, believed }) {
        Verdict::All => Sweep::All,
        Verdict::Both => Sweep::MissedTwice,
        Verdict::Doubtful(next, counts) => {
            doubts::open(tx, kept, brief.name(), next).await?;
            if counts == Counts::Yes {
                doubts::miss(tx, kept, round.began).await?;
            }
            round.doubts.add(&kept.list(), read);
            return Ok(Follows::Next);
        }
    };
    let marked = if is_swept { doubts::sweep(tx, kept, round.began, which).await? } else { 0 };
    if !matches!(kept, Kept::Posts { .. }) {
        round.gone += marked;
    }
    if doubt.is_some() {
        doubts::close(tx, kept).await?;
    }
    if *counter != CounterOf::Nowhere && !matches!(kept, Kept::Comments { .. }) {
        let counter = told_lately(tx, brief.take, counter, round.began).await?;
        doubts::believe(tx, kept, Believed { shown, counter }).await?;
    }
    Ok(Follows::Next)
}

/// What the platform has told of the length of a list since `began`.
async fn told(tx: &mut Tx, take: Take, counter: &CounterOf, began: Millis) -> Result<Option<i64>, Error> {
    match counter {
        CounterOf::Nowhere => Ok(None),
        CounterOf::Post(id) => posts::comments_since(tx, id, began).await,
        CounterOf::Folder(id) => shelf::total_since(tx, id, began).await,
        CounterOf::Creator(id) => {
            let numbers = creators::numbers_since(tx, id, began).await?;
            Ok(numbers.and_then(|numbers| CounterOf::count(take, numbers)))
        }
    }
}

/// The same, told within a day: it is stored to see whether the counter can be trusted.
async fn told_lately(tx: &mut Tx, take: Take, counter: &CounterOf, began: Millis) -> Result<Option<i64>, Error> {
    told(tx, take, counter, Millis(began.0.saturating_sub(COUNTER_AGE))).await
}
