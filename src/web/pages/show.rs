//! How pages show things: the frame around each, moments, states.
//!
//! Moments are told as a person would, `3 h ago`, with the exact one in the element's title. Words for states come
//! from the catalogue; the word of the contract is the class of the element, which is what gives it its colour.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::advice;
use crate::config::Language;
use crate::domain::Millis;
use crate::domain::time::roughly;
use crate::store::jobs::State;
use crate::web::app::App;
use crate::web::paths;
use crate::web::refusal::Refusal;
use crate::web::text::Texts;

/// What stands around every page.
pub(super) struct Frame {
    pub(super) t: &'static Texts,
    pub(super) style: &'static str,
    pub(super) icon: &'static str,
    pub(super) home: &'static str,
    pub(super) leave: &'static str,
    pub(super) gates: &'static str,
    /// What the foot of the page tells to those who are signed in.
    pub(super) foot: Option<Foot>,
}

/// Which build runs where, since when.
pub(super) struct Foot {
    pub(super) version: &'static str,
    pub(super) node: String,
    pub(super) up: String,
    pub(super) now: String,
}

impl Frame {
    /// The frame for somebody who is not signed in.
    pub(super) fn bare() -> Self {
        Self {
            t: Texts::of(Language::En),
            style: paths::style(),
            icon: paths::icon(),
            home: paths::STATUS,
            leave: paths::LEAVE,
            gates: paths::GATES,
            foot: None,
        }
    }

    /// The frame for somebody who is.
    pub(super) fn full(app: &App, now: Millis) -> Self {
        let foot = Foot {
            version: env!("CARGO_PKG_VERSION"),
            node: app.queue().rules().node.clone(),
            up: roughly(app.parts().ambient.clock.steady()),
            now: clock(now),
        };
        Self { foot: Some(foot), ..Self::bare() }
    }
}

/// A moment, for an element of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    /// For machines and for the title.
    pub(super) at: String,
    /// For people.
    pub(super) text: String,
}

impl Moment {
    /// `at` as seen from `now`.
    pub(super) fn seen(at: i64, now: Millis) -> Self {
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
fn clock(at: Millis) -> String {
    let text = at.to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{day} {} UTC", time.get(..5).unwrap_or_default())
}

/// The word for a state.
pub(super) const fn state_word(t: &'static Texts, state: State) -> &'static str {
    match state {
        State::Queued => t.queued,
        State::Running => t.running,
        State::Snoozed => t.snoozed,
        State::Failed => t.failed,
        State::Done => t.done,
        State::Dead => t.dead,
        State::Cancelled => t.cancelled,
        State::Unknown => t.unknown,
    }
}

/// States in which a person may give a job another life, and in which they may take it back.
pub(super) const fn may_retry(state: State) -> bool {
    matches!(state, State::Dead | State::Cancelled | State::Failed | State::Snoozed | State::Unknown)
}

pub(super) const fn may_cancel(state: State) -> bool {
    matches!(state, State::Queued | State::Running | State::Snoozed | State::Failed)
}

/// A number with thin gaps: `1 284 009`.
pub(super) fn number(n: i64) -> String {
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

/// The pieces of a sentence, and which of them stood in backticks. One that is never closed is none.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let marks = text.matches('`').count();
    text.split('`').enumerate().map(move |(at, piece)| (at % 2 == 1 && at < marks, piece))
}

/// Turns a page into an answer.
pub(super) fn answer(page: &impl Template) -> Result<Response, Refusal> {
    match page.render() {
        Ok(text) => Ok(Html(text).into_response()),
        Err(error) => Err(Refusal::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            crate::domain::Class::Local,
            format!("cannot draw the page: {error}"),
            advice::store::bug(),
        )),
    }
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
    fn what_stands_in_backticks_is_code_and_a_stray_one_is_not() {
        let code = |text| pieces(text).filter(|(code, _)| *code).map(|(_, piece)| piece.to_owned()).collect::<Vec<_>>();
        assert_eq!(code("run `a` or `b`"), ["a", "b"]);
        assert_eq!(code("run `a` or `b"), ["a"]);
        assert!(code("it`s").is_empty() && code("").is_empty());
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
