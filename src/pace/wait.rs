//! No permit yet: how long to wait, and for what.

use std::fmt;
use std::time::Duration;

use super::limit::Line;
use crate::domain::time::roughly;
use crate::domain::{Class, Held};
use crate::store::stops::Stopped;

/// What makes a request wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Our own limits.
    Limit,
    /// A stop after an answer of this class, or during an outage.
    Stop(Class),
}

/// No permit yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// How long, at least.
    pub wait: Duration,
    /// The rule that binds.
    pub rule: String,
    /// The line of it, which names what it counts by; or who is stopped.
    pub line: String,
    /// The answer that stopped it.
    pub reason: Option<String>,
    /// What of ours makes it wait.
    pub held: Held,
    /// What decided it.
    pub by: By,
}

impl Wait {
    /// For a free slot of a limit.
    pub(super) fn limit(line: &Line, wait: Duration) -> Self {
        Self::ours(wait, &line.rule, &line.name, Held::Limit(line.rule.as_str().into()))
    }

    /// For the end of the gap after the last request of `account`.
    pub(super) fn gap(account: &str, wait: Duration) -> Self {
        Self::ours(wait, "the gap", &format!("the gap/account:{account}"), Held::Gap)
    }

    /// For the end of quiet hours.
    pub(super) fn quiet(wait: Duration) -> Self {
        Self::ours(wait, "pace.quiet", "pace.quiet", Held::Quiet)
    }

    fn ours(wait: Duration, rule: &str, line: &str, held: Held) -> Self {
        Self { wait, rule: rule.to_owned(), line: line.to_owned(), reason: None, held, by: By::Limit }
    }

    /// For the end of a stop.
    pub(super) fn stop(stop: &Stopped, wait: Duration) -> Self {
        let by = By::Stop(stop.class);
        let (rule, line, reason) = (stop.class.to_string(), stop.subject.clone(), Some(stop.reason.clone()));
        Self { wait, rule, line, reason, held: Held::Stop, by }
    }

    /// For the one test request after a breaker, which somebody else sends.
    pub(super) fn other_try(subject: &str, wait: Duration) -> Self {
        let reason = Some("another request tries".to_owned());
        let (rule, line) = ("risk".to_owned(), subject.to_owned());
        Self { wait, rule, line, reason, held: Held::Stop, by: By::Stop(Class::Risk) }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wait = roughly(self.wait);
        match (&self.reason, &self.held) {
            (Some(reason), _) => write!(f, "`{}` is stopped for {wait} ({}: {reason})", self.line, self.rule),
            (None, Held::Quiet) => write!(f, "quiet hours (`{}`) last for another {wait}", self.line),
            (None, Held::Limit(_) | Held::Gap | Held::Stop) => {
                write!(f, "the limit `{}` has the next request wait {wait}", self.line)
            }
        }
    }
}
