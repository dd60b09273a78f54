//! An MP4 with one track of video, a picture a second.

use super::h264::{Size, first, parameters, same, sequence};
use crate::sim::seed::Dice;

/// Parts of a second in which times are told.
const SCALE: u32 = 1000;
/// No turn and no tilt: ones on the diagonal, in the forms that the format wants.
const UPRIGHT: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// A video of `width` by `height` that lasts so many milliseconds.
pub(in crate::sim) fn mp4(dice: Dice, width: u16, height: u16, lasts_ms: u32) -> Vec<u8> {
    let size = Size { width, height };
    let count = lasts_ms.div_ceil(SCALE).max(1);
    let units = std::iter::once(first(dice, size)).chain((1..count).map(|nth| same(nth, size)));
    let samples: Vec<Vec<u8>> = units.map(|unit| [&length(unit.len())[..], &unit].concat()).collect();
    let sizes: Vec<u32> = samples.iter().map(|sample| u32::try_from(sample.len()).unwrap_or(u32::MAX)).collect();
    let kind = boxed(*b"ftyp", &[b"isom", &number(512)[..], b"isom", b"iso2", b"avc1", b"mp41"].concat());
    // Where the pictures lie depends on how long the box before them is, which does not depend on where they lie.
    let before = kind.len() + movie(size, lasts_ms, &sizes, 0).len() + 8;
    let movie = movie(size, lasts_ms, &sizes, u32::try_from(before).unwrap_or(u32::MAX));
    [kind, movie, boxed(*b"mdat", &samples.concat())].concat()
}

fn movie(size: Size, lasts_ms: u32, sizes: &[u32], from: u32) -> Vec<u8> {
    let head = full(*b"mvhd", 0, &[0, 0, SCALE, lasts_ms, 0x1_0000, 0x0100_0000, 0, 0], &[&UPRIGHT, &[0; 6], &[2]]);
    let edges = [u32::from(size.width) << 16, u32::from(size.height) << 16];
    let track = full(*b"tkhd", 3, &[0, 0, 1, 0, lasts_ms, 0, 0, 0, 0], &[&UPRIGHT, &edges]);
    let media = full(*b"mdhd", 0, &[0, 0, SCALE, lasts_ms, 0x55C4_0000], &[]);
    let handler = [full(*b"hdlr", 0, &[0, u32::from_be_bytes(*b"vide"), 0, 0, 0], &[]), vec![0]].concat();
    let handler = resized(handler);
    let place = full(*b"dref", 0, &[1], &[]);
    let place = resized([place, full(*b"url ", 1, &[], &[])].concat());
    let inner = [full(*b"vmhd", 1, &[0, 0], &[]), boxed(*b"dinf", &place), table(size, lasts_ms, sizes, from)];
    let media = boxed(*b"mdia", &[media, handler, boxed(*b"minf", &inner.concat())].concat());
    boxed(*b"moov", &[head, boxed(*b"trak", &[track, media].concat())].concat())
}

/// Where each picture lies and how long it stands.
fn table(size: Size, lasts_ms: u32, sizes: &[u32], from: u32) -> Vec<u8> {
    let count = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
    let last = [1, lasts_ms.saturating_sub((count - 1) * SCALE)];
    let whole = [count - 1, SCALE];
    let times = if count == 1 { vec![&last[..]] } else { vec![&whole[..], &last[..]] };
    let times = full(*b"stts", 0, &[u32::try_from(times.len()).unwrap_or(0)], &times);
    let begins = full(*b"stss", 0, &[1, 1], &[]);
    let chunks = full(*b"stsc", 0, &[1, 1, count, 1], &[]);
    let sizes = full(*b"stsz", 0, &[0, count], &[sizes]);
    let places = full(*b"stco", 0, &[1, from], &[]);
    boxed(*b"stbl", &[description(size), times, begins, chunks, sizes, places].concat())
}

/// What a player has to know before the first picture.
fn description(size: Size) -> Vec<u8> {
    let (sequence, parameters) = (sequence(size), parameters());
    let profile = sequence.get(1..4).unwrap_or_default();
    let short = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
    let config =
        [&[1][..], profile, &[0xFF, 0xE1], &short(&sequence), &sequence, &[1], &short(&parameters), &parameters];
    let config = boxed(*b"avcC", &config.concat());
    let edges = [size.width, size.height].map(u16::to_be_bytes).concat();
    let entry = [
        &[0, 0, 0, 0, 0, 0, 0, 1][..],
        &[0; 16],
        &edges,
        &number(0x48_0000),
        &number(0x48_0000),
        &[0, 0, 0, 0, 0, 1],
        &[0; 32],
        &[0, 24, 0xFF, 0xFF],
        &config,
    ];
    let entry = boxed(*b"avc1", &entry.concat());
    resized([full(*b"stsd", 0, &[1], &[]), entry].concat())
}

const fn number(value: u32) -> [u8; 4] {
    value.to_be_bytes()
}

fn length(bytes: usize) -> [u8; 4] {
    number(u32::try_from(bytes).unwrap_or(u32::MAX))
}

fn boxed(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    [&length(content.len() + 8)[..], &name, content].concat()
}

/// A box that begins with a version, always 0, and flags.
fn full(name: [u8; 4], flags: u32, numbers: &[u32], more: &[&[u32]]) -> Vec<u8> {
    let all = std::iter::once(&flags).chain(numbers).chain(more.iter().copied().flatten());
    boxed(name, &all.flat_map(|value| number(*value)).collect::<Vec<u8>>())
}

/// A box to which something was added.
fn resized(mut whole: Vec<u8>) -> Vec<u8> {
    let told = length(whole.len());
    if let Some(place) = whole.first_chunk_mut::<4>() {
        *place = told;
    }
    whole
}
