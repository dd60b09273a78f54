//! The register of live secrets, and the filter that keeps them out of every line.
//!
//! Types are the first defence: `Secret` prints three dots. This is the second, for what a type cannot see: an error
//! text of a library, an address with a token in it. Whoever reads a secret registers it; every log line is then
//! searched for it as it stands, escaped, percent-encoded (up to three times over), in base64 at any offset, and in
//! hex. Values under eight bytes are not registered: they would blacken ordinary words. The register is bounded, and
//! the values that were added longest ago leave it first; tokens that old have long expired.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write as _};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use crate::domain::Secret;

/// What stands where a secret was.
pub const MARK: &str = "…";

/// Shorter values are not registered.
pub const SHORTEST: usize = 8;

/// How many values the register keeps; when it is full, the oldest quarter leaves.
const MOST: usize = 4096;

/// How often an address may have been put inside another address and encoded again.
const ENCODED_AT_MOST: usize = 3;

/// A cheap handle on the live secrets; clones share them.
#[derive(Clone, Default)]
pub struct Register(Arc<RwLock<Known>>);

#[derive(Default)]
struct Known {
    ages: BTreeMap<String, u64>,
    age: u64,
    /// Every spelling of every secret, found by its first eight bytes.
    spellings: HashMap<[u8; SHORTEST], Vec<Box<[u8]>>>,
}

impl Register {
    /// Registers a value that no line may show from now on.
    pub fn add(&self, secret: &Secret<String>) {
        let value = secret.reveal();
        if value.len() < SHORTEST {
            return;
        }
        self.0.write().unwrap_or_else(PoisonError::into_inner).add(value);
    }

    /// Replaces every registered secret in `text`, however it is spelled, by `…`.
    ///
    /// ```
    /// use radard::{domain::Secret, observe::Register};
    /// let register = Register::default();
    /// register.add(&Secret::new("s3cr3t/value".to_owned()));
    /// assert_eq!(register.redact("GET /?key=s3cr3t%2Fvalue&n=1"), "GET /?key=…&n=1");
    /// ```
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut text = Cow::Borrowed(text);
        // The dots themselves may complete another secret. Each round makes the text shorter, so this ends.
        while let Some(clean) = known.redact_once(&text) {
            text = Cow::Owned(clean);
        }
        text
    }
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        write!(f, "Register({} secrets)", known.ages.len())
    }
}

impl Known {
    fn add(&mut self, value: &str) {
        self.age += 1;
        if self.ages.insert(value.to_owned(), self.age).is_some() {
            return;
        }
        self.learn(value);
        if self.ages.len() > MOST {
            self.forget_oldest();
        }
    }

    fn learn(&mut self, value: &str) {
        for spelling in spellings(value) {
            let Some(head) = spelling.first_chunk::<SHORTEST>() else { continue };
            let bucket = self.spellings.entry(*head).or_default();
            if !bucket.iter().any(|known| **known == *spelling) {
                bucket.push(spelling.into_boxed_slice());
            }
        }
    }

    fn forget_oldest(&mut self) {
        let mut ages: Vec<u64> = self.ages.values().copied().collect();
        ages.sort_unstable();
        let from = ages.get(MOST / 4).copied().unwrap_or(0);
        self.ages.retain(|_, age| *age >= from);
        self.spellings.clear();
        let values: Vec<String> = self.ages.keys().cloned().collect();
        for value in &values {
            self.learn(value);
        }
    }

    /// One round; `None` when there is nothing to hide.
    fn redact_once(&self, text: &str) -> Option<String> {
        if self.spellings.is_empty() {
            return None;
        }
        let plain = View::plain(text);
        let mut found = self.find(&plain);
        for plus_is_space in [false, true] {
            let mut view = plain.clone();
            for _ in 0..ENCODED_AT_MOST {
                let Some(decoded) = view.decoded(plus_is_space) else { break };
                found.extend(self.find(&decoded));
                view = decoded;
            }
        }
        if found.is_empty() {
            return None;
        }
        found.sort_unstable_by_key(|range| range.start);
        Some(without(text, &found))
    }

    /// Where secrets stand in `view`, as places in the text that it was made from.
    fn find(&self, view: &View) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for (at, head) in view.bytes.windows(SHORTEST).enumerate() {
            let Some(bucket) = <&[u8; SHORTEST]>::try_from(head).ok().and_then(|head| self.spellings.get(head)) else {
                continue;
            };
            let rest = view.bytes.get(at..).unwrap_or_default();
            let longest = bucket.iter().filter(|s| rest.starts_with(s)).map(|s| s.len()).max();
            found.extend(longest.and_then(|length| view.origin(at, at + length)));
        }
        found
    }
}

