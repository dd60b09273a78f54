//! `a_bogus`, read backwards.

use sm3::{Digest as _, Sm3};

use super::cipher::{mixed, sextets, spelled, stream};
use super::signed::{Signed, near};

const SYMBOLS: &str = "Dkdpgh2ZmsQB80/MfvV36XI1R45-WUAlEixNLwoqYTOPuzKFjJnry79HbGcaStCe";
const AGENT_SYMBOLS: &str = "ckdp1h4ZKsUB80/Mfvw36XIgR25+WQAlEi7NLboqYTOPuzmFjJnryx9HVGDaStCe";
/// Values of chance in front of the row.
const CHANCE: usize = 12;
/// Values of the row that are bytes, before those that may be wider.
const NARROW: usize = 36;
/// The whole row.
const ROW: usize = 44;
/// Every second bit of a byte, from the first and from the second on.
const ODD: u32 = 0b0101_0101;
const EVEN: u32 = 0b1010_1010;
/// Fields of a fingerprint.
const FIELDS: usize = 17;

/// Judges a signature.
pub(super) fn judge(value: &str, signed: &Signed<'_>) -> Result<(), &'static str> {
    let numbers = sextets(SYMBOLS, value.trim_end_matches('=')).ok_or("it holds a foreign symbol")?;
    let groups: Vec<u32> = numbers.chunks(4).map(group).collect();
    let values: Vec<u32> = groups.iter().flat_map(|n| [n >> 16, n >> 8 & 255, n & 255]).collect();
    chance(values.get(..CHANCE).ok_or("it is too short")?)?;
    let mixed = values.get(CHANCE..).unwrap_or_default();
    let keys: Vec<u32> = stream(b"y", mixed.len()).into_iter().map(u32::from).collect();
    let plain: Vec<u32> = mixed.iter().zip(&keys).map(|(value, key)| value ^ key).collect();
    let row = |place: usize| plain.get(place).copied().unwrap_or(u32::MAX);
    let number = |places: [usize; 4]| places.iter().fold(0, |number, place| number << 8 | row(*place));
    if (row(0), row(35)) != (44, 3) || number([24, 32, 6, 17]) != 6383 || [2, 9, 13, 14].iter().any(|at| row(*at) != 0)
    {
        return Err("its constants are not those of the page");
    }
    let options = [[3, 12, 22, 27], [23, 28, 4, 15], [5, 16, 25, 29]].map(number);
    if options != [0, 1, 14] {
        return Err("its options are not those of the page");
    }
    digests(&row, signed)?;
    let start = near(number([1, 11, 21, 26]), signed.now, 1).ok_or("it is of another time")?;
    let end = near(number([30, 31, 33, 34]), signed.now, 1).filter(|end| *end >= start).ok_or("it ends too early")?;
    // What is wider than a byte ran over into its neighbour; so it is built again from the times and compared.
    let high = |moment: u64, by: u32| u32::try_from(moment >> by).unwrap_or(u32::MAX);
    let wide = [high(end, 32), high(end, 40), high(start, 32), high(start, 40)];
    let key = |place: usize| keys.get(place).copied().unwrap_or(0);
    let [a, b, c, _] = wide;
    let run_over = ((a ^ key(36)) << 16 | (b ^ key(37)) << 8 | (c ^ key(38))) & 0xFF_FFFF;
    if groups.get((CHANCE + NARROW) / 3) != Some(&run_over) || row(39) != wide[3] {
        return Err("its upper bits of time are wrong");
    }
    let fingerprint: String = plain.iter().skip(ROW).map_while(|value| char::from_u32(*value)).collect();
    let length = usize::try_from(row(40)).unwrap_or(0);
    let fingerprint = fingerprint.get(..length).ok_or("its fingerprint is cut")?;
    if fingerprint.split('|').count() != FIELDS || [41, 42, 43].iter().any(|at| row(*at) != 0) {
        return Err("its fingerprint is none");
    }
    // One value too few for a whole group leaves a symbol out, two leave two; a `=` stands in the place of each.
    let count = CHANCE + ROW + length + 1;
    if numbers.len() != (count * 4).div_ceil(3) || value.len() != count.div_ceil(3) * 4 {
        return Err("it has another length than its fingerprint says");
    }
    let narrow = (0..NARROW).chain(40..ROW).fold(0, |sum, place| sum ^ row(place));
    let sum = wide.iter().fold(narrow, |sum, value| sum ^ value) & 255;
    if row(ROW + length) == sum { Ok(()) } else { Err("its sum is wrong") }
}

/// Four numbers of six bits as one of 24; what is missing counts as nothing.
fn group(numbers: &[u32]) -> u32 {
    (0..4).fold(0, |group, at| group << 6 | numbers.get(at).copied().unwrap_or(0))
}

/// Three throws below ten thousand, each over four values of which some bits are fixed.
fn chance(values: &[u32]) -> Result<(), &'static str> {
    for four in values.chunks(4) {
        let &[a, b, c, d] = four else { return Err("it is too short") };
        let fixed = (a & ODD, b & EVEN, c & ODD, d & EVEN) == (1, 2, 5, 40);
        let throw = (a & EVEN | b & ODD) | (c & EVEN | d & ODD) << 8;
        if !fixed || throw >= 10_000 {
            return Err("its chance is none");
        }
    }
    Ok(())
}

/// The bytes that the digests of query, body and user agent lend.
fn digests(row: &impl Fn(usize) -> u32, signed: &Signed<'_>) -> Result<(), &'static str> {
    let lent = |text: &str, at: usize| {
        let inner = Sm3::digest([text.as_bytes(), b"cus"].concat());
        Sm3::digest(inner).get(at).copied().map(u32::from)
    };
    let agent = Sm3::digest(spelled(AGENT_SYMBOLS, &mixed(&[0, 1, 14], signed.user_agent)));
    let of_agent = |at: usize| agent.get(at).copied().map(u32::from);
    if [lent(signed.query, 21), lent(signed.query, 22)] != [Some(row(7)), Some(row(18))] {
        return Err("it is of another query");
    }
    if [lent(signed.body, 21), lent(signed.body, 22)] != [Some(row(8)), Some(row(19))] {
        return Err("it is of another body");
    }
    if [of_agent(23), of_agent(24)] != [Some(row(10)), Some(row(20))] {
        return Err("it is of another user agent");
    }
    Ok(())
}
