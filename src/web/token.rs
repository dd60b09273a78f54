//! What opens a door, and the digest that we keep instead of it.
//!
//! A token is 256 bits that nobody can guess, so one SHA-256 is enough and a look-up by the digest tells an attacker
//! nothing by its time. The same bits serve keys, links and visits; their prefix or their path says which.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::ambient::Entropy;

/// What every API key begins with, so that a search for leaked keys can find one.
pub(super) const KEY_PREFIX: &str = "rk_";

/// 64 hexadecimal digits that nobody can guess.
pub(super) fn fresh(entropy: &Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    hex(&bytes)
}

/// Whether `text` could be a token at all; spares the store what cannot.
pub(super) fn is_token(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What is kept of a token.
pub(super) fn digest(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// `bytes` as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _never_fails = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_sha_256_of_the_text() {
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn tokens_have_their_shape_and_differ() {
        let chance = Entropy::real(None);
        let (a, b) = (fresh(&chance), fresh(&chance));
        assert!(is_token(&a) && is_token(&b) && a != b);
        assert!(!is_token("") && !is_token(&"g".repeat(64)) && !is_token(&"a".repeat(63)));
    }
}
