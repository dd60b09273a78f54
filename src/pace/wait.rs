//! No permit yet: how long to wait, and for what.

use std::fmt;
use std::time::Duration;

use super::limit::Line;
use crate::domain::Held;
use crate::domain::time::roughly;
use crate::store::stops::Stopped;

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
}

impl Wait {
    /// For a free slot of a limit.
    pub(super) fn limit(line: &Line, wait: Duration) -> Self {
        let (rule, held) = (line.rule.clone(), Held::Limit(line.rule.clone()));
        Self { wait, rule, line: line.name.clone(), reason: None, held }
    }

    /// For the end of the gap after the last request of `account`.
    pub(super) fn gap(account: &str, wait: Duration) -> Self {
        let (rule, line) = ("the gap".to_owned(), format!("the gap/account:{account}"));
        Self { wait, rule, line, reason: None, held: Held::Gap }
    }

    /// For the end of quiet hours.
    pub(super) fn quiet(wait: Duration) -> Self {
        let (rule, line) = ("pace.quiet".to_owned(), "pace.quiet".to_owned());
        Self { wait, rule, line, reason: None, held: Held::Quiet }
    }

    /// For the end of a stop.
    pub(super) fn stop(stop: &Stopped, wait: Duration) -> Self {
        let (rule, line, reason) = (stop.class.clone(), stop.subject.clone(), Some(stop.reason.clone()));
        Self { wait, rule, line, reason, held: Held::Stop }
    }

    /// For the one test request after a breaker, which somebody else sends.
    pub(super) fn other_try(subject: &str, wait: Duration) -> Self {
        Self { wait, rule: "risk".to_owned(), line: subject.to_owned(), reason: None, held: Held::Stop }
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
