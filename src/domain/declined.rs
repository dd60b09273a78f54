//! What a person asked for and did not get.

use std::time::Duration;

use super::advice::Advice;
use super::class::Class;
use super::held::Held;

/// What was asked for outside and not given, or not asked for at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declined {
    /// How it ended.
    pub class: Class,
    /// What, on what, why.
    pub error: String,
    /// What a person can do about it.
    pub advice: Advice,
    /// After how long it may be asked for again, when that is known.
    pub wait: Option<Duration>,
    /// What of ours held the request back; nothing when it was sent.
    pub held: Option<Held>,
    /// Nothing was done: a free slot is kept for whoever asks again after this long.
    pub slot_in: Option<Duration>,
}

impl Declined {
    /// What was asked for is wrong in itself.
    pub fn by_us(error: impl Into<String>, advice: Advice) -> Self {
        Self { class: Class::Local, error: error.into(), advice, wait: None, held: None, slot_in: None }
    }
}
