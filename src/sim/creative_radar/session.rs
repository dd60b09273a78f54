//! Who is logged in there.

use crate::sim::seed::Dice;

/// The one login that it knows: the name and the value of its cookie.
pub(in crate::sim) fn session(seed: u64) -> (&'static str, String) {
    let half = |name: &str| Dice::of(seed, name).key();
    ("sid_tt", format!("{:016x}{:016x}", half("creative_radar/session"), half("creative_radar/session/2")))
}

/// The value of a cookie in a header.
pub(super) fn cookie<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}
