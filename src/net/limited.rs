//! The client under limits: when a request may leave, and what its end is told to `pace`.

use std::time::Duration;

use super::ask::Hop;
use super::client::Client;
use super::leave::{Leave, Paced, Trail, note};
use super::refusal::{Bound, Refusal};
use crate::domain::Class;
use crate::pace::{Pace, Rank, Told, Turn};

/// How long a request waits here for its turn; one that must wait longer comes again.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long when a person waits for it: longer than the gap between two requests of an account.
const PERSON_PATIENCE: Duration = Duration::from_secs(10);

impl Client {
    /// The right to send one request now; nothing when no limits hold here. What the guard refuses is refused before
    /// it counts.
    pub(super) async fn leave(&self, hop: &Hop) -> Result<Option<Leave>, Refusal> {
        let Some(paced) = &self.paced else { return Ok(None) };
        self.way(hop)?;
        let paced = Paced { pace: paced.pace.clone(), sending: paced.sending.at(&hop.host), rank: paced.rank };
        // A handler holds a simulated clock, and would wait here for a clock that waits for it.
        let patience = match paced.rank {
            _ if self.clock.is_simulated() => Duration::ZERO,
            Rank::Background => PATIENCE,
            Rank::Person => PERSON_PATIENCE,
        };
        let mut deadline = None;
        loop {
            let first = match paced.pace.turn(&paced.sending).await {
                Turn::Go => None,
                Turn::First(first) => Some(first),
                Turn::Failed(why) => {
                    let why = format!("nothing was sent, because another request just failed: {why}");
                    return Err(Refusal::new(Class::Network, &hop.host, why));
                }
            };
            let wait = match paced.pace.pass_as(paced.rank, &paced.sending, Duration::ZERO).await {
                Ok(Ok(permit)) => return Ok(Some(Leave { paced, permit, first })),
                Ok(Err(wait)) => wait,
                Err(error) => return Err(Refusal::new(error.class(), &hop.host, error)),
            };
            // Others may go first while this one waits.
            drop(first);
            let now = self.clock.steady();
            if now.saturating_add(wait.wait) > *deadline.get_or_insert(now.saturating_add(patience)) {
                return Err(Refusal::held_back(&hop.host, &wait));
            }
            self.clock.sleep(wait.wait).await;
        }
    }

    /// What an exchange with `asked` and whoever it redirected to failed with: a request without an answer counts
    /// against its host.
    pub(super) async fn conclude(&self, asked: &str, trail: &Trail, refusal: Refusal) -> Refusal {
        let Some(Leave { paced, first, .. }) = trail.take().filter(|_| refusal.class == Class::Network) else {
            return self.bound(asked, refusal);
        };
        let out = note(paced.pace.unanswered(&paced.sending, &refusal.message, first).await).flatten();
        match out {
            Some((wait, host)) => self.bound(asked, refusal.held_for(wait, Bound::Subject(host.into()))),
            None => refusal,
        }
    }

    /// A wait for another host than the one that was asked is no wait for those who may be redirected elsewhere.
    pub(super) fn bound(&self, asked: &str, mut refusal: Refusal) -> Refusal {
        let is_to_platform = self.paced.as_ref().is_some_and(|paced| paced.sending.is_to_platform());
        if *refusal.host != *asked && !is_to_platform {
            refusal.bound = Bound::Nobody;
        }
        refusal
    }

    /// Says how an exchange ended, by the words of the platform: a sign of risk or a wait that was asked for stops
    /// everyone who sends as the same account, and an end that is well lets a stopped one go on.
    pub async fn tell<T>(&self, ended: Result<T, Refusal>) -> Result<T, Refusal> {
        let Some(paced) = &self.paced else { return ended };
        let (sending, told) = match &ended {
            Ok(_) => (paced.sending.clone(), Told { class: Class::Ok, reason: String::new(), retry_after: None }),
            Err(Refusal { class, message, retry_after, host, .. }) => {
                let told = Told { class: *class, reason: message.clone(), retry_after: *retry_after };
                (paced.sending.at(host), told)
            }
        };
        match (paced.pace.tell(&sending, &told).await, ended) {
            // A wait that was asked for stands in the refusal already, uncut.
            (Ok(Some(stopped)), Err(refusal)) => {
                let wait = refusal.retry_after.filter(|_| refusal.class == Class::Rate).unwrap_or(stopped);
                Err(refusal.held_for(wait, Bound::Subject(Pace::subject(&sending).into())))
            }
            (Ok(_), ended) => ended,
            (Err(error), ended) => {
                tracing::warn!("That {} was stopped could not be written down: {error}", paced.sending.endpoint);
                ended
            }
        }
    }
}
