//! The desk where requests get their permits.
//!
//! Whoever is about to send says what it is; the answer is a permit, or when to ask again and which limit binds. A
//! permit is in the store before it is given out. It must be used at once: a process that stood still in between asks
//! again ([`Permit::is_fresh`]).

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::first::{First, Rank};
use super::forecast::{Forecast, Seen};
use super::grant::Grants;
use super::hosts::{Bell, Reach};
use super::limit::{Line, Sending};
use super::log::AHEAD;
use super::reserve::{Wanted, Wish, reserve};
use super::spacing::Begun;
use super::spread::Spread;
use super::stop::{Says, Stops, TRY, Told, alarm, follows, subject};
use super::terms::{Asked, Terms};
use super::timeline::{Before, Timeline};
use super::wait::Wait;
use crate::ambient::{Ambient, Entropy};
use crate::config::Config;
use crate::domain::time::span_millis;
use crate::domain::{Class, Millis};
use crate::store::jobs::Waiting;
use crate::store::pace;
use crate::store::pace_lanes::{self, Counted};
use crate::store::stops::{self, Stopped};
use crate::store::{Error, Store, Tx, Work, alarms};

/// A cheap handle on the limits; clones share them.
#[derive(Debug, Clone)]
pub struct Pace(Arc<Desk>);

#[derive(Debug)]
pub(super) struct Desk {
    store: Store,
    ambient: Ambient,
    timeline: Timeline,
    /// The step of the clock that the store knows.
    stepped_ms: AtomicI64,
    terms: Mutex<Arc<Terms>>,
    hands: Mutex<Hands>,
    /// One at a time asks the store: the others find what it was granted.
    turn: tokio::sync::Mutex<()>,
    /// Rings when a host can be reached again.
    pub(super) bell: Bell,
}

#[derive(Debug, Default)]
pub(super) struct Hands {
    grants: Grants,
    spreads: HashMap<String, Spread>,
    pub(super) stops: Stops,
    pub(super) reach: Reach,
    /// The accounts whose next request is kept for a person.
    first: First,
    /// As what lanes count, for those that the store knows of.
    lanes: HashMap<String, Counted>,
}

/// The right to send one request now.
#[derive(Debug)]
#[must_use = "a permit that nobody uses is a request that nobody may send"]
pub struct Permit {
    until: Millis,
    sent: Duration,
    /// Of which breakers it is the one try.
    tries: Tries,
    asked: Arc<Asked>,
    desk: Arc<Desk>,
}

/// Of which breakers a request is the one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Tries {
    subject: bool,
    host: bool,
}

impl Pace {
    /// Opens the desk over `store` with the limits of `config`.
    pub async fn open(store: Store, config: &Config, ambient: Ambient) -> Result<Self, Error> {
        let known = store.read::<_, Error, _>(|tx| {
            Box::pin(async move { Ok((pace::clock(tx).await?, pace::newest(tx).await?, stops::list(tx).await?)) })
        });
        let (seen, newest, all) = known.await?;
        let stopped = all.iter().map(|stop| Millis(stop.since)).max();
        let counted = stopped.max(newest.map(|at| at - AHEAD)).unwrap_or_default();
        let before = Before { seen, alone: !store.is_shared(), counted };
        let timeline = Timeline::new(ambient.clock.clone(), store.now(), before);
        let (mut hands, turn) = (Hands::default(), tokio::sync::Mutex::default());
        hands.stops.learn(all);
        let hands = Mutex::new(hands);
        let terms = Mutex::new(Arc::new(Terms::of(config, &ambient.clock)));
        let stepped_ms = AtomicI64::new(seen.map_or(0, |seen| seen.stepped_ms));
        Ok(Self(Arc::new(Desk { store, ambient, timeline, stepped_ms, terms, hands, turn, bell: Bell::default() })))
    }

