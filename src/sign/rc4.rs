//! RC4 as in the textbook: key schedule, then the stream from its first byte.
//!
//! Here it keeps nothing secret, it only mixes. The schedule of a known key is worked out while the program is built.

/// A stream of key bytes.
#[derive(Debug, Clone)]
pub(super) struct Rc4 {
    state: [u8; 256],
    i: u8,
    j: u8,
}

#[expect(clippy::indexing_slicing, reason = "a byte is always below 256, the length of the state")]
#[expect(clippy::as_conversions, reason = "a byte as an index, also while the program is built")]
impl Rc4 {
    /// The stream of `key`, which is not empty.
    pub(super) const fn new(key: &[u8]) -> Self {
        let mut state = [0; 256];
        let mut i = 0;
        while i < 256 {
            state[i] = i.to_le_bytes()[0];
            i += 1;
        }
        let (mut i, mut j) = (0, 0_u8);
        while i < 256 {
            j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
            state.swap(i, j as usize);
            i += 1;
        }
        Self { state, i: 0, j: 0 }
    }

    /// The next byte of the stream.
    pub(super) const fn next(&mut self) -> u8 {
        self.i = self.i.wrapping_add(1);
        let at_i = self.state[self.i as usize];
        self.j = self.j.wrapping_add(at_i);
        let at_j = self.state[self.j as usize];
        self.state[self.i as usize] = at_j;
        self.state[self.j as usize] = at_i;
        self.state[at_i.wrapping_add(at_j) as usize]
    }

    /// `bytes` under the stream.
    pub(super) fn apply(mut self, bytes: &[u8]) -> Vec<u8> {
        bytes.iter().map(|byte| byte ^ self.next()).collect()
    }
}

/// A user agent as the bytes that a browser would mix: one for each character where that is possible.
pub(super) fn latin1(text: &str) -> Vec<u8> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.unwrap_or_else(|| text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_the_textbook() {
        // The test vectors that the cipher is known by.
        assert_eq!(Rc4::new(b"Key").apply(b"Plaintext"), [0xBB, 0xF3, 0x16, 0xE8, 0xD9, 0x40, 0xAF, 0x0A, 0xD3]);
        assert_eq!(Rc4::new(b"Wiki").apply(b"pedia"), [0x10, 0x21, 0xBF, 0x04, 0x20]);
    }

    #[test]
    fn characters_are_bytes_where_they_fit() {
        assert_eq!(latin1("aé"), [0x61, 0xE9]);
        assert_eq!(latin1("aé美"), "aé美".as_bytes());
    }
}
