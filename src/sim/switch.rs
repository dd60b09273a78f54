//! The switches that are set now, each with its own count of the requests it has seen.
//!
//! When several switches of one endpoint strike at once, the one that was set first wins; all of them count.

use std::sync::{Mutex, PoisonError};

use super::fault::Fault;
use crate::domain::Class;

/// The switches that are set.
#[derive(Debug, Default)]
pub(super) struct Switches(Mutex<Vec<Switch>>);

#[derive(Debug)]
struct Switch {
    fault: Fault,
    seen: u64,
    struck: u64,
}

/// A request that a switch makes fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Strike {
    /// How it ends for the client.
    pub(super) class: Class,
    /// How often this switch has struck, this one included.
    pub(super) nth: u64,
}

impl Switches {
    pub(super) fn set(&self, fault: Fault) {
        self.with(|all| all.push(Switch { fault, seen: 0, struck: 0 }));
    }

    pub(super) fn clear(&self) {
        self.with(Vec::clear);
    }

    /// The switches as they were written.
    pub(super) fn texts(&self) -> Vec<String> {
        self.with(|all| all.iter().map(|switch| switch.fault.to_string()).collect())
    }

    /// Counts a request to `endpoint` and says whether it fails.
    pub(super) fn strike(&self, platform: &str, endpoint: &str) -> Option<Strike> {
        self.with(|all| {
            let mut first = None;
            for switch in all.iter_mut().filter(|s| s.fault.platform == platform && s.fault.endpoint == endpoint) {
                switch.seen += 1;
                if first.is_none() && switch.fault.when.strikes(switch.seen) {
                    switch.struck += 1;
                    first = Some(Strike { class: switch.fault.class, nth: switch.struck });
                }
            }
            first
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Vec<Switch>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::fault::{PROBE, Switched, parse};

    #[test]
    fn every_switch_counts_and_the_first_that_strikes_wins() {
        let switches = Switches::default();
        let all = ["one", "two"].map(|platform| Switched { platform, endpoints: &[PROBE] });
        for text in ["one.probe.rate@every=2", "one.probe.risk@4", "one.probe.gone@3", "two.probe.auth"] {
            switches.set(parse(text, &all).unwrap());
        }
        let seen: Vec<_> = (0..5).map(|_| switches.strike("one", "probe").map(|s| (s.class, s.nth))).collect();
        assert_eq!(seen, [None, Some((Class::Rate, 1)), Some((Class::Gone, 1)), Some((Class::Rate, 2)), None]);
        assert_eq!(switches.strike("one", "files"), None);
        switches.clear();
        assert_eq!(switches.strike("two", "probe"), None);
    }
}