    /// Takes new limits over; what was sent before counts under them as well.
    pub fn set(&self, config: &Config) {
        *self.0.terms.lock().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Terms::of(config, &self.0.ambient.clock));
    }

    /// What is to be expected of each of these lanes, by what waits in it; nothing for a lane that has never sent.
    pub async fn forecast(
        &self,
        tx: &mut Tx,
        waiting: &BTreeMap<String, Waiting>,
    ) -> Result<BTreeMap<String, Forecast>, Error> {
        let mut seen = Seen::look(tx).await?;
        let lanes = std::mem::take(&mut seen.lanes);
        let terms = self.0.terms();
        let judge = terms.judge(&seen, self.0.timeline.now(), tx.now());
        let of = |counted: Counted| {
            let waiting = waiting.get(&counted.lane)?;
            let all = u64::try_from(waiting.due + waiting.resting).ok()?;
            Some((counted.lane.clone(), judge.lane(&Sending::from(counted), all)))
        };
        Ok(lanes.into_iter().filter_map(of).collect())
    }

    /// What is to be expected of `requests` that count as `sending` and begin now.
    pub async fn foretell(&self, tx: &mut Tx, sending: &Sending, requests: u64) -> Result<Forecast, Error> {
        let seen = Seen::look(tx).await?;
        Ok(self.0.terms().judge(&seen, self.0.timeline.now(), tx.now()).lane(sending, requests))
    }

    /// Remembers as what a lane counts, once in the life of this process and when it changes.
    async fn remember(&self, sending: &Sending) -> Result<(), Error> {
        let counted = Counted::from(sending.clone());
        let written = self
            .0
            .store
            .write::<_, Error, _>(move |tx| Box::pin(async move { pace_lanes::remember(tx, &counted).await }));
        written.await?;
        self.0.hands().lanes.insert(sending.lane.clone(), sending.clone().into());
        Ok(())
    }

    pub(super) const fn desk(&self) -> &Arc<Desk> {
        &self.0
    }

    /// Asks once.
    async fn ask(&self, sending: &Sending, rank: Rank) -> Result<Result<Permit, Wait>, Error> {
        let desk = &self.0;
        let terms = desk.terms();
        let asked = terms.asked(sending);
        let tries = match self.may_send(&terms, &asked).await? {
            Ok(tries) => tries,
            Err(wait) => return Ok(Err(wait)),
        };
        let account = sending.account_of_platform();
        let begun = match account.map(|account| desk.begin_gap(&terms, account, rank)).transpose() {
            Ok(begun) => begun,
            Err(wait) => return Ok(Err(wait)),
        };
        let permit = match self.use_granted(&asked) {
            Some(permit) => Ok(permit),
            None => Box::pin(self.fetch(&asked, rank)).await?,
        };
        let permit = match permit {
            Ok(permit) => permit,
            Err(wait) => {
                // Nothing is sent, so no gap begins.
                if let Some((account, begun)) = account.zip(begun) {
                    terms.spacing.take_back(account, begun);
                    desk.keep_next(account, rank, wait.wait);
                }
                return Ok(Err(wait));
            }
        };
        let subject = Some(&asked.subject).filter(|_| tries.subject);
        for name in subject.into_iter().chain(asked.host.as_ref().filter(|_| tries.host)) {
            if let Err(wait) = Box::pin(desk.take_try(name)).await? {
                return Ok(Err(wait));
            }
        }
        if let (Some(account), Rank::Person) = (account, rank) {
            desk.hands().first.done(account);
        }
        Ok(Ok(Permit { tries, ..permit }))
    }

    /// Whether a request may be sent at this hour, for this account and to this host, and of which breakers it is the one
    /// try.
    async fn may_send(&self, terms: &Terms, asked: &Asked) -> Result<Result<Tries, Wait>, Error> {
        let desk = &self.0;
        let now = desk.store.now();
        if let Some(end) = terms.quiet.until(now) {
            return Ok(Err(Wait::quiet(end.since(now))));
        }
        let mut heard = desk.heard(asked);
        if heard.is_err() {
            // Somebody may have lifted it, here or elsewhere.
            Box::pin(desk.look()).await?;
            heard = desk.heard(asked);
        }
        Ok(heard)
    }

    /// Whether a person's request could be sent now. If not, the next slot of each full limit is kept for it, so the wait
    /// that is given does not grow with the background work that waits too.
    pub async fn look(&self, sending: &Sending) -> Result<Result<(), Wait>, Error> {
        let desk = &self.0;
        let terms = desk.terms();
        let asked = terms.asked(sending);
        if let Err(wait) = self.may_send(&terms, &asked).await? {
            return Ok(Err(wait));
        }
        let account = sending.account_of_platform();
        let gap = account.and_then(|account| Some(Wait::gap(account, terms.spacing.left(account)?)));
        let _turn = desk.turn.lock().await;
        let full = desk.reserve(&asked.lines, Wish::Look).await?.err();
        let longest = gap.into_iter().chain(full).max_by_key(|wait| wait.wait);
        if let Some(account) = account {
            desk.keep_next(account, Rank::Person, longest.as_ref().map_or(Duration::ZERO, |wait| wait.wait));
        }
        Ok(longest.map_or(Ok(()), Err))
    }

    /// Gets a permit from the store, or from what somebody else has got there meanwhile.
    async fn fetch(&self, asked: &Arc<Asked>, rank: Rank) -> Result<Result<Permit, Wait>, Error> {
        let lines = &asked.lines;
        let _turn = self.0.turn.lock().await;
        if let Some(permit) = self.use_granted(asked) {
            return Ok(Ok(permit));
        }
        if let Err(wait) = self.0.reserve(lines, Wish::Send(rank)).await? {
            return Ok(Err(wait));
        }
        // What other processes were told came with the grant.
        if let Err(wait) = self.0.heard(asked) {
            return Ok(Err(wait));
        }
        let late =
            || lines.first().map_or_else(|| Wait::quiet(Duration::ZERO), |line| Wait::limit(line, Duration::ZERO));
        Ok(self.use_granted(asked).ok_or_else(late))
    }

    /// Takes note of what was answered to `sending`: it may stop the account, or let it go on. Gives for how long it is
    /// stopped.
    pub async fn tell(&self, sending: &Sending, told: &Told) -> Result<Option<Duration>, Error> {
        let (desk, subject) = (&self.0, subject(sending));
        let now = desk.timeline.now();
        if told.class == Class::Ok {
            let is_tried = desk.hands().stops.is_tried(&subject, now);
            if is_tried {
                Box::pin(desk.lift(subject, now)).await?;
            }
            return Ok(None);
        }
        let Some(stop) = follows(told, sending, now, &desk.ambient.entropy) else { return Ok(None) };
        let wait = Millis(stop.until).since(now);
        // The client tells of a status before the platform's room reads the body: one answer is one stop.
        if desk.hands().stops.get(&subject).is_some_and(|known| known.covers(&stop)) {
            return Ok(Some(wait));
        }
        // Everyone here hears it before it is written.
        desk.hands().stops.begin(stop.clone());
        Box::pin(desk.stop(stop)).await?;
        Ok(Some(wait))
    }

    /// Waits for a permit for as long as `patience`; then gives what still binds.
    pub async fn pass(&self, sending: &Sending, patience: Duration) -> Result<Result<Permit, Wait>, Error> {
        self.pass_as(Rank::Background, sending, patience).await
    }

    /// The same on somebody's behalf: a person goes first.
    pub async fn pass_as(
        &self,
        rank: Rank,
        sending: &Sending,
        patience: Duration,
    ) -> Result<Result<Permit, Wait>, Error> {
        let counts = !sending.lane.is_empty() && sending.is_counted();
        if counts && self.0.hands().lanes.get(&sending.lane) != Some(&sending.clone().into()) {
            Box::pin(self.remember(sending)).await?;
        }
        let clock = &self.0.ambient.clock;
        // Nobody who need not wait looks at the clock for it.
        let mut deadline = None;
        loop {
            let wait = match self.ask(sending, rank).await? {
                Ok(permit) => return Ok(Ok(permit)),
                Err(wait) => wait,
            };
            let now = clock.steady();
            if now.saturating_add(wait.wait) > *deadline.get_or_insert(now.saturating_add(patience)) {
                return Ok(Err(wait));
            }
            clock.sleep(wait.wait).await;
        }
    }

    fn use_granted(&self, asked: &Arc<Asked>) -> Option<Permit> {
        let now = self.0.timeline.now();
        let names = asked.lines.iter().map(|line| line.name.as_str());
        let until = self.0.hands().grants.use_one(names, now)?;
        let sent = self.0.ambient.clock.steady();
        Some(Permit { until, sent, tries: Tries::default(), asked: asked.clone(), desk: self.0.clone() })
    }
}

