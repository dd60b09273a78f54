//! A made-up `msToken`: as long as a real one, and as meaningless.
//!
//! The site takes one for most of what it lets anybody read. A real one is asked for where more is needed.

use super::scheme::{Scheme, Version};
use crate::ambient::Entropy;

/// The signer.
#[derive(Debug)]
pub struct MsToken;

/// The throws, each below 64; one for each character.
#[derive(Debug, Clone, Copy)]
pub struct MsTokenInput<'a> {
    /// The throws.
    pub draws: &'a [u8],
}

impl MsTokenInput<'_> {
    /// How many characters a token has today, before its two equals signs.
    pub const LENGTH: usize = 182;
    /// Throws are below this.
    pub const THROWS: u64 = 64;
}

impl MsToken {
    /// A token nobody has seen before.
    pub fn drawn(chance: &Entropy) -> String {
        let throw = |_| u8::try_from(chance.below(MsTokenInput::THROWS)).unwrap_or(0);
        let draws: Vec<u8> = (0..MsTokenInput::LENGTH).map(throw).collect();
        Self::sign(&MsTokenInput { draws: &draws })
    }
}

const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";

impl Scheme for MsToken {
    type Input<'a> = MsTokenInput<'a>;
    type Output = String;

    const VERSION: Version = Version::new("ms_token", 1);

    fn sign(input: &MsTokenInput<'_>) -> String {
        let symbol = |throw: &u8| SYMBOLS.get(usize::from(throw & 63)).map_or('A', |byte| char::from(*byte));
        input.draws.iter().map(symbol).chain("==".chars()).collect()
    }

    fn holds() -> bool {
        Self::sign(&MsTokenInput { draws: &[59, 43, 17, 62, 63, 0] }) == "7rR+-A=="
    }
}
