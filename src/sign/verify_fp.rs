//! `verifyFp`, `fp` and `s_v_web_id`: one text under three names, made of a moment and of chance.

use super::scheme::{Scheme, Version};
use crate::ambient::Entropy;
use crate::domain::Millis;

/// The signer.
#[derive(Debug)]
pub struct VerifyFp;

/// All that goes into one.
#[derive(Debug, Clone, Copy)]
pub struct VerifyFpInput<'a> {
    /// When, in Unix milliseconds.
    pub unix_time_ms: u64,
    /// 31 throws, each below 62.
    pub draws: &'a [u8; 31],
}

impl VerifyFpInput<'_> {
    /// Throws are below this.
    pub const THROWS: u64 = 62;
}

impl VerifyFp {
    /// One that nobody has seen before.
    pub fn drawn(now: Millis, chance: &Entropy) -> String {
        let mut draws = [0; 31];
        draws.fill_with(|| u8::try_from(chance.below(VerifyFpInput::THROWS)).unwrap_or(0));
        Self::sign(&VerifyFpInput { unix_time_ms: u64::try_from(now.0).unwrap_or(0), draws: &draws })
    }
}

const SYMBOLS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl Scheme for VerifyFp {
    type Input<'a> = VerifyFpInput<'a>;
    type Output = String;

    const VERSION: Version = Version::new("verify_fp", 1);

    fn sign(input: &VerifyFpInput<'_>) -> String {
        let symbol = |throw: u8| SYMBOLS.get(usize::from(throw % 62)).map_or('0', |byte| char::from(*byte));
        let mut draws = input.draws.iter().copied();
        let mut next = || draws.next().unwrap_or(0);
        let tail = (0..36).map(|place| match place {
            8 | 13 | 18 | 23 => '_',
            14 => '4',
            // Of the throw only two bits count here: it is 8, 9, A or B.
            19 => symbol((next() & 3) | 8),
            _ => symbol(next()),
        });
        format!("verify_{}_{}", base36(input.unix_time_ms), tail.collect::<String>())
    }

    fn holds() -> bool {
        let draws = [
            8, 24, 56, 29, 42, 28, 51, 49, 27, 10, 22, 61, 27, 22, 50, 43, 37, 10, 33, 9, 3, 36, 17, 20, 3, 7, 50, 37,
            17, 15, 54,
        ];
        let expected = "verify_loyw3v28_8OuTgSpn_RAMz_4RMo_BbAX_93aHK37obHFs";
        Self::sign(&VerifyFpInput { unix_time_ms: 1_700_000_000_000, draws: &draws }) == expected
    }
}

/// A number with the digits 0 to 9 and a to z; nothing for 0.
fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    while number > 0 {
        let digit = u32::try_from(number % 36).unwrap_or(0);
        digits.push(char::from_digit(digit, 36).unwrap_or('0'));
        number /= 36;
    }
    digits.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_thirty_six_digits() {
        assert_eq!(base36(0), "");
        assert_eq!(base36(35), "z");
        assert_eq!(u64::from_str_radix(&base36(u64::MAX), 36), Ok(u64::MAX));
    }
}
