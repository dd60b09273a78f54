//! Quiet hours: when nothing goes out, in the zone and through the daylight saving of the place.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

use crate::config::{Pace, parse_window, parse_zone};
use crate::domain::Millis;

/// Hours of each day.
#[derive(Debug, Clone)]
pub struct Quiet {
    zone: TimeZone,
    windows: Vec<(Time, Time)>,
}

impl Quiet {
    /// The hours that the settings name.
    pub fn of(settings: &Pace) -> Self {
        let zone = parse_zone(&settings.timezone).unwrap_or(TimeZone::UTC);
        Self { zone, windows: settings.quiet.iter().filter_map(|text| parse_window(text)).collect() }
    }

    /// When the quiet that holds at `now` is over; `None` when it is not quiet.
    pub fn until(&self, now: Millis) -> Option<Millis> {
        if self.windows.is_empty() {
            return None;
        }
        let mut at = Timestamp::from_millisecond(now.0).ok()?.to_zoned(self.zone.clone());
        let begun = at.timestamp();
        // One window may end where another begins; more than a day of quiet is all there is.
        for _ in 0..=self.windows.len() {
            match self.windows.iter().find_map(|(from, to)| end(&at, *from, *to)) {
                Some(end) => at = end,
                None => break,
            }
        }
        if at.timestamp() == begun { None } else { Some(Millis(at.timestamp().as_millisecond())) }
    }

    /// When it is quiet next, after `now`.
    pub(super) fn next(&self, now: Millis) -> Option<Millis> {
        let at = Timestamp::from_millisecond(now.0).ok()?.to_zoned(self.zone.clone());
        let begins = self.windows.iter().filter_map(|(from, _)| begin(&at, *from));
        begins.map(|begin| Millis(begin.timestamp().as_millisecond())).min()
    }
}

/// The next begin of the window that begins at `from`, as the zone has it.
fn begin(at: &Zoned, from: Time) -> Option<Zoned> {
    let on = |days: i64| {
        let day = at.date().checked_add(days.days()).ok()?;
        day.to_datetime(from).to_zoned(at.time_zone().clone()).ok()
    };
    [0, 1, 2].into_iter().filter_map(on).find(|begin| begin.timestamp() > at.timestamp())
}

/// The end of the window that `at` is in. A time that the clock skips or repeats counts as the zone has it; what is
/// left of a window is never less than nothing.
fn end(at: &Zoned, from: Time, to: Time) -> Option<Zoned> {
    let time = at.time();
    let (inside, days) =
        if from < to { (from <= time && time < to, 0) } else { (time >= from || time < to, i64::from(time >= from)) };
    if !inside {
        return None;
    }
    let day = at.date().checked_add(days.days()).ok()?;
    let end = day.to_datetime(to).to_zoned(at.time_zone().clone()).ok()?;
    // In the hour that comes twice the end may seem to lie behind.
    if end.timestamp() > at.timestamp() { Some(end) } else { at.checked_add(1.hour()).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(zone: &str, windows: &[&str]) -> Quiet {
        let quiet = windows.iter().map(|text| (*text).to_owned()).collect();
        Quiet::of(&Pace { quiet, timezone: zone.to_owned(), ..crate::config::Config::default().pace })
    }

    #[track_caller]
    fn check(quiet: &Quiet, now: &str, expected: Option<&str>) {
        let ms = |text: &str| Millis(text.parse::<Timestamp>().unwrap().as_millisecond());
        assert_eq!(quiet.until(ms(now)), expected.map(ms), "{now}");
    }

    #[test]
    fn a_night_ends_on_the_next_morning() {
        let night = quiet("Asia/Shanghai", &["23:00-07:00"]);
        check(&night, "2026-03-01T14:59:59Z", None);
        check(&night, "2026-03-01T15:00:00Z", Some("2026-03-01T23:00:00Z"));
        check(&night, "2026-03-01T22:59:59Z", Some("2026-03-01T23:00:00Z"));
        check(&night, "2026-03-01T23:00:00Z", None);
    }

    #[test]
    fn windows_that_touch_are_one_and_a_whole_day_is_found_out() {
        let two = quiet("Asia/Shanghai", &["12:00-13:00", "13:00-14:30"]);
        check(&two, "2026-03-01T04:30:00Z", Some("2026-03-01T06:30:00Z"));
        let all = quiet("Asia/Shanghai", &["00:00-12:00", "12:00-00:00"]);
        assert!(all.until(Millis(1_800_000_000_000)).is_some());
        assert!(quiet("Asia/Shanghai", &[]).until(Millis(0)).is_none());
    }

    #[test]
    fn daylight_saving_moves_the_end_with_the_clock_on_the_wall() {
        let berlin = quiet("Europe/Berlin", &["22:00-06:00"]);
        check(&berlin, "2026-03-28T22:00:00Z", Some("2026-03-29T04:00:00Z"));
        check(&berlin, "2026-10-24T22:00:00Z", Some("2026-10-25T05:00:00Z"));
        // 02:30 is skipped in spring: the quiet ends when the clock shows it or later.
        let gap = quiet("Europe/Berlin", &["01:00-02:30"]);
        check(&gap, "2026-03-29T00:30:00Z", Some("2026-03-29T01:30:00Z"));
        check(&gap, "2026-03-29T01:30:00Z", None);
        // 02:00 to 03:00 comes twice in autumn, and is quiet both times.
        let fold = quiet("Europe/Berlin", &["02:15-02:45"]);
        check(&fold, "2026-10-25T00:20:00Z", Some("2026-10-25T00:45:00Z"));
        assert!(fold.until(Millis("2026-10-25T01:20:00Z".parse::<Timestamp>().unwrap().as_millisecond())).is_some());
    }
}
