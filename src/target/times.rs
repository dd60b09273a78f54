//! When something is taken next: every so often or at times of day, within hours, in a time zone.
//!
//! Times of day are those that a clock on the wall of that place shows, on the days on which it is set as well: an hour
//! that is left out begins when it would have, one that comes twice counts once.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

use super::spec::Spec;
use crate::domain::Millis;

/// What never comes.
pub const NEVER: Millis = Millis(i64::MAX);

/// The next time after `after` at which a target is due.
pub fn next(spec: &Spec, after: Millis) -> Millis {
    let Some(zone) = crate::config::parse_zone(&spec.timezone) else { return after + spec.every() };
    let local = |at: Millis| Some(Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone.clone()));
    let Some(now) = local(after) else { return after + spec.every() };
    let of_day = spec.at().filter_map(|time| following(&now, time, &zone)).min();
    let due = of_day.unwrap_or_else(|| after + spec.every());
    within_hours(spec, due)
}

/// `due`, or when the next of the hours begins within which the target may be taken.
pub fn within_hours(spec: &Spec, due: Millis) -> Millis {
    let zone = crate::config::parse_zone(&spec.timezone);
    let local = zone.clone().and_then(|zone| Some(Timestamp::from_millisecond(due.0).ok()?.to_zoned(zone)));
    let (Some(local), Some(zone)) = (local, zone) else { return due };
    let is_open = |(from, to): (Time, Time)| {
        let time = local.time();
        if from < to { (from..to).contains(&time) } else { time >= from || time < to }
    };
    let mut windows = spec.windows().peekable();
    if windows.peek().is_none() || spec.windows().any(is_open) {
        return due;
    }
    windows.filter_map(|(from, _)| following(&local, from, &zone)).min().unwrap_or(due)
}

/// When the clock shows `time` for the first time after `now`.
fn following(now: &Zoned, time: Time, zone: &TimeZone) -> Option<Millis> {
    let days = (0..=2).filter_map(|days| now.date().checked_add(Span::new().days(days)).ok());
    let moments = days.filter_map(|day| day.to_datetime(time).to_zoned(zone.clone()).ok());
    let next = moments.into_iter().find(|moment| moment > now)?;
    Some(Millis(next.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{QueueText, check_queue};

    fn spec(more: &str) -> Spec {
        let text = format!("[[target]]\nname = \"a\"\ntake = [\"feed\"]\n{more}\n");
        let text = QueueText { file: "q".into(), read: Some(Ok(text.into_bytes())) };
        Spec::of(&check_queue(&text, &[]).unwrap().all[0])
    }

    fn at(text: &str) -> Millis {
        Millis(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    #[track_caller]
    fn comes(more: &str, after: &str, expected: &str) {
        let next = Timestamp::from_millisecond(next(&spec(more), at(after)).0).unwrap();
        assert_eq!(next.to_string(), expected, "{more} after {after}");
    }

    #[test]
    fn every_so_often_or_at_times_of_day() {
        comes("every = \"2h\"", "2026-11-21T06:00:00Z", "2026-11-21T08:00:00Z");
        let times = "at = [\"21:00\", \"09:00\"]";
        comes(times, "2026-11-21T00:59:59Z", "2026-11-21T01:00:00Z");
        comes(times, "2026-11-21T01:00:00Z", "2026-11-21T13:00:00Z");
        comes(times, "2026-11-21T13:00:00Z", "2026-11-22T01:00:00Z");
    }

    #[test]
    fn hours_may_go_past_midnight_and_what_falls_outside_waits_for_them() {
        let evening = "every = \"1h\"\nwindows = [\"19:00-02:00\"]";
        comes(evening, "2026-11-21T11:30:00Z", "2026-11-21T12:30:00Z");
        comes(evening, "2026-11-21T16:30:00Z", "2026-11-21T17:30:00Z");
        comes(evening, "2026-11-21T17:30:00Z", "2026-11-22T11:00:00Z");
        comes("at = [\"09:00\"]\nwindows = [\"10:00-11:00\"]", "2026-11-21T00:00:00Z", "2026-11-21T02:00:00Z");
    }

    #[test]
    fn the_hours_of_a_day_keep_their_meaning_when_clocks_are_set() {
        let night = "at = [\"02:30\"]\ntimezone = \"Europe/Berlin\"";
        // There is no half past two on that day, and on another there are two.
        comes(night, "2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z");
        comes(night, "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z");
        comes(night, "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z");
        comes(night, "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
        let early = "every = \"1h\"\nwindows = [\"01:00-05:00\"]\ntimezone = \"Europe/Berlin\"";
        comes(early, "2026-03-29T02:30:00Z", "2026-03-29T23:00:00Z");
    }

    #[test]
    fn what_is_written_down_is_read_again() {
        let spec = spec("every = \"90m\"\nwindows = [\"19:00-02:00\"]\nbetween = \"2026-01-01|2026-02-01\"\nmax = 3");
        assert_eq!(Spec::read(&spec.to_text()), Some(spec));
        assert_eq!(Spec::read("{}"), None);
    }
}
