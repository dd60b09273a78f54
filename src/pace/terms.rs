//! What the settings ask for, and what a request falls under.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::forecast::{Judge, Seen};
use super::limit::{Line, Sending, gap, lines, rules};
use super::quiet::Quiet;
use super::spacing::Spacing;
use super::stop::{destination, subject};
use crate::ambient::Clock;
use crate::config::{Config, PaceRule};
use crate::domain::Millis;

/// How many sorts of requests are known at a time.
const MOST_ASKED: usize = 1024;

/// What the settings ask for.
#[derive(Debug)]
pub(super) struct Terms {
    rules: Vec<PaceRule>,
    pub(super) quiet: Quiet,
    pub(super) spacing: Spacing,
    /// What requests that were seen fall under: the same few are sent again and again.
    asked: Mutex<HashMap<Sending, Arc<Asked>>>,
}

impl Terms {
    pub(super) fn of(config: &Config, clock: &Clock) -> Self {
        let spacing = Spacing::new(gap(config.pace.tolerance), clock.clone());
        Self { rules: rules(config), quiet: Quiet::of(&config.pace), spacing, asked: Mutex::default() }
    }

    /// What lanes are judged by, now in the time that limits count in, and by the wall.
    pub(super) fn judge<'a>(&'a self, seen: &'a Seen, now: Millis, by_the_wall: Millis) -> Judge<'a> {
        Judge { rules: &self.rules, quiet: &self.quiet, gap: self.spacing.mean(), seen, now: (now, by_the_wall) }
    }

    /// What `sending` falls under.
    pub(super) fn asked(&self, sending: &Sending) -> Arc<Asked> {
        let mut known = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asked) = known.get(sending) {
            return asked.clone();
        }
        if known.len() >= MOST_ASKED {
            known.clear();
        }
        let (subject, host) = (subject(sending), destination(sending).map(Cow::into_owned));
        let asked = Arc::new(Asked { subject, host, lines: lines(&self.rules, sending) });
        known.insert(sending.clone(), asked.clone());
        asked
    }
}

/// Whom a request is sent for, and the limits that it falls under.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) subject: String,
    /// The host that it must reach.
    pub(super) host: Option<String>,
    pub(super) lines: Vec<Line>,
}
