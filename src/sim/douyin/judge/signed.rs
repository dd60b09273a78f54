//! What a judge looks at beside the signature, and how near in time it must be.

use crate::domain::Millis;

/// How old a signature may be, or how far ahead, in milliseconds.
const AGE: u64 = 10 * 60 * 1000;

/// What was signed, as it arrived.
#[derive(Debug, Clone, Copy)]
pub(in crate::sim) struct Signed<'a> {
    /// The query before the signature.
    pub(in crate::sim) query: &'a str,
    /// The body.
    pub(in crate::sim) body: &'a str,
    /// The header.
    pub(in crate::sim) user_agent: &'a str,
    /// When it arrived.
    pub(in crate::sim) now: Millis,
}

/// Whether a moment, of which the lower 32 bits are known, is near `now`; gives the whole of it.
pub(super) fn near(low: u32, now: Millis, unit: u64) -> Option<u64> {
    let now = u64::try_from(now.0).ok()? / unit;
    let span = 1 << 32;
    let at = |high: u64| (now / span + high).checked_sub(1).map(|high| high * span + u64::from(low));
    (0..3).filter_map(at).find(|moment| moment.abs_diff(now) <= AGE / unit)
}
