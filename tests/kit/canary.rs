//! Canaries: secrets that exist nowhere else, and a search for them in whatever form they might have got out.

use std::collections::HashMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// The shortest piece of a secret that counts as one.
const PIECE: usize = 8;

/// Secrets, each with the place it was put into.
#[derive(Debug, Default)]
pub(crate) struct Canaries {
    /// Every eight bytes, as they are or in base64, and whose they are.
    pieces: HashMap<[u8; PIECE], String>,
    /// The same in hex: half as many digits stand in many an id.
    in_hex: HashMap<[u8; 2 * PIECE], String>,
    count: usize,
}

impl Canaries {
    /// A new secret for `slot`, unlike any other.
    pub(crate) fn lay(&mut self, slot: &str) -> String {
        // Letters that no language puts together, another beginning for each.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(u64::try_from(self.count).unwrap() + 78);
        let letters = b"bcdfghjkmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ23456789";
        let secret: String = (0..24)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                char::from(letters[usize::try_from(state % 47).unwrap()])
            })
            .collect();
        self.know(slot, &secret);
        secret
    }

    /// Learns a secret that somebody else has made.
    pub(crate) fn know(&mut self, slot: &str, secret: &str) {
        assert!(secret.len() >= PIECE, "{slot} is no secret: {secret}");
        self.count += 1;
        let hex = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        for form in [hex.to_uppercase(), hex] {
            for piece in form.as_bytes().windows(2 * PIECE) {
                self.in_hex.insert(piece.try_into().unwrap(), slot.to_owned());
            }
        }
        let mut forms = vec![secret.as_bytes().to_vec()];
        for lead in 0..3 {
            let led = [vec![0; lead], secret.as_bytes().to_vec()].concat();
            for coded in [STANDARD.encode(&led), URL_SAFE.encode(&led)] {
                // Only what does not depend on the neighbours.
                let inner = coded.trim_end_matches('=').as_bytes();
                forms.push(inner[lead + 1..inner.len() - 2].to_vec());
            }
        }
        for form in forms {
            for piece in form.windows(PIECE) {
                self.pieces.insert(piece.try_into().unwrap(), slot.to_owned());
            }
        }
    }

    /// How many were laid.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// The first secret that stands in `bytes`, and where.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<String> {
        let plain = |piece: &[u8]| self.pieces.get(<&[u8; PIECE]>::try_from(piece).unwrap());
        let in_hex = |piece: &[u8]| self.in_hex.get(<&[u8; 2 * PIECE]>::try_from(piece).unwrap());
        let found = bytes.windows(PIECE).enumerate().find_map(|(at, piece)| Some((at, plain(piece)?)));
        let in_hex = || bytes.windows(2 * PIECE).enumerate().find_map(|(at, piece)| Some((at, in_hex(piece)?)));
        let (at, slot) = found.or_else(in_hex)?;
        let around = &bytes[at.saturating_sub(60)..bytes.len().min(at + 60)];
        Some(format!("{slot} at byte {at}: …{}…", String::from_utf8_lossy(around)))
    }

    /// What stands in the files below `dir`, and how many bytes were searched.
    pub(crate) fn search(&self, dir: &Path) -> (Vec<String>, usize) {
        let (mut found, mut searched) = (Vec::new(), 0);
        for entry in std::fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                let (inner, bytes) = self.search(&path);
                found.extend(inner);
                searched += bytes;
            } else if kind.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                searched += bytes.len();
                found.extend(self.find(&bytes).map(|seen| format!("{}: {seen}", path.display())));
            }
        }
        (found, searched)
    }
}
