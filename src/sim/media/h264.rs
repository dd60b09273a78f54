//! A picture that stands, as a stream of H.264 in its plainest profile.
//!
//! The first of each row of blocks is written as it is; every other block says that it looks like its neighbours, whose
//! mean it takes, which makes soft runs of colour out of a few bits. The pictures after the first skip every block.

use super::bits::High;
use crate::sim::seed::Dice;

/// Edge of a block.
const BLOCK: u32 = 16;
/// A picture that others refer to, and one at which a player may begin.
const REFERS: u8 = 0x21;
const BEGINS: u8 = 0x65;
/// A block as it is, and one that takes the mean of its neighbours and adds nothing.
const AS_IT_IS: u32 = 25;
const LIKE_NEIGHBOURS: u32 = 3;

/// How large it is, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) width: u16,
    pub(super) height: u16,
}

impl Size {
    fn blocks(self) -> (u32, u32) {
        (u32::from(self.width).div_ceil(BLOCK), u32::from(self.height).div_ceil(BLOCK))
    }
}

/// What holds for the whole stream.
pub(super) fn sequence(size: Size) -> Vec<u8> {
    let (columns, rows) = size.blocks();
    let mut bits = High::default();
    for byte in [0x67, 66, 0xC0, 31] {
        bits.put(byte, 8);
    }
    // Its number, counters of four bits, the order as they come, one picture to refer to.
    for value in [0, 0, 2, 1] {
        bits.golomb(value);
    }
    bits.put(0, 1);
    bits.golomb(columns - 1);
    bits.golomb(rows - 1);
    // Whole pictures; then how much of the last blocks is not shown, in pairs of pixels.
    bits.put(0b111, 3);
    let cut = [0, columns * BLOCK - u32::from(size.width), 0, rows * BLOCK - u32::from(size.height)];
    for pixels in cut {
        bits.golomb(pixels / 2);
    }
    bits.put(0, 1);
    end(bits)
}

/// What holds for every picture.
pub(super) fn parameters() -> Vec<u8> {
    let mut bits = High::default();
    bits.put(0x68, 8);
    bits.golomb(0);
    bits.golomb(0);
    bits.put(0, 2);
    for _ in 0..3 {
        bits.golomb(0);
    }
    bits.put(0, 3);
    for _ in 0..3 {
        bits.golomb(0);
    }
    // Edges are left as they are where a picture says so.
    bits.put(0b100, 3);
    end(bits)
}

/// The first picture.
pub(super) fn first(dice: Dice, size: Size) -> Vec<u8> {
    let (columns, rows) = size.blocks();
    let mut bits = High::default();
    bits.put(BEGINS.into(), 8);
    head(&mut bits, 7, 0);
    bits.golomb(0);
    bits.put(0, 2);
    bits.golomb(0);
    bits.golomb(1);
    for row in 0..rows {
        colour(&mut bits, dice, row);
        for column in 1..columns {
            bits.golomb(LIKE_NEIGHBOURS);
            // The mean for colours too, the same fineness, and no difference. How that is written depends on how much
            // the neighbours had to say, and a block that is written as it is counts as all that it could.
            bits.golomb(0);
            bits.golomb(0);
            if column == 1 { bits.put(0b11, 6) } else { bits.put(1, 1) }
        }
    }
    end(bits)
}

/// A block of one colour at the beginning of a row.
fn colour(bits: &mut High, dice: Dice, row: u32) {
    bits.golomb(AS_IT_IS);
    bits.close(false);
    let shade = |nth: u64, from: u32, below: u64| from + u32::try_from(dice.below(nth, below)).unwrap_or(0);
    let light = shade(u64::from(row / 4) + 10, 40, 180);
    for (value, count) in [(light, 256), (shade(1, 70, 116), 64), (shade(2, 70, 116), 64)] {
        for _ in 0..count {
            bits.put(value, 8);
        }
    }
}

/// Picture `nth`, the same once more.
pub(super) fn same(nth: u32, size: Size) -> Vec<u8> {
    let (columns, rows) = size.blocks();
    let mut bits = High::default();
    bits.put(REFERS.into(), 8);
    head(&mut bits, 5, nth % 16);
    bits.put(0, 3);
    bits.golomb(0);
    bits.golomb(1);
    bits.golomb(columns * rows);
    end(bits)
}

/// The first block, the sort, the parameters, the number.
fn head(bits: &mut High, sort: u32, number: u32) {
    for value in [0, sort, 0] {
        bits.golomb(value);
    }
    bits.put(number, 4);
}

/// Ends a unit. Two zeros and a small number behind them would look like the beginning of the next: a 3 parts them.
fn end(mut bits: High) -> Vec<u8> {
    bits.put(1, 1);
    bits.close(false);
    let (mut unit, mut zeros) = (Vec::with_capacity(bits.bytes.len()), 0);
    for byte in bits.bytes {
        if zeros == 2 && byte <= 3 {
            unit.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        unit.push(byte);
    }
    unit
}
