//! Whether a request was signed as a page signs, judged from the signature backwards.
//!
//! A signature is taken apart and each piece compared with what the request says: the digests of query, body and user
//! agent, the time, the page's own constants, the sum. Nothing of the client's signers is used here, so that the same
//! mistake made twice cannot pass; the client builds forwards, this reads backwards.

mod a_bogus;
mod cipher;
mod x_bogus;

#[cfg(test)]
mod tests;

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

/// Judges the last parameter of `query`; gives the query before it, or what is wrong.
pub(in crate::sim) fn judge<'q>(query: &'q str, signed: &Signed<'_>) -> Result<&'q str, &'static str> {
    let (before, last) = query.rsplit_once('&').ok_or("the query has one parameter")?;
    let signed = Signed { query: before, ..*signed };
    match last.split_once('=') {
        Some(("a_bogus", value)) => a_bogus::judge(value, &signed)?,
        Some(("X-Bogus", value)) => x_bogus::judge(value, &signed)?,
        _ => return Err("the last parameter is no signature"),
    }
    Ok(before)
}

/// Whether a moment, of which the lower 32 bits are known, is near `now`; gives the whole of it.
fn near(low: u32, now: Millis, unit: u64) -> Option<u64> {
    let now = u64::try_from(now.0).ok()? / unit;
    let span = 1 << 32;
    let at = |high: u64| (now / span + high).checked_sub(1).map(|high| high * span + u64::from(low));
    (0..3).filter_map(at).find(|moment| moment.abs_diff(now) <= AGE / unit)
}
