//! One seal: XChaCha20-Poly1305 over a value, bound to its place and to the key that sealed it.
//!
//! A sealed value is a version, a nonce of 24 random bytes and the ciphertext with its tag. The nonce is long enough to
//! be drawn at random for as many values as anybody will ever have. What the seal is bound to is written with the length
//! before each part, so that no two places read the same.

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize as _, Zeroizing};

use super::slot::Slot;
use crate::ambient::Entropy;
use crate::domain::Secret;

/// How values are sealed today; another way gets another number.
const VERSION: u8 = 1;
/// What our seals are told from everybody else's by.
const LABEL: &[u8] = b"radard.vault";
const NONCE: usize = 24;
const TAG: usize = 16;
/// What a sealed value is longer than the value by.
pub(super) const OVERHEAD: usize = 1 + NONCE + TAG;

/// A key, of either sort.
pub(super) type Key = Secret<[u8; 32]>;

/// A key that nobody had before.
pub(super) fn draw(entropy: &Entropy) -> Key {
    let mut drawn = Zeroizing::new([0; 32]);
    entropy.fill(&mut *drawn);
    Secret::new(*drawn)
}

/// What a seal is bound to.
#[derive(Clone, Copy)]
pub(super) struct Binding<'a> {
    /// The place of the value.
    pub(super) slot: &'a Slot,
    /// The key that seals it: the id of a data key, the fingerprint of a master key.
    pub(super) key_id: &'a str,
}

/// The value does not open: it is not what was sealed, where it was sealed, under this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

/// Seals `plain`; it fails only for what is longer than any memory.
pub(super) fn seal(key: &Key, binding: Binding<'_>, entropy: &Entropy, plain: &[u8]) -> Result<Vec<u8>, Broken> {
    let mut nonce = [0; NONCE];
    entropy.fill(&mut nonce);
    // With room for the tag, so that no half-sealed copy of the value stays behind in memory.
    let mut body = Zeroizing::new(Vec::with_capacity(plain.len() + TAG));
    body.extend_from_slice(plain);
    let cipher = XChaCha20Poly1305::new(key.reveal().into());
    cipher.encrypt_in_place(&XNonce::from(nonce), &bound_to(binding), &mut *body).map_err(|_| Broken)?;
    Ok([&[VERSION], nonce.as_slice(), body.as_slice()].concat())
}

/// Opens what [`seal`] made, under the same key and binding.
pub(super) fn open(key: &Key, binding: Binding<'_>, sealed: &[u8]) -> Result<Secret<Vec<u8>>, Broken> {
    let (version, rest) = sealed.split_first().ok_or(Broken)?;
    let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or(Broken)?;
    if *version != VERSION {
        return Err(Broken);
    }
    let mut body = body.to_vec();
    let cipher = XChaCha20Poly1305::new(key.reveal().into());
    if cipher.decrypt_in_place(&XNonce::from(*nonce), &bound_to(binding), &mut body).is_err() {
        body.zeroize();
        return Err(Broken);
    }
    Ok(Secret::new(body))
}

/// Each part behind its length: `ab`, `c` and `a`, `bc` are two places.
fn bound_to(Binding { slot, key_id }: Binding<'_>) -> Vec<u8> {
    let Slot { table, row, column } = slot;
    let parts = [LABEL, &[VERSION], table.as_bytes(), row.as_bytes(), column.as_bytes(), key_id.as_bytes()];
    let with_length = |part: &[u8]| [&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes(), part].concat();
    parts.into_iter().flat_map(with_length).collect()
}
