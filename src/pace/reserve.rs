//! Counts what is about to be sent, in all limits that it falls under or in none.

use std::time::Duration;

use super::first::{Rank, kept_for, kept_until};
use super::limit::Line;
use super::log::{WIDEST, block, lasting, room, window};
use super::spread::MEMORY;
use super::wait::Wait;
use crate::domain::Millis;
use crate::store::pace::{self, Entry, Turn};
use crate::store::{Error, Tx};

/// What is wanted from one line.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) line: Line,
    pub(super) spread_ms: i64,
}

/// What for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// To send now.
    Send(Rank),
    /// To know whether a person's request could be sent now.
    Look,
}

/// Counts a block in each of the lines that are wanted, if all have room; else says which makes us wait longest. For a
/// person the next slot of each of these lines is kept then.
pub(super) async fn reserve(
    tx: &mut Tx,
    wanted: &[Wanted],
    wish: Wish,
    now: Millis,
) -> Result<Result<Vec<(String, Entry)>, Wait>, Error> {
    let mut granted = Vec::with_capacity(wanted.len());
    let mut longest: Option<Wait> = None;
    // The lines whose slots are kept from now on, or are kept no more.
    let (mut to_keep, mut to_release) = (Vec::new(), Vec::new());
    for Wanted { line, spread_ms } in wanted {
        let seen = pace::Seen { spread_ms: *spread_ms, at: now, stale: now - MEMORY };
        let Turn { spread_ms, kept_until } = pace::take_turn(tx, &line.name, seen).await?;
        let spread = Duration::from_millis(u64::try_from(spread_ms).unwrap_or(0)).min(WIDEST);
        let window = window(line, spread);
        let entries = pace::entries(tx, &line.name, now - window).await?;
        let kept = kept_for(Millis(kept_until), now);
        let free = room(line, &entries, now, window).map_err(|when| when.since(now));
        let free = match (free, kept, wish) {
            (Ok(_), Some(left), Wish::Send(Rank::Background)) => Err(left),
            (Err(wait), Some(left), Wish::Send(Rank::Background)) => Err(wait.max(left)),
            (free, ..) => free,
        };
        match free {
            Ok(free) => {
                let last_at = (now + lasting(line)).0;
                granted.push((line.name.clone(), Entry { last_at, n: i64::from(free.min(block(line))) }));
                if kept.is_some() {
                    to_release.push(line.name.as_str());
                }
            }
            Err(wait) => {
                to_keep.push(line.name.as_str());
                longest = longest.into_iter().chain([Wait::limit(line, wait)]).max_by_key(|wait| wait.wait);
            }
        }
    }
    let wait = longest.as_ref().map_or(Duration::ZERO, |wait| wait.wait);
    match (wish, &longest) {
        (Wish::Send(Rank::Background), Some(_)) => {}
        (Wish::Send(_), None) => {
            for line in to_release {
                pace::keep_slot(tx, line, Millis(0)).await?;
            }
            for (line, entry) in &granted {
                pace::add(tx, line, *entry).await?;
            }
        }
        // What is free and was kept stays kept while another limit is waited for.
        (Wish::Send(Rank::Person) | Wish::Look, Some(_)) => {
            keep(tx, to_keep.into_iter().chain(to_release), now, wait).await?;
        }
        (Wish::Look, None) => keep(tx, wanted.iter().map(|it| it.line.name.as_str()), now, wait).await?,
    }
    Ok(match longest {
        Some(wait) => Err(wait),
        None if wish == Wish::Look => Ok(Vec::new()),
        None => Ok(granted),
    })
}

/// Keeps the next slot of these lines for a person who waits so long.
async fn keep<'l>(tx: &mut Tx, lines: impl Iterator<Item = &'l str>, now: Millis, wait: Duration) -> Result<(), Error> {
    let Some(until) = kept_until(now, wait) else { return Ok(()) };
    for line in lines {
        pace::keep_slot(tx, line, until).await?;
    }
    Ok(())
}
