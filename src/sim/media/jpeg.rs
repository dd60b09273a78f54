//! A JPEG of squares: each block of eight by eight has one colour, so only its mean is written.

use super::bits::High;
use crate::sim::seed::Dice;

/// How many codes of each length from 1 on a table of means has, as the standard's example does; they stand for the
/// number of digits of a difference, 0 to 11.
const LENGTHS: [u8; 16] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
/// The code for each number of digits, with its length; it follows from the lengths.
const CODES: [(u32, u32); 12] = [
    (0b00, 2),
    (0b010, 3),
    (0b011, 3),
    (0b100, 3),
    (0b101, 3),
    (0b110, 3),
    (0b1110, 4),
    (0b1_1110, 5),
    (0b11_1110, 6),
    (0b111_1110, 7),
    (0b1111_1110, 8),
    (0b1_1111_1110, 9),
];
/// What a mean is divided by. It is eight times the level, so this keeps the level itself.
const STEP: u8 = 8;

/// A picture of `width` by `height`.
pub(in crate::sim) fn jpeg(dice: Dice, width: u16, height: u16) -> Vec<u8> {
    let mut file = vec![0xFF, 0xD8];
    segment(&mut file, 0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    segment(&mut file, 0xDB, &[&[0][..], &[STEP; 64]].concat());
    let [w, h] = [width, height].map(u16::to_be_bytes);
    let components = [1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
    segment(&mut file, 0xC0, &[&[8][..], &h, &w, &[3], &components].concat());
    let digits: Vec<u8> = (0..=11).collect();
    segment(&mut file, 0xC4, &[&[0][..], &LENGTHS, &digits].concat());
    // Of what is not the mean there is nothing, which takes one code of one bit.
    segment(&mut file, 0xC4, &[&[0x10, 1][..], &[0; 15], &[0]].concat());
    segment(&mut file, 0xDA, &[3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
    let mut bits = High::default();
    let tone = [dice.below(1, 90), dice.below(2, 160), dice.below(3, 160)].map(|n| i32::try_from(n).unwrap_or(0));
    let mut before = [0; 3];
    for y in 0..i32::from(height.div_ceil(8)) {
        for x in 0..i32::from(width.div_ceil(8)) {
            let levels = [tone[0] - 60 + (x + y) % 64, tone[1] - 80 + x / 4, tone[2] - 80 + y / 4];
            for (level, before) in levels.into_iter().zip(&mut before) {
                put_mean(&mut bits, level - *before);
                *before = level;
            }
        }
    }
    bits.close(true);
    // A byte of ones would be read as a marker; a zero behind it says that it is none.
    file.extend(bits.bytes.iter().flat_map(|byte| [*byte, 0].into_iter().take(if *byte == 0xFF { 2 } else { 1 })));
    file.extend([0xFF, 0xD9]);
    file
}

fn segment(file: &mut Vec<u8>, marker: u8, content: &[u8]) {
    let length = u16::try_from(content.len() + 2).unwrap_or(u16::MAX);
    file.extend([0xFF, marker]);
    file.extend(length.to_be_bytes());
    file.extend(content);
}

/// A difference: the number of its digits, then the digits; a negative one has them inverted. Then the end of the block.
fn put_mean(bits: &mut High, difference: i32) {
    let size = difference.unsigned_abs();
    let digits = if size == 0 { 0 } else { size.ilog2() + 1 };
    let (code, length) = usize::try_from(digits).ok().and_then(|at| CODES.get(at)).copied().unwrap_or((0, 2));
    bits.put(code, length);
    bits.put(if difference < 0 { !size } else { size }, digits);
    bits.put(0, 1);
}
