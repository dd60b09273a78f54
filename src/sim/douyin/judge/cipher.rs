//! What a judge needs to read a signature backwards: symbols to numbers, and the stream over them.

/// Numbers of six bits for the symbols of `text`; nothing when one is no symbol of `alphabet`.
pub(super) fn sextets(alphabet: &str, text: &str) -> Option<Vec<u32>> {
    let number = |symbol: char| alphabet.find(symbol).and_then(|at| u32::try_from(at).ok());
    text.chars().map(number).collect()
}

/// The text in ordinary base64 with its symbols changed to those of `alphabet`.
pub(super) fn spelled(alphabet: &str, bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut bits = 0_u32;
    let mut held = 0;
    for byte in bytes {
        bits = (bits << 8 | u32::from(*byte)) & 0xFFFF;
        held += 8;
        while held >= 6 {
            held -= 6;
            text.extend(symbol(alphabet, bits >> held));
        }
    }
    if held > 0 {
        text.extend(symbol(alphabet, bits << (6 - held)));
    }
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

fn symbol(alphabet: &str, bits: u32) -> Option<char> {
    alphabet.chars().nth(usize::try_from(bits & 63).ok()?)
}

/// The first `length` bytes of the RC4 stream of `key`.
pub(super) fn stream(key: &[u8], length: usize) -> Vec<u8> {
    let mut box_: Vec<u8> = (0..=255).collect();
    let at = |box_: &[u8], place: usize| box_.get(place % 256).copied().unwrap_or(0);
    let mut j = 0;
    for i in 0..256 {
        let turn = key.get(i % key.len().max(1)).copied().unwrap_or(0);
        j = (j + usize::from(at(&box_, i)) + usize::from(turn)) % 256;
        box_.swap(i, j);
    }
    let (mut i, mut j) = (0, 0);
    let next = |_| {
        i = (i + 1) % 256;
        j = (j + usize::from(at(&box_, i))) % 256;
        box_.swap(i, j);
        at(&box_, usize::from(at(&box_, i)) + usize::from(at(&box_, j)))
    };
    (0..length).map(next).collect()
}

/// `text` under the stream of `key`, a byte for each character.
pub(super) fn mixed(key: &[u8], text: &str) -> Vec<u8> {
    let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    bytes.iter().zip(stream(key, bytes.len())).map(|(byte, key)| byte ^ key).collect()
}
