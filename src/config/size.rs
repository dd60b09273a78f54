//! Amounts of bytes as people write them: `"16MiB"`, and the low water mark `"1GiB,5%"`.
//!
//! Units are powers of 1024 and say so in their names; `GB` is refused, because half of all readers take it for the
//! other one.

use std::fmt;

use crate::domain::amount::UNITS;

/// A text that is no amount of bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a whole number and one of B KiB MiB GiB TiB is wanted, such as \"16MiB\"")]
pub struct NotASize;

/// Reads `"512B"`, `"64KiB"`, `"16MiB"`, `"4GiB"`, `"1TiB"`.
///
/// ```
/// assert_eq!(radard::config::parse_size("16MiB"), Ok(16 * 1024 * 1024));
/// assert!(radard::config::parse_size("16MB").is_err());
/// ```
pub fn parse_size(text: &str) -> Result<u64, NotASize> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or(NotASize)?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| NotASize)?;
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(NotASize)?;
    number.checked_mul(*factor).ok_or(NotASize)
}

/// Writes `bytes` the way [`parse_size`] reads it, in the largest unit that keeps it whole.
pub fn write_size(bytes: u64) -> String {
    let whole = UNITS.into_iter().find(|(_, factor)| bytes >= *factor && bytes.is_multiple_of(*factor));
    whole.map_or_else(|| "0B".to_owned(), |(unit, factor)| format!("{}{unit}", bytes / factor))
}

/// The free space below which the disk counts as full: an amount, a share of the disk, or the larger of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LowWater {
    /// The amount in bytes; 0 when only a share is given.
    pub bytes: u64,
    /// The share of the disk in percent; 0 when only an amount is given.
    pub percent: u8,
}

impl LowWater {
    /// The mark in bytes for a disk of `total` bytes.
    pub fn of(self, total: u64) -> u64 {
        let share = u128::from(total) * u128::from(self.percent) / 100;
        self.bytes.max(u64::try_from(share).unwrap_or(u64::MAX))
    }

    /// Reads `"1GiB"`, `"5%"` or `"1GiB,5%"`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut mark = Self { bytes: 0, percent: 0 };
        for part in text.split(',').map(str::trim) {
            if let Some(number) = part.strip_suffix('%') {
                let percent = number.parse().ok().filter(|percent| (1..=90).contains(percent));
                let percent = percent.ok_or("a share is a whole number from 1 to 90 and %")?;
                if std::mem::replace(&mut mark.percent, percent) != 0 {
                    return Err("it names two shares".to_owned());
                }
            } else {
                let bytes = parse_size(part).map_err(|why| why.to_string())?;
                if bytes == 0 {
                    return Err("an amount is above 0".to_owned());
                }
                if std::mem::replace(&mut mark.bytes, bytes) != 0 {
                    return Err("it names two amounts".to_owned());
                }
            }
        }
        Ok(mark)
    }
}

impl fmt::Display for LowWater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.bytes, self.percent) {
            (bytes, 0) => f.write_str(&write_size(bytes)),
            (0, percent) => write!(f, "{percent}%"),
            (bytes, percent) => write!(f, "{},{percent}%", write_size(bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_written_size_reads_back(bytes in any::<u64>()) {
            prop_assert_eq!(parse_size(&write_size(bytes)), Ok(bytes));
        }

        #[test]
        fn a_written_mark_reads_back(bytes in 0u64..1 << 50, percent in 0u8..=90) {
            prop_assume!(bytes > 0 || percent > 0);
            let mark = LowWater { bytes, percent };
            prop_assert_eq!(LowWater::parse(&mark.to_string()), Ok(mark));
        }
    }

    #[test]
    fn the_mark_is_the_larger_of_amount_and_share() {
        let mark = LowWater::parse("1GiB, 5%").unwrap();
        assert_eq!(mark.of(10 << 30), 1 << 30);
        assert_eq!(mark.of(100 << 30), 5 << 30);
        assert_eq!(LowWater::parse("5%").unwrap().of(u64::MAX), 922_337_203_685_477_580);
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "MiB", "1", "1MB", "1.5GiB", "-1B", "1 GiB", "99999999999999999999B", "16777216TiB"] {
            assert_eq!(parse_size(text), Err(NotASize), "{text}");
        }
        for text in ["", ",", "5%,6%", "1GiB,2GiB", "0%", "91%", "0B", "1GiB,"] {
            assert!(LowWater::parse(text).is_err(), "{text}");
        }
    }
}
