//! Tells a person why something that is taken does not run, and what to do about it.

use super::phase::{Outlook, Phase, WaitsFor};
use super::spec::{Spec, lane};
use super::standing::{Standing, State, Taken};
use crate::advice::{self, Advice};
use crate::domain::Take;

/// What keeps something that is taken from going on, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What, of which target, why.
    pub said: String,
    /// What a person does about it.
    pub advice: Advice,
}

impl Standing {
    /// What a person should see to. A round that waits for its rate limit or for the network is no trouble.
    pub fn troubles(&self) -> Vec<Trouble> {
        self.takes.iter().filter_map(|taken| self.trouble(taken)).collect()
    }

    fn trouble(&self, taken: &Taken) -> Option<Trouble> {
        let Taken { course, outlook, state, .. } = taken;
        let what = format!("`{}/{}`", course.target, course.take);
        let why = outlook.said.as_deref().unwrap_or("nobody says why");
        let look = || advice::target::look(&course.target);
        let said = match state {
            State::NeedsPerson if outlook.waits_for == Some(WaitsFor::Login) => {
                format!("{what} waits for {}: {why}", login(&course.profile))
            }
            State::NeedsPerson => format!("{what} waits for a person: {why}"),
            State::Silent => format!("{what} finds nothing any more"),
            State::Missed => {
                let class = outlook.class.map_or("unknown", crate::domain::Class::as_str);
                let verb = if outlook.phase == Phase::Waiting { "met" } else { "ended with" };
                format!("{what} {verb} {class}: {why}")
            }
            State::Doubted => format!("{what} is doubted: {why}"),
            State::Waiting | State::Running | State::New | State::Ok | State::Paused => return None,
        };
        Some(Trouble { said, advice: self.advice(taken).unwrap_or_else(look) })
    }

    /// What a person does so that it goes on; nothing when it goes on by itself.
    pub fn advice(&self, taken: &Taken) -> Option<Advice> {
        let Taken { course, outlook: Outlook { phase, waits_for, .. }, kind, .. } = taken;
        let name = &course.target;
        let lane = || {
            let take = Take::read(&course.take);
            take.map_or_else(String::new, |take| lane(&course.profile, take))
        };
        match (phase, waits_for) {
            (Phase::Paused, _) if Spec::read(&self.target.said).is_some_and(|spec| spec.paused) => {
                Some(advice::target::unpause(name))
            }
            (Phase::Paused, _) => Some(advice::target::resume(name)),
            (Phase::Waiting, Some(WaitsFor::Login)) if course.profile.is_empty() => Some(advice::target::profile(name)),
            (Phase::Waiting, Some(WaitsFor::Login)) => Some(advice::target::log_in(&course.profile)),
            (Phase::Waiting, Some(WaitsFor::Person)) => Some(advice::target::answer_the_site(&lane())),
            (Phase::Waiting, Some(WaitsFor::Lane)) => Some(advice::target::resume_lane(&lane(), kind)),
            (
                Phase::Waiting,
                Some(WaitsFor::RateLimit | WaitsFor::Network | WaitsFor::Retry | WaitsFor::Local | WaitsFor::Posts)
                | None,
            )
            | (Phase::Resting | Phase::Queued | Phase::Running, _) => None,
        }
    }
}

fn login(profile: &str) -> String {
    if profile.is_empty() { "a login, and it goes as a guest".to_owned() } else { format!("a login of `{profile}`") }
}
