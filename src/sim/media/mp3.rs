//! An MP3 of silence. What stands behind the sound of a frame is nobody's business, so that two names differ.

use crate::sim::seed::Dice;

/// MPEG-1 layer III without a checksum, 32 kbit/s, 44,100 Hz, two channels.
const HEADER: [u8; 4] = [0xFF, 0xFB, 0x10, 0x00];
/// What such a frame has.
const FRAME: u64 = 104;
/// Of it, what says how the sound is coded; all of it nothing.
const SIDE: usize = 32;
/// Samples of a frame, and in a second.
const SAMPLES: u64 = 1152;
const RATE: u64 = 44_100;

/// A sound of so many seconds.
pub(in crate::sim) fn mp3(dice: Dice, seconds: u64) -> Vec<u8> {
    let rest = FRAME - 4 - u64::try_from(SIDE).unwrap_or(0);
    let frame = |nth: u64| {
        // No byte of it may look like the beginning of a frame.
        let noise = dice.bytes(nth * rest..(nth + 1) * rest).into_iter().map(|byte| byte & 0x7F);
        HEADER.into_iter().chain([0; SIDE]).chain(noise)
    };
    (0..(seconds * RATE).div_ceil(SAMPLES)).flat_map(frame).collect()
}
