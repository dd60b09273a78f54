//! Chance: jitter that a seed can pin, ids that sort by birth, bytes that nobody can guess.
//!
//! Jitter and secrets come from two sources. `RADARD_SEED` pins the first alone: pinned ids would meet the rows of
//! the run before, and pinned secrets would be none. A story pins both.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::rand::{GetRandomFlags, getrandom};
use uuid::Uuid;

use crate::domain::Millis;

/// A cheap handle on chance; clones share it.
#[derive(Clone)]
pub struct Entropy(Arc<Mutex<State>>);

struct State {
    jitter: SplitMix,
    /// Present in a pinned world, where even ids and secrets repeat.
    pinned: Option<SplitMix>,
    last_id: (i64, u16),
}

impl Entropy {
    /// The machine's randomness; `seed` pins jitter alone.
    pub fn real(seed: Option<u64>) -> Self {
        let seed = seed.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            fill_from_machine(&mut bytes);
            u64::from_le_bytes(bytes)
        });
        Self::with(SplitMix(seed), None)
    }

    /// The same dice every time.
    pub fn pinned(seed: u64) -> Self {
        Self::with(SplitMix(seed), Some(SplitMix(seed ^ 0x5EED)))
    }

    fn with(jitter: SplitMix, pinned: Option<SplitMix>) -> Self {
        Self(Arc::new(Mutex::new(State { jitter, pinned, last_id: (0, 0) })))
    }

    fn locked<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A number from 0 up to, not including, `bound`; 0 when `bound` is 0. For jitter, not for secrets.
    pub fn below(&self, bound: u64) -> u64 {
        let roll = self.locked(|s| s.jitter.next());
        roll.checked_rem(bound).unwrap_or(0)
    }

    /// Fills `bytes` with what nobody can guess.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.locked(|s| s.fill(bytes));
    }

    /// A new id of version 7 that sorts after every id this handle gave before.
    pub fn id(&self, now: Millis) -> Uuid {
        self.locked(|s| {
            let (last_ms, last_count) = s.last_id;
            let (ms, count) = if now.0 > last_ms {
                (now.0, 0)
            } else if last_count < 0x0FFF {
                (last_ms, last_count + 1)
            } else {
                (last_ms + 1, 0)
            };
            s.last_id = (ms, count);
            let mut tail = [0; 10];
            s.fill(&mut tail);
            let [high, low, ..] = &mut tail;
            [*high, *low] = count.to_be_bytes();
            uuid::Builder::from_unix_timestamp_millis(u64::try_from(ms).unwrap_or(0), &tail).into_uuid()
        })
    }
}

impl State {
    fn fill(&mut self, bytes: &mut [u8]) {
        match &mut self.pinned {
            Some(dice) => bytes.iter_mut().for_each(|b| *b = dice.next().to_le_bytes()[0]),
            None => fill_from_machine(bytes),
        }
    }
}

/// Asks the kernel; it only fails where there is no kernel randomness at all, and then nothing here is safe to run.
#[expect(clippy::expect_used, reason = "without kernel randomness no id and no key may be made")]
fn fill_from_machine(bytes: &mut [u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let got = getrandom(&mut *rest, GetRandomFlags::empty()).expect("Linux has getrandom since 3.17");
        rest = rest.get_mut(got..).unwrap_or_default();
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): small, good enough for jitter and for a story's dice.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_birth_even_when_the_clock_runs_back() {
        let chance = Entropy::real(None);
        let ids: Vec<_> = (0..10_000).map(|i| chance.id(Millis(1_000_000 - i / 7))).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn a_pinned_world_repeats_and_a_seed_pins_jitter_alone() {
        let roll = |e: &Entropy| (0..5).map(|_| e.below(1000)).collect::<Vec<_>>();
        assert_eq!(roll(&Entropy::pinned(7)), roll(&Entropy::pinned(7)));
        let (a, b) = (Entropy::real(Some(7)), Entropy::real(Some(7)));
        assert_eq!(roll(&a), roll(&b));
        assert_ne!(a.id(Millis(5)), b.id(Millis(5)));
        assert_eq!(a.below(0), 0);
    }
}
