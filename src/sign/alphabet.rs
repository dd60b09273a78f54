//! Base64 in four spellings, over values that may be wider than a byte.
//!
//! `a_bogus` packs three values into 24 bits without cutting them first: what a value has beyond its byte runs over
//! into its neighbour, and is seen in the result. So values are 32 bits wide here, and plain bytes are a special case.

/// The usual alphabet.
pub(super) const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The alphabet of `X-Bogus`.
pub(super) const XB: &[u8; 64] = b"Dkdpgh4ZKsQB80/Mfvw36XI1R25-WUAlEi7NLboqYTOPuzmFjJnryx9HVGcaStCe";
/// The alphabet of the finished `a_bogus`.
pub(super) const AB0: &[u8; 64] = b"Dkdpgh2ZmsQB80/MfvV36XI1R45-WUAlEixNLwoqYTOPuzKFjJnry79HbGcaStCe";
/// The alphabet of the user agent inside `a_bogus`.
pub(super) const AB1: &[u8; 64] = b"ckdp1h4ZKsUB80/Mfvw36XIgR25+WQAlEi7NLboqYTOPuzmFjJnryx9HVGDaStCe";

/// Spells `values` in `alphabet`, padded with `=`.
pub(super) fn encode(alphabet: &[u8; 64], values: &[u32]) -> String {
    let mut text = String::with_capacity(values.len().div_ceil(3) * 4);
    let symbol =
        |bits: u32| alphabet.get(usize::try_from(bits & 63).unwrap_or(0)).map_or('=', |byte| char::from(*byte));
    for group in values.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|at| group.get(at).copied().unwrap_or(0));
        let bits = (a << 16) | (b << 8) | c;
        let shown = group.len() + 1;
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            text.push(if at < shown { symbol(bits >> shift) } else { '=' });
        }
    }
    text
}

/// The same for bytes.
pub(super) fn encode_bytes(alphabet: &[u8; 64], bytes: &[u8]) -> String {
    let values: Vec<u32> = bytes.iter().copied().map(u32::from).collect();
    encode(alphabet, &values)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_symbol_stands_twice_in_an_alphabet() {
        for alphabet in [STANDARD, XB, AB0, AB1] {
            let mut symbols = alphabet.to_vec();
            symbols.sort_unstable();
            symbols.dedup();
            assert_eq!(symbols.len(), 64);
        }
    }

    #[test]
    fn a_wide_value_runs_over_into_its_neighbour() {
        assert_eq!(encode(STANDARD, &[0, 0x100, 0]), encode(STANDARD, &[1, 0, 0]));
        assert_eq!(encode(STANDARD, &[0x100, 0, 0]), encode(STANDARD, &[0, 0, 0]));
    }

    proptest! {
        #[test]
        fn bytes_are_spelled_as_everybody_spells_them(bytes in prop::collection::vec(any::<u8>(), 0..50)) {
            use base64::Engine as _;
            let theirs = base64::engine::general_purpose::STANDARD.encode(&bytes);
            prop_assert_eq!(encode_bytes(STANDARD, &bytes), theirs);
        }
    }
}
