//! The desk where requests get their permits.
//!
//! Whoever is about to send says what it is; the answer is a permit, or when to ask again and which limit binds. A
//! permit is in the store before it is given out. It must be used at once: a process that stood still in between asks
//! again ([`Permit::is_fresh`]).

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::grant::Grants;
use super::limit::{Line, Sending, lines, rules};
use super::log::{WIDEST, block, lasting, room, window};
use super::quiet::Quiet;
use super::spread::{MEMORY, Spread};
use super::timeline::Timeline;
use crate::ambient::Ambient;
use crate::config::{Config, PaceRule};
use crate::domain::Millis;
use crate::domain::time::span_millis;
use crate::store::pace::{self, Entry};
use crate::store::{Error, Store, Tx};

/// A cheap handle on the limits; clones share them.
#[derive(Debug, Clone)]
pub struct Pace(Arc<Desk>);

#[derive(Debug)]
struct Desk {
    store: Store,
    ambient: Ambient,
    timeline: Timeline,
    /// The step of the clock that the store knows.
    stepped_ms: AtomicI64,
    terms: Mutex<Arc<Terms>>,
    hands: Mutex<Hands>,
    /// One at a time asks the store: the others find what it was granted.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Hands {
    grants: Grants,
    spreads: HashMap<String, Spread>,
}

/// What the settings ask for.
#[derive(Debug)]
struct Terms {
    rules: Vec<PaceRule>,
    quiet: Quiet,
}

impl Terms {
    fn of(config: &Config) -> Self {
        Self { rules: rules(config), quiet: Quiet::of(&config.pace) }
    }
}

/// The right to send one request now.
#[derive(Debug)]
#[must_use = "a permit that nobody uses is a request that nobody may send"]
pub struct Permit {
    until: Millis,
    sent: Duration,
    lines: Vec<Line>,
    desk: Arc<Desk>,
}

/// No permit yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// How long, at least.
    pub wait: Duration,
    /// The rule that binds.
    pub rule: String,
    /// The line of it, which names what it counts by.
    pub line: String,
}

/// What the desk says.
#[derive(Debug)]
pub enum Verdict {
    /// Send it now.
    Go(Permit),
    /// Ask again later.
    Wait(Wait),
}

impl Pace {
    /// Opens the desk over `store` with the limits of `config`.
    pub async fn open(store: Store, config: &Config, ambient: Ambient) -> Result<Self, Error> {
        let seen = store.read::<_, Error, _>(|tx| Box::pin(pace::clock(tx))).await?;
        let timeline = Timeline::new(ambient.clock.clone(), store.now(), (seen, !store.is_shared()));
        let (hands, turn) = (Mutex::default(), tokio::sync::Mutex::default());
        let terms = Mutex::new(Arc::new(Terms::of(config)));
        let stepped_ms = AtomicI64::new(seen.map_or(0, |seen| seen.stepped_ms));
        Ok(Self(Arc::new(Desk { store, ambient, timeline, stepped_ms, terms, hands, turn })))
    }

    /// Takes new limits over; what was sent before counts under them as well.
    pub fn set(&self, config: &Config) {
        *self.0.terms.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(Terms::of(config));
    }

    /// Asks once.
    pub async fn ask(&self, sending: &Sending) -> Result<Verdict, Error> {
        let desk = &self.0;
        let terms = desk.terms();
        let now = desk.store.now();
        if let Some(end) = terms.quiet.until(now) {
            let (rule, line) = ("pace.quiet".to_owned(), "pace.quiet".to_owned());
            return Ok(Verdict::Wait(Wait { wait: end.since(now), rule, line }));
        }
        let lines = lines(&terms.rules, sending);
        if let Some(permit) = self.use_granted(&lines) {
            return Ok(Verdict::Go(permit));
        }
        let _turn = desk.turn.lock().await;
        if let Some(permit) = self.use_granted(&lines) {
            return Ok(Verdict::Go(permit));
        }
        if let Err(wait) = Box::pin(desk.fetch(&lines)).await? {
            return Ok(Verdict::Wait(wait));
        }
        let late = || {
            let (rule, line) = lines.first().map(|l| (l.rule.clone(), l.name.clone())).unwrap_or_default();
            Verdict::Wait(Wait { wait: Duration::ZERO, rule, line })
        };
        Ok(self.use_granted(&lines).map_or_else(late, Verdict::Go))
    }

