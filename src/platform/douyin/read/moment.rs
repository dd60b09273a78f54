//! When something happened, as the platform says it and as people read it: in the time of China, `YYYY-MM-DD HH-MM-SS`.

use jiff::fmt::strtime;

use crate::domain::Millis;
use crate::domain::interval::CHINA;
use crate::wire::json::Value;

/// Numbers above this are milliseconds.
const SECONDS_END: f64 = 1e10;

/// The moment that a number of seconds or milliseconds, such a number as a text, or a written date stands for.
/// Nothing for 0, which the platform sends where there is none.
pub fn parse_moment(value: Value<'_>) -> Option<Millis> {
    let text = value.text();
    let text = text.as_deref().or_else(|| value.number())?.trim_ascii();
    match text.parse::<f64>() {
        Ok(number) => from_number(number, text),
        Err(_) => written_out(text),
    }
}

fn from_number(number: f64, text: &str) -> Option<Millis> {
    let written = text.split_once('.').map_or(text, |(whole, _)| whole);
    // With an exponent the digits alone say too little.
    let short = || format!("{:.0}", number.trunc());
    let whole: i64 = if text.contains(['e', 'E']) { short().parse() } else { written.parse() }.ok()?;
    let ms = if number > SECONDS_END { whole } else { whole.checked_mul(1000)? };
    (ms != 0).then_some(Millis(ms))
}

/// `Wed Jun 01 10:23:01 +0800 2022`.
fn written_out(text: &str) -> Option<Millis> {
    let at = strtime::parse("%a %b %d %H:%M:%S %z %Y", text).ok()?.to_timestamp().ok()?;
    Some(Millis(at.as_millisecond()))
}

/// A moment for people; nothing when no calendar reaches it.
pub fn show_moment(at: Millis) -> Option<String> {
    let at = CHINA.to_datetime(jiff::Timestamp::from_millisecond(at.0).ok()?);
    let (year, month, day, hour, minute, second) =
        (at.year(), at.month(), at.day(), at.hour(), at.minute(), at.second());
    Some(format!("{year:04}-{month:02}-{day:02} {hour:02}-{minute:02}-{second:02}"))
}

/// The moment that [`show_moment`] showed.
pub fn parse_shown(text: &str) -> Option<Millis> {
    let at = strtime::parse("%Y-%m-%d %H-%M-%S", text).ok()?.to_datetime().ok()?;
    Some(Millis(CHINA.to_timestamp(at).ok()?.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::json::{Caps, Json};

    #[track_caller]
    fn check(text: &str, expected: Option<i64>) {
        let json = Json::parse(text.as_bytes(), Caps::default()).unwrap();
        assert_eq!(parse_moment(json.root()), expected.map(Millis), "{text}");
    }

    #[test]
    fn a_number_is_read_however_it_is_written() {
        check("1700000000", Some(1_700_000_000_000));
        check("1.7e9", Some(1_700_000_000_000));
        check("\"1.7E9\"", Some(1_700_000_000_000));
        check("1700000000123", Some(1_700_000_000_123));
        check("1700000000.75", Some(1_700_000_000_000));
        for nothing in ["0", "0.5", "1e-3", "1e300", "\"nan\"", "\"inf\"", "-0", "null", "[]", "\"soon\""] {
            check(nothing, None);
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(second in 1i64..32_503_651_200) {
            let at = Millis(second * 1000);
            prop_assert_eq!(parse_shown(&show_moment(at).unwrap()), Some(at));
        }
    }
}
