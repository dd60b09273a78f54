//! Moments and numbers as a person reads them.
//!
//! A moment is told as `3 h ago`, with the exact time in the element's title.

use crate::domain::Millis;
use crate::domain::time::roughly;

/// A moment, for an element of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Moment {
    /// For machines and for the title.
    pub(in crate::web) at: String,
    /// For people.
    pub(in crate::web) text: String,
}

impl Moment {
    /// `at` as seen from `now`.
    pub(in crate::web) fn seen(at: i64, now: Millis) -> Self {
        let at = Millis(at);
        let text = if at > now { format!("in {}", roughly(at.since(now))) } else { ago(at, now) };
        Self { at: at.to_string(), text }
    }
}

fn ago(at: Millis, now: Millis) -> String {
    let span = now.since(at);
    if span.as_secs() == 0 { "now".to_owned() } else { format!("{} ago", roughly(span)) }
}

/// `2026-11-21 09:30 UTC`.
pub(in crate::web) fn clock(at: Millis) -> String {
    let text = at.to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{day} {} UTC", time.get(..5).unwrap_or_default())
}

/// A number with thin gaps: `1 284 009`.
pub(in crate::web) fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::from(if n < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_as_a_person_would() {
        let now = Millis(1_800_000_000_000);
        let text = |at: i64| Moment::seen(now.0 + at, now).text;
        assert_eq!(text(0), "now");
        assert_eq!(text(-59_000), "59 s ago");
        assert_eq!(text(-3 * 3_600_000), "3 h ago");
        assert_eq!(text(600_000), "in 10 min");
        assert_eq!(clock(now), "2027-01-15 08:00 UTC");
    }

    #[test]
    fn numbers_are_grouped() {
        let plain = |n| number(n).replace('\u{202f}', " ");
        assert_eq!(plain(0), "0");
        assert_eq!(plain(999), "999");
        assert_eq!(plain(1000), "1 000");
        assert_eq!(plain(-1_284_009), "-1 284 009");
    }
}
