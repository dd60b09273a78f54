//! A span of whole days, as people write it: `2026-01-01|2026-12-31`, both days included, or `all`.
//!
//! Days are those of a place, and here the place is where the platform's people live: eight hours ahead of UTC, with no
//! daylight saving. Being pure arithmetic it holds on a machine without a list of time zones.

use jiff::civil::Date;
use jiff::tz::Offset;

use super::time::Millis;

/// Eight hours ahead of UTC.
pub const CHINA: Offset = Offset::constant(8);

const DAY: i64 = 24 * 60 * 60;

/// From the first millisecond of a day to the last second of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The first moment.
    pub start: Millis,
    /// The last second.
    pub end: Millis,
}

/// A text that is no interval. The name that others know it by is `bad_interval`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadInterval {
    /// It is not two days.
    #[error("it is not two days such as \"2026-01-01|2026-12-31\", and not \"all\"")]
    Form,
    /// One of them is in no calendar.
    #[error("it holds a day that is in no calendar")]
    Day,
    /// They stand the wrong way round.
    #[error("its last day is before its first")]
    Backwards,
}

impl Interval {
    /// Reads `text`; `all` is no limit at all.
    ///
    /// ```
    /// use radard::domain::interval::Interval;
    /// let year = Interval::parse("2026-01-01|2026-12-31").unwrap().unwrap();
    /// assert_eq!(year.start.to_string(), "2025-12-31T16:00:00.000Z");
    /// assert_eq!(Interval::parse("all"), Ok(None));
    /// assert!(Interval::parse("2026-01-01").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Option<Self>, BadInterval> {
        if text == "all" {
            return Ok(None);
        }
        let (first, last) = text.split_once('|').ok_or(BadInterval::Form)?;
        let [first, last] = [first, last].map(str::trim_ascii);
        if ![first, last].iter().all(|day| is_written_as_a_day(day)) {
            return Err(BadInterval::Form);
        }
        let day = |text: &str| text.parse::<Date>().map_err(|_| BadInterval::Day);
        let (first, last) = (day(first)?, day(last)?);
        if last < first {
            return Err(BadInterval::Backwards);
        }
        let days = |day: Date| i64::from(day.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days()));
        let begin = |day: Date| Millis((days(day) * DAY - i64::from(CHINA.seconds())) * 1000);
        Ok(Some(Self { start: begin(first), end: Millis(begin(last).0 + (DAY - 1) * 1000) }))
    }

    /// Whether a moment lies within; the last second belongs to it whole.
    pub const fn holds(&self, at: Millis) -> bool {
        self.start.0 <= at.0 && at.0 < self.end.0 + 1000
    }
}

/// Four digits, two, two: a calendar would also take other forms.
fn is_written_as_a_day(text: &str) -> bool {
    let form = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_name() {
        for (text, why) in [
            ("", BadInterval::Form),
            ("2026-01-01", BadInterval::Form),
            ("a|b", BadInterval::Form),
            ("2026-1-1|2026-12-31", BadInterval::Form),
            ("20260101|20261231", BadInterval::Form),
            ("2026-02-30|2026-12-31", BadInterval::Day),
            ("2026-12-31|2026-01-01", BadInterval::Backwards),
        ] {
            assert_eq!(Interval::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn no_day_of_the_calendar_is_too_late() {
        let long = Interval::parse("2026-01-01|9999-12-31").unwrap().unwrap();
        assert_eq!(long.end.0, 253_402_271_999_000);
        assert_eq!(Interval::parse("1970-01-01|1970-01-01").unwrap().unwrap().start.0, -28_800_000);
    }

    #[test]
    fn the_last_second_belongs_to_the_day() {
        let day = Interval::parse("2026-01-01 | 2026-01-01").unwrap().unwrap();
        let holds = |ms| day.holds(Millis(day.start.0 + ms));
        assert_eq!((holds(-1), holds(0), holds(86_399_999), holds(86_400_000)), (false, true, true, false));
    }
}
