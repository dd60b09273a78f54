//! Laws of one seal: what was sealed opens, and nothing else does.

use proptest::prelude::*;

use super::*;
use crate::vault::seal::{Binding, Broken, Key, OVERHEAD, draw, open, seal};

const KEY_ID: &str = "k1";

fn slot() -> Slot {
    Slot::new("grant", "7", "token")
}

fn sealed(plain: &[u8]) -> (Key, Vec<u8>) {
    let chance = Entropy::real(None);
    let key = draw(&chance);
    let bytes = seal(&key, Binding { slot: &slot(), key_id: KEY_ID }, &chance, plain).unwrap();
    (key, bytes)
}

fn opens(key: &Key, slot: &Slot, key_id: &str, bytes: &[u8]) -> Result<Vec<u8>, Broken> {
    open(key, Binding { slot, key_id }, bytes).map(|plain| plain.reveal().clone())
}

proptest! {
    #[test]
    fn what_was_sealed_opens(plain in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let (key, bytes) = sealed(&plain);
        prop_assert_eq!(bytes.len(), plain.len() + OVERHEAD);
        prop_assert_eq!(opens(&key, &slot(), KEY_ID, &bytes), Ok(plain));
    }

    #[test]
    fn no_bytes_make_it_panic_or_open(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (key, _) = sealed(b"");
        prop_assert_eq!(opens(&key, &slot(), KEY_ID, &bytes), Err(Broken));
    }

    #[test]
    fn no_other_place_opens_it(table in "[a-z]{0,4}", row in "[0-9a-z]{0,4}", column in "[a-z]{0,4}") {
        let (key, bytes) = sealed(b"cookie");
        let other = Slot { table: table.into(), row, column: column.into() };
        prop_assume!(other != slot());
        prop_assert_eq!(opens(&key, &other, KEY_ID, &bytes), Err(Broken));
    }
}

#[test]
fn every_single_flipped_bit_is_refused() {
    let (key, bytes) = sealed(b"a cookie of some length");
    for bit in 0..bytes.len() * 8 {
        let mut other = bytes.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(opens(&key, &slot(), KEY_ID, &other), Err(Broken), "bit {bit}");
    }
    assert!(opens(&key, &slot(), KEY_ID, &bytes).is_ok(), "the check can fail");
}

#[test]
fn every_shorter_and_longer_text_is_refused() {
    let (key, bytes) = sealed(b"a cookie");
    for length in 0..bytes.len() {
        assert_eq!(opens(&key, &slot(), KEY_ID, &bytes[..length]), Err(Broken), "{length}");
    }
    assert_eq!(opens(&key, &slot(), KEY_ID, &[&bytes[..], &[0]].concat()), Err(Broken));
}

#[test]
fn parts_of_a_place_do_not_run_into_each_other() {
    let chance = Entropy::real(None);
    let key = draw(&chance);
    let (here, there) = (Slot::new("ab", "c", "d"), Slot::new("a", "bc", "d"));
    let bytes = seal(&key, Binding { slot: &here, key_id: KEY_ID }, &chance, b"x").unwrap();
    assert_eq!(opens(&key, &there, KEY_ID, &bytes), Err(Broken));
}

#[test]
fn another_key_or_another_name_of_the_key_is_refused() {
    let (key, bytes) = sealed(b"a cookie");
    assert_eq!(opens(&draw(&Entropy::real(None)), &slot(), KEY_ID, &bytes), Err(Broken));
    assert_eq!(opens(&key, &slot(), "k2", &bytes), Err(Broken));
}

#[test]
fn the_same_value_is_never_sealed_the_same_way() {
    let chance = Entropy::real(None);
    let (key, slot) = (draw(&chance), slot());
    let one = || seal(&key, Binding { slot: &slot, key_id: KEY_ID }, &chance, b"a cookie").unwrap();
    let all: std::collections::BTreeSet<_> = (0..1000).map(|_| one()).collect();
    assert_eq!(all.len(), 1000);
}

/// A value sealed by the first version must open for ever. This one was made by another program, from the description
/// of the cipher: a key of 32 bytes `7`, a nonce that counts from 0 to 23.
#[test]
fn a_value_that_another_program_sealed_opens() {
    let sealed = "01000102030405060708090a0b0c0d0e0f1011121314151617\
                  c937c8ea957732c0791cadf1015a6b4417f4ea4600ba32b1";
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let bytes: Vec<u8> = sealed.as_bytes().chunks(2).map(byte).collect();
    assert_eq!(opens(&Secret::new([7; 32]), &slot(), KEY_ID, &bytes), Ok(b"a cookie".to_vec()));
}
