//! A server that notes arrivals, senders that never run out of work, and the limiters that are known to fail.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;

use crate::ambient::Ambient;
use crate::config::{Config, KeyedBy, PaceRule};
use crate::pace::{Pace, Permit, Sending};

/// The longest way to the server, in milliseconds; the shortest is none.
const FARTHEST: u64 = 400;

pub(super) const MINUTE: Duration = Duration::from_mins(1);

/// A rule that counts by account.
pub(super) fn per_account(name: &str, at_most: u32, per: Duration) -> PaceRule {
    PaceRule { name: name.to_owned(), on: Vec::new(), at_most, per, keyed_by: KeyedBy::Account }
}

/// Settings with these limits alone.
pub(super) fn with(pace_rules: Vec<PaceRule>) -> Config {
    Config { pace_rules, ..Config::default() }
}

/// A request of account `main`.
pub(super) fn of_main() -> Sending {
    Sending { endpoint: "made.up".into(), account: Some("main".into()), ..Sending::default() }
}

/// When requests arrived, in milliseconds of steady time.
#[derive(Clone, Default)]
pub(super) struct Server(Arc<Mutex<Vec<u64>>>);

impl Server {
    pub(super) fn note(&self, at: Duration) {
        self.0.lock().unwrap().push(u64::try_from(at.as_millis()).unwrap());
    }

    pub(super) fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// When each arrived, in order.
    pub(super) fn arrivals(&self) -> Vec<Duration> {
        let mut all: Vec<_> = self.0.lock().unwrap().iter().copied().map(Duration::from_millis).collect();
        all.sort_unstable();
        all
    }

    /// The most that arrived in any span of `per`.
    pub(super) fn most_in_any(&self, per: Duration) -> usize {
        let mut arrivals = self.0.lock().unwrap().clone();
        arrivals.sort_unstable();
        let (mut within, mut most) = (VecDeque::new(), 0);
        for at in arrivals {
            within.push_back(at);
            while within.front().is_some_and(|first| u128::from(at - first) >= per.as_millis()) {
                within.pop_front();
            }
            most = most.max(within.len());
        }
        most
    }
}

/// Something that says when the next request may be sent.
pub(super) trait Limiter: Send + 'static {
    /// A permit, or nothing for those that have none; an error when there will be none while `left` lasts.
    async fn pass(&mut self, left: Duration) -> Result<Option<Permit>, NotNow>;
}

/// No permit in this span.
pub(super) struct NotNow;

/// The room under test, asked for `sending`.
pub(super) struct Paced(pub(super) Pace, pub(super) Sending);

impl Limiter for Paced {
    async fn pass(&mut self, left: Duration) -> Result<Option<Permit>, NotNow> {
        self.0.pass(&self.1, left).await.unwrap().map(Some).map_err(|_| NotNow)
    }
}

/// Sends with `limiter` until `span` is over; each request takes its own time to arrive.
pub(super) async fn send_for(span: Duration, ambient: &Ambient, server: &Server, limiter: &mut impl Limiter) {
    let clock = &ambient.clock;
    let end = clock.steady() + span;
    let mut on_their_way = JoinSet::new();
    while let Ok(permit) = limiter.pass(end.saturating_sub(clock.steady())).await
        && clock.steady() < end
    {
        if permit.as_ref().is_some_and(|permit| !permit.is_fresh()) {
            continue;
        }
        let way = Duration::from_millis(ambient.entropy.below(FARTHEST + 1));
        server.note(clock.steady() + way);
        let clock = clock.clone();
        on_their_way.spawn(async move {
            clock.sleep(way).await;
            if let Some(permit) = permit {
                permit.answered();
            }
        });
        while on_their_way.try_join_next().is_some() {}
    }
    clock.sleep(end.saturating_sub(clock.steady())).await;
}

/// Several senders of one process at work for `span`.
pub(super) async fn crowd(span: Duration, senders: usize, ambient: &Ambient, server: &Server, pace: &Pace) {
    let mut all = JoinSet::new();
    for _ in 0..senders {
        let (ambient, server, mut paced) = (ambient.clone(), server.clone(), Paced(pace.clone(), of_main()));
        all.spawn(async move { send_for(span, &ambient, &server, &mut paced).await });
    }
    while all.join_next().await.is_some() {}
}

/// Tokens that fill up evenly: after a rest, all at once and then the refill.
pub(super) struct Bucket(pub(super) Ambient, pub(super) u32, pub(super) Duration, pub(super) VecDeque<Duration>);

impl Limiter for Bucket {
    async fn pass(&mut self, _: Duration) -> Result<Option<Permit>, NotNow> {
        let Self(ambient, at_most, per, taken) = self;
        let each = *per / *at_most;
        let now = ambient.clock.steady();
        // The moment at which the token of each place is back.
        let back = taken.back().copied().unwrap_or_default().max(now) + each;
        let early = back.saturating_sub(*per);
        ambient.clock.sleep(early.saturating_sub(now)).await;
        taken.clear();
        taken.push_back(back);
        Ok(None)
    }
}

/// So many in each minute of the clock.
pub(super) struct FixedWindow(pub(super) Ambient, pub(super) u32, pub(super) Duration, pub(super) (u128, u32));

impl Limiter for FixedWindow {
    async fn pass(&mut self, _: Duration) -> Result<Option<Permit>, NotNow> {
        let Self(ambient, at_most, per, (window, used)) = self;
        let current = ambient.clock.steady().as_millis() / per.as_millis();
        if current != *window {
            // As whoever has work only now and then: late in one window, early in the next.
            (*window, *used) = (current, 0);
            if current.is_multiple_of(2) {
                let late = *per / 10 * 9;
                ambient.clock.sleep(late).await;
            }
        }
        if *used == *at_most {
            let next = (*window + 1) * per.as_millis();
            let left = next - ambient.clock.steady().as_millis();
            ambient.clock.sleep(Duration::from_millis(u64::try_from(left).unwrap())).await;
            (*window, *used) = (*window + 1, 0);
        }
        *used += 1;
        Ok(None)
    }
}

/// A sliding log that is exact where it is sent from, and nowhere else.
pub(super) struct BareLog(pub(super) Ambient, pub(super) usize, pub(super) Duration, pub(super) VecDeque<Duration>);

impl Limiter for BareLog {
    async fn pass(&mut self, _: Duration) -> Result<Option<Permit>, NotNow> {
        let Self(ambient, at_most, per, sent) = self;
        if sent.len() == *at_most
            && let Some(oldest) = sent.pop_front()
        {
            let left = (oldest + *per).saturating_sub(ambient.clock.steady());
            ambient.clock.sleep(left).await;
        }
        sent.push_back(ambient.clock.steady());
        Ok(None)
    }
}
