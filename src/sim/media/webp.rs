//! A WebP without loss, of two colours: with two shades of green and one of everything else a pixel takes one bit.

use super::bits::Low;
use crate::sim::seed::Dice;

/// A picture of `width` by `height`, each at most 16,384.
pub(in crate::sim) fn webp(dice: Dice, width: u16, height: u16) -> Vec<u8> {
    let mut bits = Low::default();
    bits.put(0x2F, 8);
    bits.put(u32::from(width) - 1, 14);
    bits.put(u32::from(height) - 1, 14);
    // No alpha, version 0; no transform, no cache of colours, one group of codes.
    for width in [1, 3, 1, 1, 1] {
        bits.put(0, width);
    }
    let shade = |nth| u32::try_from(dice.below(nth, 120)).unwrap_or(0);
    let dark = shade(1);
    // Green has two symbols, the smaller of which is a 0.
    bits.put(0b1_1_1, 3);
    bits.put(dark, 8);
    bits.put(dark + 90, 8);
    for symbol in [shade(2) + 60, shade(3) + 60, 255, 0] {
        bits.put(0b1_0_1, 3);
        bits.put(symbol, 8);
    }
    let (size, slope) = (shade(4) % 20 + 12, shade(5) % 3);
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            bits.put(u32::from((x + y * slope) / size % 2 == y / size % 2), 1);
        }
    }
    bits.close();
    let mut chunk = bits.bytes;
    let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
    if !chunk.len().is_multiple_of(2) {
        chunk.push(0);
    }
    let whole = u32::try_from(chunk.len() + 12).unwrap_or(u32::MAX);
    [b"RIFF", &whole.to_le_bytes(), b"WEBP", b"VP8L", &length.to_le_bytes(), &*chunk].concat()
}
