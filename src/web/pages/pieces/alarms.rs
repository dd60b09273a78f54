//! Alarms as cards: what is wrong, since when, what to do, and a button that says that a person knows.

use std::cmp::Reverse;

use crate::advice;
use crate::config::Language;
use crate::domain::Millis;
use crate::store::alarms::{Alarm, Severity};
use crate::web::pages::pieces::moment::{Moment, number};
use crate::web::paths;
use crate::web::words::{fill, words};

words! {
    none: "No alarm is open.";
    since: "since";
    seen_once: "seen once";
    seen_often: "seen {n} times";
    last_seen: "last";
    acked: "acknowledged";
    ack: "Acknowledge";
    closed: "closed";
    to_do: "To do";
    critical: "critical";
    warning: "warning";
    notice: "notice";
}

/// Alarms to look at.
pub(in crate::web) struct Cards {
    pub(in crate::web) t: &'static Words,
    pub(in crate::web) rows: Vec<Card>,
}

/// One of them.
pub(in crate::web) struct Card {
    pub(in crate::web) severity: &'static str,
    pub(in crate::web) word: &'static str,
    pub(in crate::web) title: &'static str,
    pub(in crate::web) subject: String,
    pub(in crate::web) detail: String,
    pub(in crate::web) advice: String,
    pub(in crate::web) first: Moment,
    pub(in crate::web) last: Moment,
    pub(in crate::web) seen: String,
    pub(in crate::web) acked: Option<Moment>,
    pub(in crate::web) closed: Option<Moment>,
    pub(in crate::web) ack: String,
}

impl Cards {
    /// Open alarms: what nobody knows of yet comes first, the most severe before the others.
    pub(in crate::web) fn open(alarms: Vec<Alarm>, now: Millis) -> Self {
        Self::first(alarms, usize::MAX, now)
    }

    /// The first `most` of them.
    pub(in crate::web) fn first(mut alarms: Vec<Alarm>, most: usize, now: Millis) -> Self {
        alarms.sort_by_key(|alarm| (alarm.acked_at.is_some(), Reverse(severity(alarm)), alarm.first_at));
        alarms.truncate(most);
        Self::of(alarms, now)
    }

    /// Alarms in the order in which they are given.
    pub(in crate::web) fn of(alarms: Vec<Alarm>, now: Millis) -> Self {
        let t = Words::of(Language::En);
        Self { t, rows: alarms.into_iter().map(|alarm| card(t, alarm, now)).collect() }
    }
}

/// Whether it waits for a person: more than a notice, and nobody acknowledged it.
pub(in crate::web) fn waits_for_person(alarm: &Alarm) -> bool {
    alarm.acked_at.is_none() && severity(alarm) > Severity::Notice
}

/// How loudly it speaks; a word of a later version counts as a notice.
pub(in crate::web) fn severity(alarm: &Alarm) -> Severity {
    alarm.severity.known().copied().unwrap_or(Severity::Notice)
}

fn card(t: &'static Words, alarm: Alarm, now: Millis) -> Card {
    let severity = severity(&alarm);
    Card {
        word: match severity {
            Severity::Critical => t.critical,
            Severity::Warning => t.warning,
            Severity::Notice => t.notice,
        },
        title: advice::alarm::title(Language::En, &alarm.name),
        advice: advice::alarm::about(&alarm.name, &alarm.subject).text(Language::En).to_owned(),
        first: Moment::seen(alarm.first_at, now),
        last: Moment::seen(alarm.last_at, now),
        seen: if alarm.count == 1 { t.seen_once.to_owned() } else { fill(t.seen_often, &number(alarm.count)) },
        acked: alarm.acked_at.map(|at| Moment::seen(at, now)),
        closed: alarm.closed_at.map(|at| Moment::seen(at, now)),
        ack: format!("{}/{}/ack", paths::ALARMS, alarm.id),
        severity: severity.as_str(),
        subject: alarm.subject,
        detail: alarm.detail,
    }
}
