//! The world passed in: time, sleeping and chance.
//!
//! Nothing else in the house asks the machine for the time or for a random number. That is what lets a story pin
//! both, let three weeks pass in a second, and fail the same way twice.

mod clock;
mod entropy;
mod simulated;

pub use clock::{Clock, Hold, Timeout};
pub use entropy::Entropy;

/// Both handles together, the way a room is given them.
#[derive(Clone, Debug)]
pub struct Ambient {
    /// Time and sleeping.
    pub clock: Clock,
    /// Chance and ids.
    pub entropy: Entropy,
}

impl Ambient {
    /// The machine's own time and chance; `seed` pins only jitter, never ids or secrets.
    pub fn real(seed: Option<u64>) -> Self {
        Self { clock: Clock::real(), entropy: Entropy::real(seed) }
    }

    /// A world of its own that starts at `at` and always plays the same dice.
    pub fn pinned(seed: u64, at: crate::domain::Millis) -> Self {
        Self { clock: Clock::simulated(at), entropy: Entropy::pinned(seed) }
    }
}
