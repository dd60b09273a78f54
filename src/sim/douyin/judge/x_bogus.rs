//! `X-Bogus`, read backwards.

use md5::{Digest as _, Md5};

use super::cipher::{mixed, sextets, spelled, stream};
use super::signed::{Signed, near};

const SYMBOLS: &str = "Dkdpgh4ZKsQB80/Mfvw36XI1R25-WUAlEi7NLboqYTOPuzmFjJnryx9HVGcaStCe";
const STANDARD: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Judges a signature.
pub(super) fn judge(value: &str, signed: &Signed<'_>) -> Result<(), &'static str> {
    let numbers = sextets(SYMBOLS, value).filter(|numbers| numbers.len() == 28).ok_or("it is no text of 28 symbols")?;
    let groups = numbers.chunks(4).map(|four| four.iter().fold(0_u32, |group, number| group << 6 | number));
    let bytes: Vec<u8> = groups.flat_map(|group| group.to_be_bytes().into_iter().skip(1)).collect();
    let [0x02, 0xFF, mixed_bytes @ ..] = bytes.as_slice() else { return Err("it begins with something else") };
    let plain: Vec<u8> = mixed_bytes.iter().zip(stream(&[0xFF], 19)).map(|(byte, key)| byte ^ key).collect();
    let &[0x40, 0, 1, 0x0C, q0, q1, e0, e1, a0, a1, t0, t1, t2, t3, 0x20, 0, 0xBE, 0x90, _sum] = plain.as_slice()
    else {
        return Err("its constants are not those of the page");
    };
    if plain.iter().fold(0, |sum, byte| sum ^ byte) != 0 {
        return Err("its sum is wrong");
    }
    let last = |digest: &[u8]| digest.last_chunk::<2>().copied();
    if last(&Md5::digest(Md5::digest(signed.query))) != Some([q0, q1]) {
        return Err("it is of another query");
    }
    if last(&Md5::digest(Md5::digest(""))) != Some([e0, e1]) {
        return Err("it is of another body");
    }
    let agent = spelled(STANDARD, &mixed(&[0, 1, 12], signed.user_agent));
    if last(&Md5::digest(agent)) != Some([a0, a1]) {
        return Err("it is of another user agent");
    }
    near(u32::from_be_bytes([t0, t1, t2, t3]), signed.now, 1000).map(drop).ok_or("it is of another time")
}
