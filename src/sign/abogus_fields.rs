//! What an `a_bogus` says, read from its text: so that what a page of the site signs can be compared with what we do.
//!
//! The fields are spelled again and have to give the same text, so a signature of another layout is not misread.

use super::abogus::{AbogusFields, AbogusNumbers, CHANCE, ROW, STREAM, spell};
use super::alphabet::AB0;

/// Why a text is no signature that is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A character is none of the alphabet.
    #[error("it has a character of another alphabet")]
    Symbol,
    /// It has too few characters for all fields.
    #[error("it is shorter than any that is known")]
    Short,
    /// Its fields, spelled again, give another text.
    #[error("its layout is another one")]
    Layout,
}

impl AbogusFields {
    /// Reads `text`.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let values = values(text)?;
        if values.len() <= CHANCE + ROW {
            return Err(Unreadable::Short);
        }
        let (chance, mixed) = values.split_at(CHANCE);
        let mut stream = STREAM;
        let plain: Vec<u32> = mixed.iter().map(|value| value ^ u32::from(stream.next())).collect();
        let at = |place: usize| plain.get(place).copied().unwrap_or(0);
        let number = |places: [usize; 4]| places.iter().fold(0, |number, place| number << 8 | at(*place));
        let fingerprint = plain.iter().skip(ROW).take(mixed.len() - ROW - 1);
        let fingerprint: String = fingerprint.filter_map(|value| char::from_u32(*value)).collect();
        let moment = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
        let of = |end_high: u32| Self {
            numbers: AbogusNumbers {
                kind: at(0),
                last: at(35),
                tail: [at(41), at(42), at(43)],
                aid: number([24, 32, 6, 17]),
                // The value after it is wide and runs over into the lowest byte; it begins with the same byte.
                page: at(2) << 16 | at(9) << 8 | at(14),
                options: [number([3, 12, 22, 27]), number([23, 28, 4, 15]), number([5, 16, 25, 29])],
                query: [at(7), at(18)],
                body: [at(8), at(19)],
                agent: [at(10), at(20)],
                start_ms: moment(at(39) << 8 | at(38), number([1, 11, 21, 26])),
                end_ms: moment(end_high << 8 | at(36), number([30, 31, 33, 34])),
                rd: draws(chance),
            },
            fingerprint: fingerprint.clone(),
        };
        // The upper bits of the end are mixed with those of the start; it is at most one step of them later.
        let known = [at(39), at(39) + 1].into_iter().map(of).find(|fields| fields.spell() == text);
        known.ok_or(Unreadable::Layout)
    }

    /// The text that says this.
    pub fn spell(&self) -> String {
        spell(&self.numbers, &self.fingerprint)
    }

    /// The names of the fields in which `other`, made for the same request, differs. Time and draws do not count, and of
    /// the fingerprint its form alone does: two windows have different sizes.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let (ours, theirs) = (&self.numbers, &other.numbers);
        [
            ("kind", ours.kind == theirs.kind),
            ("page", ours.page == theirs.page),
            ("application", ours.aid == theirs.aid),
            ("options", ours.options == theirs.options),
            ("query", ours.query == theirs.query),
            ("body", ours.body == theirs.body),
            ("user agent", ours.agent == theirs.agent),
            ("last value", ours.last == theirs.last),
            ("tail", ours.tail == theirs.tail),
            ("fingerprint", form(&self.fingerprint) == form(&other.fingerprint)),
        ]
        .into_iter()
        .filter_map(|(name, same)| (!same).then_some(name))
        .collect()
    }
}

/// The values that `text` spells, a byte each.
fn values(text: &str) -> Result<Vec<u32>, Unreadable> {
    let number = |symbol: u8| AB0.iter().position(|known| *known == symbol).and_then(|at| u32::try_from(at).ok());
    let numbers: Option<Vec<u32>> = text.trim_end_matches('=').bytes().map(number).collect();
    let numbers = numbers.ok_or(Unreadable::Symbol)?;
    let group = |four: &[u32]| {
        let bits = (0..4).fold(0, |bits, at| bits << 6 | four.get(at).copied().unwrap_or(0));
        [bits >> 16 & 0xFF, bits >> 8 & 0xFF, bits & 0xFF].into_iter().take(four.len().saturating_sub(1))
    };
    Ok(numbers.chunks(4).flat_map(group).collect())
}

/// The three draws, each from every second bit of two pairs of values.
fn draws(values: &[u32]) -> [u32; 3] {
    let at = |place: usize| values.get(place).copied().unwrap_or(0);
    let joined = |first: usize| (at(first) & 0xAA) | (at(first + 1) & 0x55);
    [0, 4, 8].map(|first| joined(first) | joined(first + 2) << 8)
}

