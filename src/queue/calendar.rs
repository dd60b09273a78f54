//! Schedules and their slots: the moments that a cron line names in a time zone.

use croner::Cron;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::job::Job;
use crate::config::{parse_cron, parse_zone};
use crate::domain::Millis;

/// Slots that are counted at most; a pause of years is not worth counting out.
const COUNTED: usize = 1000;

/// What happens to slots that nobody was there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// The latest of them is run once.
    Once,
    /// They are left out.
    Skip,
}

/// Recurring work.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Its name, the first part of each job's key.
    pub name: String,
    /// The kind of its jobs.
    pub kind: String,
    /// Their payload.
    pub payload: Value,
    /// When.
    pub cron: Cron,
    /// In which zone.
    pub zone: TimeZone,
    /// What happens to missed slots.
    pub late: Late,
}

impl Schedule {
    /// Work that the house itself schedules: `job` at the times of `line` in `zone`.
    pub fn own<J: Job>(name: impl Into<String>, job: &J, line: &str, zone: &str) -> Option<Self> {
        let (cron, zone) = (parse_cron(line).ok()?, parse_zone(zone)?);
        let payload = serde_json::to_value(job).ok()?;
        Some(Self { name: name.into(), kind: J::KIND.to_owned(), payload, cron, zone, late: Late::Once })
    }
}

/// The slots after `last` up to `now`, the latest of them last; at most a thousand.
pub fn slots_between(cron: &Cron, zone: &TimeZone, last: Millis, now: Millis) -> Vec<Millis> {
    let mut slots = Vec::new();
    let mut cursor = now;
    while slots.len() < COUNTED {
        let Some(slot) = previous(cron, zone, cursor, slots.is_empty()).filter(|slot| *slot > last) else { break };
        slots.push(slot);
        cursor = slot;
    }
    slots.reverse();
    slots
}

/// The slot before the last one, at `now`.
pub fn slot_before_last(cron: &Cron, zone: &TimeZone, now: Millis) -> Option<Millis> {
    previous(cron, zone, previous(cron, zone, now, true)?, false)
}

fn previous(cron: &Cron, zone: &TimeZone, before: Millis, inclusive: bool) -> Option<Millis> {
    let at = Timestamp::from_millisecond(before.0).ok()?.to_zoned(zone.clone());
    let slot = cron.find_previous_occurrence(&at, inclusive).ok()?;
    Some(Millis(slot.timestamp().as_millisecond()))
}

pub(super) fn next(cron: &Cron, zone: &TimeZone, after: Millis) -> Option<Millis> {
    let at = Timestamp::from_millisecond(after.0).ok()?.to_zoned(zone.clone());
    let slot = cron.find_next_occurrence(&at, false).ok()?;
    Some(Millis(slot.timestamp().as_millisecond()))
}

/// The key of a slot: local time to the minute, with the offset only where the clock shows the same time twice.
pub(super) fn key(name: &str, zone: &TimeZone, slot: Millis) -> String {
    let Ok(at) = Timestamp::from_millisecond(slot.0) else { return format!("{name}@{}", slot.0) };
    let local = at.to_zoned(zone.clone());
    let first = local.datetime().to_zoned(zone.clone()).is_ok_and(|z| z.timestamp() == at);
    let text = if first { local.strftime("%Y-%m-%dT%H:%M") } else { local.strftime("%Y-%m-%dT%H:%M%:z") };
    format!("{name}@{text}")
}
