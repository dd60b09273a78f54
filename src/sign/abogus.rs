//! `a_bogus`, which signs a query with its body, the user agent, the browser's fingerprint and the time.
//!
//! Three digests of SM3 lend two bytes each to a row of 44 values; the row, the fingerprint and their sum are mixed with
//! a fixed stream and spelled behind twelve values of chance. Some values are wider than a byte and stay so to the end.
//!
//! The recipe is that of the site's script of 2024; its parts are known from clients that still use it.

use std::fmt;

use sm3::{Digest as _, Sm3};

use super::alphabet::{AB0, AB1, encode, encode_bytes};
use super::rc4::{Rc4, latin1};
use super::scheme::{Scheme, Version};

/// The signer.
#[derive(Debug)]
pub struct Abogus;

/// What a signature says: all that goes into it, with the digests cut to the bytes that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbogusFields {
    /// Its numbers.
    pub numbers: AbogusNumbers,
    /// The browser's fingerprint.
    pub fingerprint: String,
}

/// The numbers of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbogusNumbers {
    /// The first value, a constant.
    pub kind: u32,
    /// The last value before the upper bits of time, a constant.
    pub last: u32,
    /// The last values of the row, constants.
    pub tail: [u32; 3],
    /// The application that asks.
    pub aid: u32,
    /// The page of it.
    pub page: u32,
    /// What the page asks of the signer.
    pub options: [u32; 3],
    /// Two bytes of the digest of the query.
    pub query: [u32; 2],
    /// Two bytes of the digest of the body.
    pub body: [u32; 2],
    /// Two bytes of the digest of the user agent.
    pub agent: [u32; 2],
    /// When the signing began, in Unix milliseconds.
    pub start_ms: u64,
    /// When it ended.
    pub end_ms: u64,
    /// Three draws.
    pub rd: [u32; 3],
}

/// What a user agent lends to its signatures; the same for each, so it is worked out once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbogusAgent([u32; 2]);

/// All that goes into one signature.
#[derive(Clone, Copy)]
pub struct AbogusInput<'a> {
    /// The query as it is sent, without the signature.
    pub params: &'a str,
    /// The body as it is sent; empty for none.
    pub body: &'a str,
    /// Who sends.
    pub agent: AbogusAgent,
    /// The browser's fingerprint.
    pub fingerprint: &'a str,
    /// When the signing began, in Unix milliseconds.
    pub start_ms: u64,
    /// When it ended.
    pub end_ms: u64,
    /// Three throws, each below 10,000.
    pub rd: [u32; 3],
    /// What the page asks of the signer.
    pub options: [u32; 3],
}

impl fmt::Debug for AbogusInput<'_> {
    /// A query and a body hold tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AbogusInput({} bytes, {} bytes)", self.params.len(), self.body.len())
    }
}

impl AbogusInput<'_> {
    /// The options of every page that was seen.
    pub const OPTIONS: [u32; 3] = [0, 1, 14];
    /// Throws are below this.
    pub const THROWS: u64 = 10_000;
}

impl AbogusAgent {
    /// The share of `user_agent`.
    pub fn of(user_agent: &str) -> Self {
        let mixed = Rc4::new(&[0x00, 0x01, 0x0E]).apply(&latin1(user_agent));
        let digest = Sm3::digest(encode_bytes(AB1, &mixed));
        Self(picked(&digest, [23, 24]))
    }
}

/// The salt of the query and of the body.
const SALT: &[u8] = b"cus";
/// What an empty body lends.
const NO_BODY: [u32; 2] = [0x3A, 0x33];
/// The stream over the row, fresh for every signature.
pub(super) const STREAM: Rc4 = Rc4::new(b"y");
/// The application that asks: Douyin's web page.
const AID: u32 = 6383;
/// The page of it.
const PAGE: u32 = 0;
/// The row of values, and the chance before it.
pub(super) const ROW: usize = 44;
pub(super) const CHANCE: usize = 12;

impl Scheme for Abogus {
    type Input<'a> = AbogusInput<'a>;
    type Output = String;

    const VERSION: Version = Version::new("abogus", 1);

    fn sign(input: &AbogusInput<'_>) -> String {
        spell(&numbers(input), input.fingerprint)
    }

