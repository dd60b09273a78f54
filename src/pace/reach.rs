//! Which hosts answer.
//!
//! When many jobs want a host that has not answered lately, one request goes first and the others wait for its answer: a
//! host that is down or asks for a wait gets one request and not one for each job. A host that gave no answer several
//! times in a row is in an outage: `stop` keeps everyone away from it but for one try at a time. Outages stand in the store;
//! who goes first is decided in each process.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::desk::{Desk, Pace};
use super::hosts::Verdict;
use super::limit::Sending;
use super::stop::{Says, destination, outage, subject};
use crate::domain::{Class, Millis};
use crate::store::Error;
use crate::store::stops;

/// Requests without an answer, one after the other, that make an outage.
const FAILURES: u32 = 3;
/// How long after an answer requests to the same host need not wait for each other.
const ANSWERED: Duration = Duration::from_secs(1);
/// How much later than the others the job whose try failed comes again, so that another makes the next try.
const BEHIND: Duration = Duration::from_secs(1);

/// Whether a request may go.
#[derive(Debug)]
pub enum Turn {
    /// It may.
    Go,
    /// It may, and it is the one that goes first.
    First(First),
    /// The one that went first got no answer, because of this.
    Failed(String),
}

/// A request that goes first. When it is dropped before its end is known, another goes first.
#[derive(Debug)]
pub struct First {
    host: String,
    verdict: watch::Sender<Verdict>,
    desk: Arc<Desk>,
}

/// A host that was in an outage and has answered.
#[derive(Debug)]
#[must_use = "it is to be written down"]
pub struct Back {
    host: String,
    first: Option<First>,
}

impl First {
    fn end(self, verdict: Verdict) {
        self.desk.hands().reach.host(&self.host).first = None;
        self.verdict.send_replace(verdict);
    }
}

impl Drop for First {
    fn drop(&mut self) {
        let is_open = *self.verdict.borrow() == Verdict::Pending;
        if is_open {
            self.desk.hands().reach.host(&self.host).first = None;
        }
    }
}

impl Pace {
    /// Waits until `sending` may go: at once when its host has answered lately, else when nobody else finds out.
    pub async fn turn(&self, sending: &Sending) -> Turn {
        let Some(name) = destination(sending) else { return Turn::Go };
        loop {
            let mut waiting = {
                let (mut hands, now) = (self.desk().hands(), self.desk().steady());
                if hands.reach.has_answered(&name, ANSWERED, now) {
                    return Turn::Go;
                }
                let host = hands.reach.host(&name);
                if let Some(first) = &host.first {
                    first.clone()
                } else {
                    let (verdict, receiver) = watch::channel(Verdict::Pending);
                    host.first = Some(receiver);
                    return Turn::First(First { host: name.into_owned(), verdict, desk: self.desk().clone() });
                }
            };
            let seen = waiting.wait_for(|verdict| *verdict != Verdict::Pending).await.map(|seen| seen.clone());
            match seen {
                Ok(Verdict::Answered) => return Turn::Go,
                // In an outage the stop says for how long.
                Ok(Verdict::Failed(_)) if self.desk().is_stopped(&name) => return Turn::Go,
                Ok(Verdict::Failed(why)) => return Turn::Failed(why),
                Ok(Verdict::Pending) | Err(_) => {}
            }
        }
    }

    /// The host of `sending` has answered. If it was in an outage, that is over: the caller writes it down with
    /// [`Pace::reached`].
    pub fn answered(&self, sending: &Sending, first: Option<First>) -> Option<Back> {
        let name = destination(sending)?;
        let desk = self.desk();
        let is_out = {
            let (now, hands) = (desk.steady(), &mut *desk.hands());
            hands.reach.answered(&name, now);
            hands.stops.get(&name).is_some_and(|stop| stop.class == Class::Network)
        };
        if is_out {
            return Some(Back { host: name.into_owned(), first });
        }
        if let Some(first) = first {
            first.end(Verdict::Answered);
        }
        None
    }

    /// Writes down that a host can be reached again; who waited for that goes on then.
    pub async fn reached(&self, Back { host, first }: Back) -> Result<(), Error> {
        let lifted = self.desk().reached(host).await;
        if let Some(first) = first {
            first.end(Verdict::Answered);
        }
        lifted
    }

    /// The host of `sending` gave no answer. Gives how long and as what it is out of reach, if that is an outage.
    pub async fn unanswered(
        &self,
        sending: &Sending,
        why: &str,
        first: Option<First>,
    ) -> Result<Option<(Duration, String)>, Error> {
        let Some(name) = destination(sending) else { return Ok(None) };
        let (desk, now) = (self.desk(), self.desk().limits_now());
        let (begun, wait) = {
            let hands = &mut *desk.hands();
            let host = hands.reach.host(&name);
            host.failures = host.failures.saturating_add(1);
            let failures = host.failures;
            let known = hands.stops.get(&name).filter(|stop| stop.class == Class::Network);
            match known.map(|stop| (Millis(stop.until), stop.times)) {
                // It left before the outage was known.
                Some((until, _)) if until > now => (None, Some(until.since(now))),
                None if failures < FAILURES => (None, None),
                other => {
                    let times = other.map_or(1, |(_, times)| times + 1);
                    let stop = outage(&name, sending, why, times, now, desk.entropy());
                    let wait = Millis(stop.until).since(now);
                    hands.stops.begin(stop.clone());
                    (Some(stop), Some(wait + BEHIND))
                }
            }
        };
        let written = match begun {
            Some(stop) => desk.stop(stop).await,
            None => Ok(()),
        };
        if let Some(first) = first {
            first.end(Verdict::Failed(why.to_owned()));
        }
        written.map(|()| wait.map(|wait| (wait, name.into_owned())))
    }

    /// Who is stopped by an answer to `sending`.
    pub fn subject(sending: &Sending) -> String {
        subject(sending)
    }

    /// Calls `act` when a host can be reached again, so that work for it need not wait for the next look.
    pub fn when_reached(&self, act: impl Fn() + Send + Sync + 'static) {
        let _once = self.desk().bell.0.set(Box::new(act));
    }
}

impl Desk {
    fn is_stopped(&self, name: &str) -> bool {
        let now = self.limits_now();
        self.hands().stops.of(name, now) != Says::Go
    }

    async fn reached(&self, name: String) -> Result<(), Error> {
        let host = name.clone();
        let all = self.change(move |tx| Box::pin(async move { stops::reached(tx, &host).await })).await?;
        self.hands().stops.learn(all);
        tracing::info!("`{name}` can be reached again");
        if let Some(act) = self.bell.0.get() {
            act();
        }
        Ok(())
    }
}
