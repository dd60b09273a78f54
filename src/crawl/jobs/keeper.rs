//! Keeps pages: those that come at the same moment, of whichever rounds, in one transaction.
//!
//! The ways to the database and back cost more than the rows of a page do, so pages share them. They do not share their
//! fate: what is refused together is tried one by one, and a page that cannot be kept, or whose job is somebody else's by
//! now, takes no other with it.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};

use super::brief::Brief;
use super::leg::Leg;
use super::round::Round;
use super::settle::Asked;
use super::turn::{Stopped, turn};
use crate::crawl::keep::{Given, keep, keep_raw, maker};
use crate::domain::{Miss, Take};
use crate::platform::douyin::mode::{Haul, Rows};
use crate::queue::Lease;
use crate::store::crawl::{posts, shelf, targets};
use crate::store::{self, Tx};
use crate::supervise::{Restart, Supervisor};

/// Pages that may wait; the next one waits for a place.
const WAITING: usize = 64;
/// Pages that are kept at once.
const TOGETHER: usize = 32;

/// Where pages are brought to be kept; clones share it.
#[derive(Debug, Clone)]
pub struct Keeper(mpsc::Sender<Brought>);

/// A page of a round.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) lease: Lease,
    pub(super) brief: Arc<Brief>,
    /// The round before it.
    pub(super) round: Round,
    pub(super) haul: Haul,
    /// Its rows as they were sent and packed, when they were.
    pub(super) sent: Vec<Vec<u8>>,
}

/// A page, and who waits for the round behind it.
#[derive(Debug)]
struct Brought(Arc<Page>, oneshot::Sender<Result<Round, Stopped>>);

impl Keeper {
    /// Starts one as a task of `house`, until the last handle on it is gone.
    pub fn start(house: &Supervisor) -> Self {
        let (send, inbox) = mpsc::channel(WAITING);
        let inbox = Arc::new(Mutex::new(inbox));
        house.spawn("crawl.keep", Restart::OnFailure, move |_| {
            let inbox = inbox.clone();
            async move {
                serve(&mut *inbox.lock().await).await;
                Ok(())
            }
        });
        Self(send)
    }

    /// Keeps a page; gives where its round stands behind it.
    pub(super) async fn keep(&self, page: Page) -> Result<Round, Miss> {
        let (answer, kept) = oneshot::channel();
        let closed = || Miss::from(store::Error::Closed { act: "keep a page" });
        self.0.send(Brought(Arc::new(page), answer)).await.map_err(|_| closed())?;
        Ok(kept.await.map_err(|_| closed())??)
    }
}

async fn serve(inbox: &mut mpsc::Receiver<Brought>) {
    let mut brought = Vec::with_capacity(TOGETHER);
    while inbox.recv_many(&mut brought, TOGETHER).await > 0 {
        let pages: Vec<Arc<Page>> = brought.iter().map(|Brought(page, _)| page.clone()).collect();
        match keep_all(pages).await {
            Ok(rounds) => brought.drain(..).zip(rounds).for_each(|(brought, round)| answer(brought, Ok(round))),
            Err(why) if brought.len() > 1 && !why.is_of_the_store() => {
                for brought in brought.drain(..) {
                    let kept = keep_all(vec![brought.0.clone()]).await;
                    let round = kept.and_then(|rounds| rounds.into_iter().next().ok_or(why.clone()));
                    answer(brought, round);
                }
            }
            Err(why) => brought.drain(..).for_each(|brought| answer(brought, Err(why.clone()))),
        }
    }
}

fn answer(Brought(_, answer): Brought, round: Result<Round, Stopped>) {
    // Whose job was taken back has left; the page stands all the same.
    let _gone = answer.send(round);
}

/// Keeps all of these, or none.
async fn keep_all(pages: Vec<Arc<Page>>) -> Result<Vec<Round>, Stopped> {
    let leases: Vec<Lease> = pages.iter().map(|page| page.lease.clone()).collect();
    Lease::step_all(&leases, move |tx| Box::pin(async move { keep_in(tx, &pages).await })).await
}

/// Keeps pages, and turns to what comes behind each.
async fn keep_in(tx: &mut Tx, pages: &[Arc<Page>]) -> Result<Vec<Round>, Stopped> {
    let (mut rounds, mut all) = (Vec::new(), Vec::new());
    for page in pages {
        let mut round = page.round.clone();
        round.is_at(tx.now());
        let (shelf, met) = (page.brief.about().shelf(&round.leg), round.maker.take());
        all.push(Given { rows: &page.haul.rows, shelf, met });
        rounds.push(round);
    }
    let met = keep(tx, &all).await?;
    for ((page, round), met) in pages.iter().zip(&mut rounds).zip(met) {
        round.maker = maker(&page.haul.rows);
        keep_raw(tx, &page.haul.rows, &page.sent).await?;
        if let (Take::Live, Rows::People(creators)) = (page.brief.take, &page.haul.rows) {
            // Whoever is asked for a room and comes without one is not on air.
            for creator in creators {
                shelf::off_air(tx, &creator.author.id).await?;
            }
        }
        if let Leg::Check { post } = &round.leg {
            posts::seen(tx, post).await?;
            round.check(true);
        }
        if round.pages == 0 && page.brief.stops_at_known_rows() {
            targets::begin(tx, page.brief.name(), &page.brief.key).await?;
        }
        round.take(&page.haul, met, &page.brief.about(), page.brief.known());
        if round.leg_is_over() {
            let asked = if matches!(round.leg, Leg::Counter { .. }) { Asked::Answered } else { Asked::NotYet };
            turn(tx, &page.brief, round, asked).await?;
        }
    }
    Ok(rounds)
}

#[cfg(test)]
mod tests;
