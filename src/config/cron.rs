//! Cron lines and time zones, read in one dialect by the checker and by whoever keeps the schedule.
//!
//! Five fields, or a name such as `@daily`; no seconds, because a job per second is a loop and not a schedule. A line
//! that can never come, such as 30 February, is refused: it would be a job that silently does not run.

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil;
use jiff::tz::TimeZone;

/// Why a text is no usable cron line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotACron {
    /// The line does not follow the dialect.
    #[error("{0}")]
    Unreadable(String),
    /// The line is well formed and names no day that exists.
    #[error("it names a day that never comes")]
    Never,
}

/// Reads a cron line: five fields, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
///
/// ```
/// assert!(radard::config::parse_cron("0 4 * * MON-FRI").is_ok());
/// assert!(radard::config::parse_cron("0 4 30 2 *").is_err());
/// ```
pub fn parse_cron(line: &str) -> Result<Cron, NotACron> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let cron = parser.parse(line).map_err(|why| NotACron::Unreadable(plain(&why)))?;
    let from = civil::date(2026, 1, 1).at(0, 0, 0, 0);
    cron.find_next_occurrence(&from, true).map_err(|_| NotACron::Never)?;
    Ok(cron)
}

/// The library's sentence as a clause of ours: first letter small, no full stop.
fn plain(why: &CronError) -> String {
    let sentence = match why {
        CronError::InvalidPattern(said) | CronError::IllegalCharacters(said) | CronError::ComponentError(said) => said,
        other => &other.to_string(),
    };
    let mut letters = sentence.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// The time zone called `name`, such as `Asia/Shanghai`, as the machine's list spells it.
pub fn parse_zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_five_fields_or_a_name() {
        for line in ["0 4 * * *", "*/7 * * * *", "0 0 29 2 *", "0 6 * * MON", "@daily"] {
            assert!(parse_cron(line).is_ok(), "{line}");
        }
        for line in ["", "hello", "0 4 * *", "* * * * * *", "61 * * * *", "5/10 * * * *", "@reboot"] {
            assert!(matches!(parse_cron(line), Err(NotACron::Unreadable(_))), "{line}");
        }
        assert_eq!(parse_cron("0 0 30 2 *").map(|_| ()), Err(NotACron::Never));
    }

    #[test]
    fn a_zone_is_one_the_machine_knows() {
        assert_eq!(parse_zone("asia/shanghai").unwrap().iana_name(), Some("Asia/Shanghai"));
        for name in ["", "+08:00", "Mars/Olympus", "Etc/Unknown"] {
            assert!(parse_zone(name).is_none(), "{name}");
        }
    }
}