    /// Waits for a permit for as long as `patience`; then gives what still binds.
    pub async fn pass(&self, sending: &Sending, patience: Duration) -> Result<Result<Permit, Wait>, Error> {
        let clock = &self.0.ambient.clock;
        let deadline = clock.steady().saturating_add(patience);
        loop {
            match self.ask(sending).await? {
                Verdict::Go(permit) => return Ok(Ok(permit)),
                Verdict::Wait(wait) if clock.steady().saturating_add(wait.wait) > deadline => return Ok(Err(wait)),
                Verdict::Wait(wait) => clock.sleep(wait.wait).await,
            }
        }
    }

    fn use_granted(&self, lines: &[Line]) -> Option<Permit> {
        let now = self.0.timeline.now();
        let names = lines.iter().map(|line| line.name.as_str());
        let until = self.0.hands().grants.use_one(names, now)?;
        let sent = self.0.ambient.clock.steady();
        Some(Permit { until, sent, lines: lines.to_vec(), desk: self.0.clone() })
    }
}

impl Permit {
    /// Whether it may still be used: to be asked right before the first byte.
    pub fn is_fresh(&self) -> bool {
        self.desk.timeline.now() <= self.until
    }

    /// The head of the answer is here: how long that took is how far apart requests may come together.
    pub fn answered(self) {
        let at = self.desk.ambient.clock.steady();
        let took = at.saturating_sub(self.sent);
        let mut hands = self.desk.hands();
        for line in &self.lines {
            hands.spreads.entry(line.name.clone()).or_default().note(at, took);
        }
    }
}

/// What is wanted from one line.
#[derive(Debug, Clone)]
struct Wanted {
    line: Line,
    spread_ms: i64,
}

impl Desk {
    fn terms(&self) -> Arc<Terms> {
        self.terms.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gets a grant for each of `lines` that has none in hand; all of them or none.
    async fn fetch(&self, lines: &[Line]) -> Result<Result<(), Wait>, Error> {
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
                reserve(tx, &wanted, now).await
            })
        });
        match granted.await? {
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

/// Counts a block in each of the lines that are wanted, if all have room; else says which makes us wait longest.
async fn reserve(tx: &mut Tx, wanted: &[Wanted], now: Millis) -> Result<Result<Vec<(String, Entry)>, Wait>, Error> {
    let mut granted = Vec::with_capacity(wanted.len());
    let mut longest: Option<Wait> = None;
    for Wanted { line, spread_ms } in wanted {
        let spread = pace::take_turn(tx, &line.name, *spread_ms, (now, now - MEMORY)).await?;
        let spread = Duration::from_millis(u64::try_from(spread).unwrap_or(0)).min(WIDEST);
        let window = window(line, spread);
        let entries = pace::entries(tx, &line.name, now - window).await?;
        match room(line, &entries, (now, window)) {
            Ok(free) => {
                let last_at = (now + lasting(line)).0;
                granted.push((line.name.clone(), Entry { last_at, n: i64::from(free.min(block(line))) }));
            }
            Err(when) => {
                let wait = Wait { wait: when.since(now), rule: line.rule.clone(), line: line.name.clone() };
                longest = longest.into_iter().chain([wait]).max_by_key(|wait| wait.wait);
            }
        }
    }
    if let Some(wait) = longest {
        return Ok(Err(wait));
    }
    for (line, entry) in &granted {
        pace::add(tx, line, *entry).await?;
    }
    Ok(Ok(granted))
}
