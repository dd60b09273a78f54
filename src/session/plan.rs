//! When a login is looked at again, so that it is known to be lost before it is needed.

use std::time::Duration;

use crate::domain::Millis;
use crate::store::captures::Capture;

/// One that works is looked at this often.
const EVERY: Duration = Duration::from_hours(6);
/// One that ends soon, at this share of what is left of it.
const SHARE: i64 = 4;
/// No oftener than this.
const LEAST: Duration = Duration::from_mins(20);

/// When a capture in use is looked at next. Each has a moment of its own, so that they do not all come at once.
pub fn next_at(capture: &Capture) -> Option<Millis> {
    let proved = capture.proved_at?;
    let span = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let left = capture.ends_at.map_or(i64::MAX, |ends| ends.saturating_sub(proved));
    let wait = (left / SHARE).clamp(span(LEAST), span(EVERY));
    // Up to a seventh earlier: by the capture, so that it is the same whenever it is asked.
    let mix = |sum: u32, byte: &u8| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    let own = i64::from(capture.id.as_bytes().iter().fold(0x811c_9dc5, mix));
    Some(Millis(proved.saturating_add(wait - ((wait / 7 * own) >> 32))))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::captures::Standing;

    fn capture(id: u128, proved_at: Option<i64>, ends_at: Option<i64>) -> Capture {
        Capture {
            id: Uuid::from_u128(id),
            profile: "main".to_owned(),
            platform: "douyin".to_owned(),
            source: "login".to_owned(),
            is_made: false,
            standing: Standing::Active,
            class: None,
            said: None,
            cookies: 1,
            ends_at,
            made_at: 0,
            proved_at,
        }
    }

    #[test]
    fn what_ends_soon_is_looked_at_sooner_and_no_two_at_once() {
        let hours = |n: i64| n * 3_600_000;
        let next = |id, ends_at| next_at(&capture(id, Some(1000), ends_at)).unwrap().0 - 1000;
        assert!((hours(5)..=hours(6)).contains(&next(7, None)));
        assert!((hours(5)..=hours(6)).contains(&next(7, Some(hours(24 * 60)))));
        assert!((hours(1) * 6 / 7..=hours(1)).contains(&next(7, Some(hours(4)))));
        assert!(next(7, Some(2000)) <= 20 * 60_000 && next(7, Some(2000)) > 17 * 60_000, "and never all the time");
        let own: std::collections::BTreeSet<i64> = (0..1000).map(|id| next(id, None)).collect();
        assert!(own.len() > 990, "{} of a thousand", own.len());
        assert_eq!(next_at(&capture(7, None, None)), None, "what was never proved has no next time");
    }
}