    fn holds() -> bool {
        let user_agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
            Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0";
        let input = AbogusInput {
            params: "aid=6383&device_platform=webapp&count=10",
            body: "",
            agent: AbogusAgent::of(user_agent),
            fingerprint: "1536|747|1536|834|0|30|0|0|1536|834|1536|864|1525|747|24|24|Win32",
            start_ms: 1_763_700_000_123,
            end_ms: 1_763_700_000_125,
            rd: [1234, 5678, 9012],
            options: AbogusInput::OPTIONS,
        };
        let expected = "E7mhBdu2krjihxWT5VdLfY3q6UF3YQNh0SVkMD2fTxfPuy39HMTa9exo8C7vAebjiT/QIeYjy4hbT3ohrQ2y8qwf9W0L/25gsDSk\
            Kl12so0j53inCLf/E0iE5hsAtFH8svr4iKi8owICSYyhldAJ5kIlO62-zo0/9AY=";
        Self::sign(&input) == expected
    }
}

/// Two bytes of the digest of a digest; the salt goes into the inner one only.
fn lent(text: &str) -> [u32; 2] {
    let inner = Sm3::new().chain_update(text).chain_update(SALT).finalize();
    picked(&Sm3::digest(inner), [21, 22])
}

fn picked(digest: &[u8], places: [usize; 2]) -> [u32; 2] {
    places.map(|place| digest.get(place).copied().map_or(0, u32::from))
}

/// The numbers of the site's script of 2024.
fn numbers(input: &AbogusInput<'_>) -> AbogusNumbers {
    AbogusNumbers {
        kind: 44,
        last: 3,
        tail: [0, 0, 0],
        aid: AID,
        page: PAGE,
        options: input.options,
        query: lent(input.params),
        body: if input.body.is_empty() { NO_BODY } else { lent(input.body) },
        agent: input.agent.0,
        start_ms: input.start_ms,
        end_ms: input.end_ms,
        rd: input.rd,
    }
}

/// The text that says this.
pub(super) fn spell(numbers: &AbogusNumbers, fingerprint: &str) -> String {
    let row = row(numbers, u32::try_from(fingerprint.chars().count()).unwrap_or(u32::MAX));
    let mut values = Vec::with_capacity(CHANCE + ROW + fingerprint.len() + 1);
    values.extend(numbers.rd.into_iter().flat_map(spread));
    let sum = row.iter().fold(0, |sum, value| sum ^ value);
    let mut stream = STREAM;
    let plain = row.into_iter().chain(fingerprint.chars().map(u32::from)).chain([sum]);
    values.extend(plain.map(|value| value ^ u32::from(stream.next())));
    encode(AB0, &values)
}

/// The row, in the order of the script.
fn row(numbers: &AbogusNumbers, length: u32) -> [u32; ROW] {
    let AbogusNumbers { kind, last, aid, page, .. } = *numbers;
    let ([p21, p22], [b21, b22], [n23, n24]) = (numbers.query, numbers.body, numbers.agent);
    let [[t0, t0_high], [t1, t1_high]] = [numbers.start_ms, numbers.end_ms].map(halves);
    let ([o0, o1, o2], [z0, z1, z2]) = (numbers.options, numbers.tail);
    #[rustfmt::skip]
    let row = [
        kind, byte(t0, 3), byte(page, 2), byte(o0, 3), byte(o1, 1), byte(o2, 3), byte(aid, 1), p21, b21, byte(page, 1), n23,
        byte(t0, 2), byte(o0, 2), byte(page, 0), page, byte(o1, 0), byte(o2, 2), byte(aid, 0), p22, b22, n24, byte(t0, 1),
        byte(o0, 1), byte(o1, 3), byte(aid, 3), byte(o2, 1), byte(t0, 0), byte(o0, 0), byte(o1, 2), byte(o2, 0), byte(t1, 3),
        byte(t1, 2), byte(aid, 2), byte(t1, 1), byte(t1, 0), last, t1_high, t1_high >> 8, t0_high, t0_high >> 8, length,
        z0, z1, z2,
    ];
    row
}

/// Byte `place` of `value`, counted from the lowest.
const fn byte(value: u32, place: u32) -> u32 {
    (value >> (8 * place)) & 0xFF
}

/// The lower and the upper 32 bits.
fn halves(value: u64) -> [u32; 2] {
    let half = |bits: u64| u32::try_from(bits & 0xFFFF_FFFF).unwrap_or(0);
    [half(value), half(value >> 32)]
}

/// A throw, spread over four values of which every second bit is fixed.
const fn spread(throw: u32) -> [u32; 4] {
    let (low, high) = (throw & 0xFF, throw >> 8);
    [(low & 0xAA) | 0x01, (low & 0x55) | 0x02, (high & 0xAA) | 0x05, (high & 0x55) | 0x28]
}
