//! A target as it is written down once it was taken over: it is followed from there, so that neither a refused edit nor a
//! restart beside a broken file stops what was running.

use std::num::NonZeroU64;
use std::time::Duration;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::config::{Order, Target, parse_window};
use crate::domain::time::span_millis;
use crate::domain::{Interval, Millis, Take};

/// What a target says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// The page that it is about.
    pub url: Option<String>,
    /// The words that are looked for.
    pub query: Option<String>,
    /// What is taken, in words.
    pub take: Vec<String>,
    every: i64,
    at: Vec<String>,
    windows: Vec<String>,
    /// The time zone of its times, by name.
    pub timezone: String,
    between: Option<(i64, i64)>,
    /// At most so many records in a round.
    pub max: Option<NonZeroU64>,
    /// What goes first.
    pub priority: i64,
    /// In whose name, by any of these.
    pub profiles: Vec<String>,
    /// Whether lists of people are read from their old end.
    pub oldest_first: bool,
    /// Whether the file holds it back.
    pub paused: bool,
    note: String,
}

impl Spec {
    /// Of what the file says.
    pub fn of(target: &Target) -> Self {
        let hours = |time: &Time| time.strftime("%H:%M").to_string();
        Self {
            url: target.url.clone(),
            query: target.query.clone(),
            take: target.take.iter().map(|take| take.as_str().to_owned()).collect(),
            every: span_millis(target.every),
            at: target.at.iter().map(hours).collect(),
            windows: target.windows.iter().map(|(from, to)| format!("{}-{}", hours(from), hours(to))).collect(),
            timezone: target.timezone.clone(),
            between: target.between.map(|between| (between.start.0, between.end.0)),
            max: target.max,
            priority: target.priority,
            profiles: target.profiles.clone(),
            oldest_first: target.order == Order::Old,
            paused: target.paused,
            note: target.note.clone(),
        }
    }

    /// What it is about.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Of what was written down; nothing when another version wrote it.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// As it is written down.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What is taken.
    pub fn takes(&self) -> impl Iterator<Item = Take> {
        Take::ALL.iter().copied().filter(|take| self.take.iter().any(|word| word == take.as_str()))
    }

    /// How often, when it does not say at which times.
    pub fn every(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.every).unwrap_or(0))
    }

    /// At which times of day.
    pub fn at(&self) -> impl Iterator<Item = Time> {
        // A time is read as the beginning of a window.
        self.at.iter().filter_map(|text| Some(parse_window(&format!("{text}-{text}"))?.0))
    }

    /// Within which hours.
    pub fn windows(&self) -> impl Iterator<Item = (Time, Time)> {
        self.windows.iter().filter_map(|text| parse_window(text))
    }

    /// Only what was made within.
    pub fn between(&self) -> Option<Interval> {
        self.between.map(|(start, end)| Interval { start: Millis(start), end: Millis(end) })
    }

    /// What a person wrote beside it.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Whether both come at the same times.
    pub fn comes_as(&self, other: &Self) -> bool {
        let when = |spec: &Self| (spec.every, spec.at.clone(), spec.windows.clone(), spec.timezone.clone());
        when(self) == when(other) && self.paused == other.paused
    }

    /// Whether both ask for the same records in the same order.
    pub fn asks_as(&self, other: &Self) -> bool {
        self.about() == other.about() && self.oldest_first == other.oldest_first
    }

    /// Which records it is about, in a text: a round that began when it was about others is of no use any more.
    pub fn about(&self) -> String {
        let (url, query) = (self.url.as_deref().unwrap_or_default(), self.query.as_deref().unwrap_or_default());
        let between = self.between.map(|(from, to)| format!("{from}-{to}")).unwrap_or_default();
        [url, query, &between].join(" ").trim().to_owned()
    }
}

/// The lane of what is taken in the name of `profile`.
pub fn lane(profile: &str, take: Take) -> String {
    let who = if profile.is_empty() { "douyin" } else { profile };
    format!("{who}/{}", take.as_str())
}
