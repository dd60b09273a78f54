//! What stands in the address of a medium beside its name, and how large what it shows is.

use crate::sim::seed::Dice;

/// The signature of an address that is good until `until`.
pub(super) fn mark_of(seed: u64, name: &str, until: u64) -> String {
    format!("{:016x}", Dice::of(seed, &format!("{name}|{until}")).key())
}

/// An upright picture of so many pixels in height: nine by sixteen, and an even number across.
pub(super) fn shape(height: u64) -> (u16, u16) {
    let edge = |pixels: u64| u16::try_from(pixels).unwrap_or(u16::MAX);
    (edge(height * 9 / 32 * 2), edge(height))
}