impl Permit {
    /// Whether it may still be used: to be asked right before the first byte.
    pub fn is_fresh(&self) -> bool {
        let now = self.desk.timeline.now();
        let (hands, Asked { subject, host, .. }) = (self.desk.hands(), &*self.asked);
        let may = |name: &String, is_try: bool| is_try || hands.stops.of(name, now) == Says::Go;
        now <= self.until
            && may(subject, self.tries.subject)
            && host.as_ref().is_none_or(|host| may(host, self.tries.host))
    }

    /// The head of the answer is here: how long that took is how far apart requests may come together.
    pub fn answered(self) {
        let at = self.desk.ambient.clock.steady();
        let took = at.saturating_sub(self.sent);
        let mut hands = self.desk.hands();
        for Line { name, .. } in &self.asked.lines {
            match hands.spreads.get_mut(name) {
                Some(spread) => spread.note(at, took),
                None => hands.spreads.entry(name.clone()).or_default().note(at, took),
            }
        }
    }
}

impl Desk {
    fn terms(&self) -> Arc<Terms> {
        self.terms.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a gap of `account`, unless the one before lasts, or the next one is kept for a person.
    fn begin_gap(&self, terms: &Terms, account: &str, rank: Rank) -> Result<Begun, Wait> {
        let first = self.hands().first.left(account, self.ambient.clock.steady());
        if let (Some(left), Rank::Background) = (first, rank) {
            return Err(Wait::gap(account, left));
        }
        terms.spacing.begin(account, &self.ambient.entropy).map_err(|wait| {
            self.keep_next(account, rank, wait);
            Wait::gap(account, wait)
        })
    }

    /// Keeps the next request of `account` for a person who has to wait so long.
    fn keep_next(&self, account: &str, rank: Rank, wait: Duration) {
        match rank {
            Rank::Background => {}
            Rank::Person => self.hands().first.keep(account, wait, self.ambient.clock.steady()),
        }
    }

    /// The time that limits count in.
    pub(super) fn limits_now(&self) -> Millis {
        self.timeline.now()
    }

    pub(super) fn steady(&self) -> Duration {
        self.ambient.clock.steady()
    }

    pub(super) const fn entropy(&self) -> &Entropy {
        &self.ambient.entropy
    }

    /// Whether a request may be sent, and of which breakers it is the one try.
    fn heard(&self, asked: &Asked) -> Result<Tries, Wait> {
        let (hands, now) = (self.hands(), self.timeline.now());
        let host = asked.host.as_ref().map(|host| hands.stops.heard_of(host, now)).transpose()?;
        Ok(Tries { subject: hands.stops.heard_of(&asked.subject, now)?, host: host.unwrap_or(false) })
    }

    /// Learns who is stopped.
    async fn look(&self) -> Result<(), Error> {
        let all = self.store.read::<_, Error, _>(|tx| Box::pin(stops::list(tx))).await?;
        self.hands().stops.learn(all);
        Ok(())
    }

    /// Takes the one try, which another task or process may have.
    async fn take_try(&self, subject: &str) -> Result<Result<(), Wait>, Error> {
        let (now, name) = (self.timeline.now(), subject.to_owned());
        let tried = self.store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                let taken = stops::take_probe(tx, &name, now, now + TRY).await?;
                Ok((taken, stops::list(tx).await?))
            })
        });
        let (taken, all) = tried.await?;
        let mut hands = self.hands();
        hands.stops.learn(all);
        Ok(match hands.stops.heard_of(subject, self.timeline.now()) {
            _ if taken => Ok(()),
            // Somebody has lifted it meanwhile.
            Ok(false) => Ok(()),
            Ok(true) => Err(Wait::other_try(subject, TRY)),
            Err(wait) => Err(wait),
        })
    }

    /// Writes a stop; one that cannot be written holds in this process all the same.
    pub(super) async fn stop(&self, stop: Stopped) -> Result<(), Error> {
        let (now, new) = (self.timeline.now(), stop.clone());
        let all = self.change(move |tx| {
            Box::pin(async move {
                stops::forget(tx, now).await?;
                let stands = stops::stop(tx, &new).await?;
                if let Some(raise) = alarm(&stands).filter(|raise| raise.class == new.class) {
                    alarms::raise(tx, &raise).await?;
                }
                Ok(())
            })
        });
        let all = all.await?;
        let mut hands = self.hands();
        hands.stops.written(&stop);
        hands.stops.learn(all);
        Ok(())
    }

    async fn lift(&self, subject: String, now: Millis) -> Result<(), Error> {
        let all = self.change(move |tx| Box::pin(async move { stops::lift(tx, &subject, now).await })).await?;
        self.hands().stops.learn(all);
        Ok(())
    }

    /// Changes the stops; gives what stands there then.
    pub(super) async fn change<F>(&self, work: F) -> Result<Vec<Stopped>, Error>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<(), Error>> + Send + 'static,
    {
        let all = self.store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                work(tx).await?;
                stops::list(tx).await
            })
        });
        all.await
    }

    /// Gets a grant for each of `lines` that has none in hand; all of them or none.
    async fn reserve(&self, lines: &[Line], wish: Wish) -> Result<Result<(), Wait>, Error> {
        let seen = self.timeline.compare(self.store.now());
        // A row that all machines write would make them wait for each other.
        let keep =
            !self.store.is_shared() || self.stepped_ms.swap(seen.stepped_ms, Ordering::Relaxed) != seen.stepped_ms;
        let (now, steady) = (self.timeline.now(), self.ambient.clock.steady());
        let (wanted, unused) = {
            let mut hands = self.hands();
            let unused = hands.grants.take_unused(now);
            let missing: Vec<&Line> = lines.iter().filter(|line| !hands.grants.has(&line.name, now)).collect();
            let spread = |line: &Line| hands.spreads.get_mut(&line.name).map_or(Duration::ZERO, |s| s.widest(steady));
            let spreads: Vec<_> = missing.iter().copied().map(spread).collect();
            let wanted = missing.into_iter().zip(spreads);
            let wanted: Vec<_> =
                wanted.map(|(line, spread)| Wanted { line: line.clone(), spread_ms: span_millis(spread) }).collect();
            (wanted, unused)
        };
        let granted = self.store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                if keep {
                    pace::keep_clock(tx, seen).await?;
                }
                for (line, entry) in unused {
                    pace::give_back(tx, &line, entry).await?;
                }
                Ok((reserve(tx, &wanted, wish, now).await?, stops::list(tx).await?))
            })
        });
        let (granted, all) = granted.await?;
        self.hands().stops.learn(all);
        match granted {
            Ok(entries) => {
                let mut hands = self.hands();
                for (line, entry) in entries {
                    hands.grants.keep(&line, entry);
                }
                Ok(Ok(()))
            }
            Err(wait) => Ok(Err(wait)),
        }
    }
}
