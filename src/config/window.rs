//! Times and hours of a day, `09:00` and `23:00-07:00`: what ends before it begins ends on the next day.

use jiff::civil::Time;

/// Reads two times of day with a dash between them.
///
/// ```
/// use radard::config::parse_window;
/// assert!(parse_window("23:00-07:00").is_some());
/// assert!(parse_window("11pm-7am").is_none());
/// ```
pub fn parse_window(text: &str) -> Option<(Time, Time)> {
    let (from, to) = text.split_once('-')?;
    Some((parse_time(from)?, parse_time(to)?))
}

/// Reads a time of day, such as `09:00`.
pub(super) fn parse_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}