/// A text as it reads after decoding, with the place in the original of each byte.
#[derive(Clone)]
struct View {
    bytes: Vec<u8>,
    /// Where each byte begins in the original, and last where the original ends.
    places: Vec<usize>,
}

impl View {
    fn plain(text: &str) -> Self {
        Self { bytes: text.as_bytes().to_vec(), places: (0..=text.len()).collect() }
    }

    fn origin(&self, from: usize, to: usize) -> Option<Range<usize>> {
        Some(*self.places.get(from)?..*self.places.get(to)?)
    }

    /// The view with `%41` read as `A`; `None` when there is nothing to decode.
    fn decoded(&self, plus_is_space: bool) -> Option<Self> {
        if !self.bytes.iter().any(|byte| matches!(byte, b'%' | b'+')) {
            return None;
        }
        let mut decoded = Self { bytes: Vec::with_capacity(self.bytes.len()), places: Vec::new() };
        let mut changed = false;
        let mut at = 0;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (byte, length) = match rest {
                [b'%', high, low, ..] => hex_pair(*high, *low).map_or((b'%', 1), |byte| (byte, 3)),
                [b'+', ..] if plus_is_space => (b' ', 1),
                [byte, ..] => (*byte, 1),
                [] => break,
            };
            changed |= length == 3 || rest.first() != Some(&byte);
            decoded.bytes.push(byte);
            decoded.places.extend(self.places.get(at));
            at += length;
        }
        decoded.places.extend(self.places.last());
        changed.then_some(decoded)
    }
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let digit = |d: u8| char::from(d).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some(digit(high)? * 16 + digit(low)?)
}

/// `text` with each of the sorted ranges, overlapping ones together, replaced by the mark.
fn without(text: &str, found: &[Range<usize>]) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut shown_to = 0;
    for range in found {
        if let Some(shown) = text.get(shown_to..range.start) {
            clean.push_str(shown);
            clean.push_str(MARK);
        }
        shown_to = shown_to.max(range.end);
    }
    clean.push_str(text.get(shown_to..).unwrap_or_default());
    clean
}

/// The ways in which a value may turn up, besides percent-encoding, which is decoded instead.
fn spellings(value: &str) -> Vec<Vec<u8>> {
    let mut all = vec![value.as_bytes().to_vec(), value.escape_debug().to_string().into_bytes()];
    if let Ok(json) = serde_json::to_string(value) {
        all.push(json.trim_matches('"').as_bytes().to_vec());
    }
    let hex = value.bytes().fold(String::new(), |mut hex, byte| {
        let _infallible = write!(hex, "{byte:02x}");
        hex
    });
    all.push(hex.to_ascii_uppercase().into_bytes());
    all.push(hex.into_bytes());
    for last_two in [*b"+/", *b"-_"] {
        all.extend((0..3).map(|offset| base64_inside(value.as_bytes(), offset, last_two)));
    }
    all
}

/// The base64 digits that belong to `bytes` alone when they begin `offset` bytes into a group of three.
fn base64_inside(bytes: &[u8], offset: usize, last_two: [u8; 2]) -> Vec<u8> {
    let padded: Vec<u8> = std::iter::repeat_n(0, offset).chain(bytes.iter().copied()).collect();
    let bits = padded.len() * 8;
    let first = (offset * 8).div_ceil(6);
    (first..bits / 6).map(|digit| base64_digit(six_bits(&padded, digit * 6), last_two)).collect()
}

/// The six bits that begin at bit `from`.
fn six_bits(bytes: &[u8], from: usize) -> u8 {
    let byte = |at: usize| u16::from(bytes.get(at).copied().unwrap_or(0));
    let pair = (byte(from / 8) << 8) | byte(from / 8 + 1);
    u8::try_from((pair >> (10 - from % 8)) & 0x3f).unwrap_or(0)
}

const fn base64_digit(six: u8, last_two: [u8; 2]) -> u8 {
    match six {
        0..26 => b'A' + six,
        26..52 => b'a' + (six - 26),
        52..62 => b'0' + (six - 52),
        62 => last_two[0],
        _ => last_two[1],
    }
}

#[cfg(test)]
mod tests;
