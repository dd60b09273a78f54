//! Who is logged in there.

use crate::sim::seed::Dice;

/// The one login that it knows: the name and the value of its cookie.
pub(in crate::sim) fn session(seed: u64) -> (&'static str, String) {
    ("sid_tt", format!("{:032x}", u128::from(Dice::of(seed, "creative_radar/session").key())))
}

/// The value of a cookie in a header.
pub(super) fn cookie<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}
