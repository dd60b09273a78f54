//! `X-Bogus`, the older signature of a query: the user agent, the query and the time, in 28 characters.
//!
//! The body takes no part. The site's work endpoints stopped taking it in 2024; others still do.

use std::fmt;

use md5::{Digest as _, Md5};

use super::alphabet::{STANDARD, XB, encode, encode_bytes};
use super::rc4::{Rc4, latin1};
use super::scheme::{Scheme, Version};

/// The signer.
#[derive(Debug)]
pub struct Xbogus;

/// What a user agent lends to its signatures; the same for each, so it is worked out once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XbogusAgent([u8; 2]);

/// All that goes into one signature.
#[derive(Clone, Copy)]
pub struct XbogusInput<'a> {
    /// The query as it is sent, without the signature.
    pub params: &'a str,
    /// Who sends.
    pub agent: XbogusAgent,
    /// When, in Unix seconds; what goes beyond 32 bits is lost.
    pub unix_time_s: u64,
}

impl fmt::Debug for XbogusInput<'_> {
    /// A query holds a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "XbogusInput({} bytes)", self.params.len())
    }
}

impl XbogusAgent {
    /// The share of `user_agent`.
    pub fn of(user_agent: &str) -> Self {
        let mixed = Rc4::new(&[0x00, 0x01, 0x0C]).apply(&latin1(user_agent));
        Self(last_two(&Md5::digest(encode_bytes(STANDARD, &mixed))))
    }
}

/// The digest of the digest of nothing, which stands for the body.
const NO_BODY: [u8; 2] = [0x45, 0x3F];
/// The stream over the bytes, fresh for every signature.
const STREAM: Rc4 = Rc4::new(&[0xFF]);

impl Scheme for Xbogus {
    type Input<'a> = XbogusInput<'a>;
    type Output = String;

    const VERSION: Version = Version::new("xbogus", 1);

    fn sign(input: &XbogusInput<'_>) -> String {
        let [u14, u15] = last_two(&Md5::digest(Md5::digest(input.params)));
        let XbogusAgent([a14, a15]) = input.agent;
        let [e14, e15] = NO_BODY;
        let [.., t0, t1, t2, t3] = input.unix_time_s.to_be_bytes();
        let bytes = [0x40, 0, 1, 0x0C, u14, u15, e14, e15, a14, a15, t0, t1, t2, t3, 0x20, 0, 0xBE, 0x90];
        let sum = bytes.iter().fold(0, |sum, byte| sum ^ byte);
        let mut stream = STREAM;
        let mut all = [0x02, 0xFF].iter().chain(&bytes).chain([&sum]).copied();
        let mut place = 0;
        let all: [u32; 21] = std::array::from_fn(|_| {
            place += 1;
            // The first two stay as they are.
            let byte = all.next().unwrap_or_default();
            u32::from(if place <= 2 { byte } else { byte ^ stream.next() })
        });
        encode(XB, &all)
    }

    fn holds() -> bool {
        let user_agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
            Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0";
        let params = "aid=6383&device_platform=webapp&count=10";
        let input = XbogusInput { params, agent: XbogusAgent::of(user_agent), unix_time_s: 1_763_700_000 };
        Self::sign(&input) == "DFSzswVYtOhANJXJCOuT3e9WX7jf"
    }
}

fn last_two(digest: &[u8]) -> [u8; 2] {
    digest.last_chunk().copied().unwrap_or_default()
}
