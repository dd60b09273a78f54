//! Data that follows from a seed: the same numbers and the same bytes in every run, at any offset.
//!
//! Bytes are made from their own position, so a range in the middle of a large file costs only the range.

use std::ops::Range;

/// A source of numbers for one named thing under one seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of `name` under `seed`.
    pub(super) fn of(seed: u64, name: &str) -> Self {
        let mixed = name.bytes().fold(mix(seed), |key, byte| mix(key ^ u64::from(byte)));
        Self(mixed)
    }

    /// A number that stands for these dice.
    pub(super) const fn key(self) -> u64 {
        self.0
    }

    /// Number `index` of the endless row.
    const fn at(self, index: u64) -> u64 {
        mix(self.0 ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// The number at `index`, below `bound`.
    pub(super) fn below(self, index: u64, bound: u64) -> u64 {
        self.at(index).checked_rem(bound).unwrap_or(0)
    }

    /// One of `choices`, chosen by the number at `index`.
    pub(super) fn choose(self, index: u64, choices: &[&'static str]) -> &'static str {
        let count = u64::try_from(choices.len()).unwrap_or(u64::MAX);
        let place = usize::try_from(self.below(index, count)).ok();
        place.and_then(|place| choices.get(place)).copied().unwrap_or_default()
    }

    /// Bytes `range` of the endless file.
    pub(super) fn bytes(self, range: Range<u64>) -> Vec<u8> {
        let words = range.start / 8..range.end.div_ceil(8);
        let skip = usize::try_from(range.start % 8).unwrap_or(0);
        let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(0);
        words.flat_map(|word| self.at(word).to_le_bytes()).skip(skip).take(length).collect()
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood 2014).
const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_range_is_the_same_cut_of_the_whole(seed: u64, a in 0u64..2000, b in 0u64..2000) {
            let dice = Dice::of(seed, "clip");
            let whole = dice.bytes(0..2000);
            let (from, to) = (a.min(b), a.max(b));
            let cut = &whole[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()];
            prop_assert_eq!(&dice.bytes(from..to)[..], cut);
        }
    }

    #[test]
    fn seeds_and_names_make_different_things() {
        let of = |seed, name| Dice::of(seed, name).bytes(0..64);
        assert_eq!(of(1, "a"), of(1, "a"));
        assert_ne!(of(1, "a"), of(2, "a"));
        assert_ne!(of(1, "a"), of(1, "b"));
        assert_eq!(Dice::of(1, "a").choose(0, &[]), "");
        assert_eq!(Dice::of(1, "a").choose(3, &["x"]), "x");
    }
}