/// Which of its parts are numbers.
fn form(fingerprint: &str) -> Vec<bool> {
    fingerprint.split('|').map(|part| part.parse::<u32>().is_ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::abogus::{Abogus, AbogusAgent, AbogusInput};
    use super::super::scheme::Scheme as _;
    use super::*;

    const PRINT: &str = "1536|747|1536|834|0|30|0|0|1536|834|1536|864|1525|747|24|24|Win32";

    fn signed(start_ms: u64, took: u64, rd: [u32; 3]) -> String {
        let agent = AbogusAgent::of("Mozilla/5.0");
        let (params, body, options) = ("aid=6383&count=10", "", AbogusInput::OPTIONS);
        Abogus::sign(&AbogusInput {
            params,
            body,
            agent,
            fingerprint: PRINT,
            start_ms,
            end_ms: start_ms + took,
            rd,
            options,
        })
    }

    proptest! {
        #[test]
        fn what_was_signed_is_read_again(
            start_ms in 0_u64..1 << 44, took in 0_u64..5000, rd in prop::array::uniform3(0_u32..10_000),
        ) {
            let fields = AbogusFields::read(&signed(start_ms, took, rd)).unwrap();
            prop_assert_eq!((fields.numbers.start_ms, fields.numbers.end_ms), (start_ms, start_ms + took));
            prop_assert_eq!((fields.numbers.rd, fields.fingerprint.as_str()), (rd, PRINT));
        }

        #[test]
        fn no_text_is_misread(text in "[A-Za-z0-9/=-]{0,200}") {
            if let Ok(fields) = AbogusFields::read(&text) {
                prop_assert_eq!(fields.spell(), text);
            }
        }
    }

    #[test]
    fn every_vector_is_read_to_what_went_in() {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/fixtures/vectors/abogus.json")).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        assert!(vectors.len() > 50);
        for vector in vectors {
            let AbogusFields { numbers, fingerprint } =
                AbogusFields::read(vector["a_bogus"].as_str().unwrap()).unwrap();
            let read = serde_json::json!({
                "start_ms": numbers.start_ms, "end_ms": numbers.end_ms, "rd": numbers.rd, "options": numbers.options,
            });
            for (name, value) in read.as_object().unwrap() {
                assert_eq!(value, &vector[name], "{name} of {}", vector["name"]);
            }
            // Once in 34 years the sum is wide and runs over into the last character: then two texts spell the same.
            let is_lost = numbers.start_ms >> 40 != numbers.end_ms >> 40;
            let sure = |text: &str| text.get(..text.len() - usize::from(is_lost)).unwrap().to_owned();
            assert_eq!(sure(&fingerprint), sure(vector["fingerprint"].as_str().unwrap()), "{}", vector["name"]);
            assert_eq!([numbers.kind, numbers.last, numbers.aid, numbers.page], [44, 3, 6383, 0]);
        }
    }

    #[test]
    fn the_end_may_come_just_after_the_upper_bits_change() {
        let edge = (410_u64 << 32) + 0xFFFF_FFFF;
        let later = (511_u64 << 32) + 0xFFFF_FFFF;
        for start_ms in [edge, later] {
            let fields = AbogusFields::read(&signed(start_ms, 2, [1, 2, 3])).unwrap();
            assert_eq!((fields.numbers.start_ms, fields.numbers.end_ms), (start_ms, start_ms + 2));
        }
    }

    type Change = fn(&mut AbogusFields);

    #[test]
    fn each_field_that_is_changed_alone_is_named_and_time_and_draws_are_not() {
        let ours = AbogusFields::read(&signed(1_763_700_000_123, 2, [1, 2, 3])).unwrap();
        let later = AbogusFields::read(&signed(1_863_700_000_123, 9, [9, 8, 7])).unwrap();
        assert_eq!(ours.differences(&later), [""; 0]);
        let changes: [(&str, Change); 11] = [
            ("kind", |of| of.numbers.kind = 45),
            ("page", |of| of.numbers.page = 6241),
            ("application", |of| of.numbers.aid = 6384),
            ("options", |of| of.numbers.options = [0, 1, 8]),
            ("query", |of| of.numbers.query = [1, 2]),
            ("body", |of| of.numbers.body = [1, 2]),
            ("user agent", |of| of.numbers.agent = [1, 2]),
            ("last value", |of| of.numbers.last = 4),
            ("tail", |of| of.numbers.tail = [0, 7, 0]),
            ("fingerprint", |of| of.fingerprint.push_str("|1")),
            ("fingerprint", |of| of.fingerprint = of.fingerprint.replace("Win32", "7")),
        ];
        for (name, change) in changes {
            let mut theirs = ours.clone();
            change(&mut theirs);
            let read = AbogusFields::read(&theirs.spell()).unwrap();
            assert_eq!((ours.differences(&read), &read), (vec![name], &theirs));
        }
    }

    #[test]
    fn what_is_no_signature_is_refused_by_name() {
        let whole = signed(1_763_700_000_123, 2, [1, 2, 3]);
        let read = |text: &str| AbogusFields::read(text).unwrap_err();
        assert_eq!(read(""), Unreadable::Short);
        assert_eq!(read(&whole[..60]), Unreadable::Short);
        assert_eq!(read(&whole.replacen('E', "+", 1)), Unreadable::Symbol);
        assert_eq!(read(&whole[..120]), Unreadable::Layout);
    }
}
