//! Who is logged in there, and for how long.

use std::sync::{Mutex, PoisonError};

use crate::sim::seed::Dice;

/// The one login that it knows; after so many uses it may be lost, and another takes its place.
#[derive(Debug, Default)]
pub(super) struct AdsLogin(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Which one, counted from nought.
    nth: u64,
    /// For how many uses it is good, where it ends.
    left: Option<u64>,
}

impl AdsLogin {
    /// The name and the value of its cookie.
    pub(super) fn cookie(&self, seed: u64) -> (&'static str, String) {
        let nth = self.with(|state| state.nth);
        let half = |name: &str| Dice::of(seed, &format!("{name}/{nth}")).key();
        ("sid_tt", format!("{:016x}{:016x}", half("creative_radar/session"), half("creative_radar/session/2")))
    }

    /// Lets it be lost after so many uses.
    pub(super) fn ends_after(&self, uses: u64) {
        self.with(|state| state.left = Some(uses));
    }

    /// Whether `cookies` are those of somebody who is logged in; that is a use of it.
    pub(super) fn is_in(&self, seed: u64, cookies: &str) -> bool {
        let (name, value) = self.cookie(seed);
        if cookie(cookies, name) != Some(value.as_str()) {
            return false;
        }
        self.with(|state| match state.left {
            Some(0) => {
                *state = State { nth: state.nth + 1, left: None };
                false
            }
            left => {
                state.left = left.map(|left| left - 1);
                true
            }
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The value of a cookie in a header.
fn cookie<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}
