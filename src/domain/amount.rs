//! Amounts as people read them: so many things, and so many bytes.

use std::fmt::Display;

/// Units of bytes, the largest first.
pub const UNITS: [(&str, u64); 5] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// A count and what is counted, given as the word for one.
///
/// ```
/// use radard::domain::amount::counted;
/// assert_eq!([counted(0, "job"), counted(1, "job"), counted(2, "job")], ["0 jobs", "1 job", "2 jobs"]);
/// ```
pub fn counted<N: Display + Copy + PartialEq + From<u8>>(count: N, one: &str) -> String {
    if count == N::from(1) {
        return format!("{count} {one}");
    }
    let hisses = ["s", "x", "ch", "sh"].iter().any(|end| one.ends_with(end));
    match one.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        Some(stem) => format!("{count} {stem}ies"),
        None => format!("{count} {one}{}", if hisses { "es" } else { "s" }),
    }
}

/// The verb that fits `count` things: `is` or `are`.
pub fn are<N: Copy + PartialEq + From<u8>>(count: N) -> &'static str {
    if count == N::from(1) { "is" } else { "are" }
}

/// Says roughly how much `bytes` are, for a person: `812 B`, `1.2 MiB`, `3.4 GiB`.
pub fn roughly_size(bytes: u64) -> String {
    match UNITS.into_iter().find(|(_, factor)| bytes >= *factor) {
        Some((unit, factor)) if factor > 1 => {
            let tenths = u128::from(bytes) * 10 / u128::from(factor);
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        _ => format!("{bytes} B"),
    }
}

/// The same for the length of something in memory.
pub fn roughly_long(bytes: usize) -> String {
    roughly_size(u64::try_from(bytes).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_stands_alone_and_several_have_a_plural() {
        assert_eq!(
            ["job", "process", "query", "day", "data key"].map(|one| counted(1_u64, one)),
            ["1 job", "1 process", "1 query", "1 day", "1 data key"]
        );
        assert_eq!(
            ["job", "process", "query", "day", "data key"].map(|one| counted(2_i64, one)),
            ["2 jobs", "2 processes", "2 queries", "2 days", "2 data keys"]
        );
        assert_eq!((are(0), are(1), are(2)), ("are", "is", "are"));
    }

    #[test]
    fn a_rough_size_has_one_tenth() {
        assert_eq!([0, 812, 1536, (3 << 30) + (1 << 29)].map(roughly_size), ["0 B", "812 B", "1.5 KiB", "3.5 GiB"]);
        assert_eq!(roughly_size(u64::MAX), "16777215.9 TiB");
    }
}
