//! Lyrics: from the platform's JSON to the text that players read.
//!
//! The platform says when a line begins in decimal seconds, sometimes as a text and sometimes as a number. It is read
//! as a decimal, digit by digit: a binary float would turn 12.760 into 12.759.

use std::fmt::Write as _;

use super::json::{BadJson, Caps, Json, Value};

/// A lyric is a few hundred lines; this is thousands.
const CAPS: Caps = Caps { bytes: 1 << 20, values: 1 << 16, depth: 8, members: 64 };
/// Lines begin within a day.
const LATEST: u64 = 86_400_000;

/// A lyric that is none. The name that others know it by is `bad_lyric`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLyric {
    /// It is no JSON that can be read.
    #[error("the lyric cannot be read: {0}")]
    Json(#[from] BadJson),
    /// It is no list.
    #[error("the lyric is no list of lines")]
    NotAList,
    /// A line has no text.
    #[error("line {0} of the lyric has no `text`")]
    NoText(usize),
    /// A line has no time, or one that is none.
    #[error("line {0} of the lyric has no `timeId` in decimal seconds")]
    NoTime(usize),
}

impl BadLyric {
    /// Its name.
    pub const CODE: &'static str = "bad_lyric";
}

/// Turns the platform's lines into `[MM:SS.mmm] text`, one below the other.
///
/// ```
/// use radard::wire::lrc::to_lrc;
/// let lyric = br#"[{"text": "Wasted", "timeId": "10.2105"}, {"text": "a\nb", "timeId": 6000.25}]"#;
/// assert_eq!(to_lrc(lyric).unwrap(), "[00:10.211] Wasted\n[100:00.250] a b");
/// ```
pub fn to_lrc(lyric: &[u8]) -> Result<String, BadLyric> {
    let json = Json::parse(lyric, CAPS)?;
    let lines = json.root();
    if !lines.is_list() {
        return Err(BadLyric::NotAList);
    }
    let mut lrc = String::with_capacity(lyric.len());
    for (at, line) in lines.items().enumerate() {
        let text = line.get("text").text().ok_or(BadLyric::NoText(at + 1))?;
        let ms = begins(line.get("timeId")).ok_or(BadLyric::NoTime(at + 1))?;
        if at > 0 {
            lrc.push('\n');
        }
        let _never_fails = write!(lrc, "[{:02}:{:02}.{:03}] ", ms / 60_000, ms / 1000 % 60, ms % 1000);
        lrc.extend(text.replace("\r\n", " ").chars().map(|c| if breaks_line(c) { ' ' } else { c }));
    }
    Ok(lrc)
}

const fn breaks_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The milliseconds of a time in decimal seconds, rounded half up.
fn begins(time: Value<'_>) -> Option<u64> {
    let text = time.text();
    let decimal = text.as_deref().or_else(|| time.number())?.trim_ascii();
    let (decimal, exponent) = decimal.split_once(['e', 'E']).map_or((decimal, "0"), |(d, e)| (d, e));
    let (whole, part) = decimal.split_once('.').unwrap_or((decimal, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !digits(whole) || !digits(part) || decimal.len() > 40 {
        return None;
    }
    // Where the point stands once the seconds are milliseconds.
    let point = i64::try_from(whole.len()).ok()? + exponent.parse::<i64>().ok()?.clamp(-60, 60) + 3;
    let mut ms: u64 = 0;
    for (at, digit) in (0..).zip(whole.bytes().chain(part.bytes())) {
        let digit = u64::from(digit - b'0');
        if at < point {
            ms = ms.checked_mul(10)?.checked_add(digit)?;
        } else {
            ms += u64::from(at == point && digit >= 5);
        }
    }
    let written = i64::try_from(whole.len() + part.len()).ok()?;
    for _ in written..point {
        ms = ms.checked_mul(10)?;
    }
    (ms <= LATEST).then_some(ms)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(time: &str, expected: Option<u64>) {
        let text = format!("[{time}]");
        let json = Json::parse(text.as_bytes(), CAPS).unwrap();
        assert_eq!(begins(json.root().at(0)), expected, "{time}");
    }

    #[test]
    fn decimal_seconds_are_exact_and_rounded_half_up() {
        check("12.760", Some(12_760));
        check("\"0.0005\"", Some(1));
        check("\"0.00049999\"", Some(0));
        check("\" 5. \"", Some(5000));
        check("\".5\"", Some(500));
        check("1.5e1", Some(15_000));
        check("125e-2", Some(1250));
        check("1e-4", Some(0));
        check("5e-4", Some(1));
        check("0.99999", Some(1000));
        for wrong in ["\"abc\"", "\"\"", "\".\"", "-1", "\"1,5\"", "\"nan\"", "1e99", "null", "true", "[]", "\"1e\""] {
            check(wrong, None);
        }
    }

    #[test]
    fn each_refusal_has_its_name() {
        let why = |lyric: &str| to_lrc(lyric.as_bytes()).unwrap_err();
        assert_eq!(why("{}"), BadLyric::NotAList);
        assert_eq!(why("[{\"timeId\":1}]"), BadLyric::NoText(1));
        assert_eq!(why("[{\"text\":\"a\",\"timeId\":1},{\"text\":\"b\"}]"), BadLyric::NoTime(2));
        assert!(matches!(why("["), BadLyric::Json(BadJson::Cut)));
    }

    proptest! {
        #[test]
        fn a_time_reads_back(ms in 0u64..LATEST) {
            let lyric = format!(r#"[{{"text":"x","timeId":"{}.{:03}"}}]"#, ms / 1000, ms % 1000);
            let expected = format!("[{:02}:{:02}.{:03}] x", ms / 60_000, ms / 1000 % 60, ms % 1000);
            prop_assert_eq!(to_lrc(lyric.as_bytes()).unwrap(), expected);
        }

        #[test]
        fn a_line_stays_a_line(text in any::<String>()) {
            let lyric = serde_json::json!([{"text": text, "timeId": "1"}]).to_string();
            prop_assert_eq!(to_lrc(lyric.as_bytes()).unwrap().lines().count(), 1);
        }
    }
}
