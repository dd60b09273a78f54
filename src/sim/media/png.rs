//! A PNG of black and white.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// A picture of `width` pixels in each row, where `is_dark` says which are black.
pub(in crate::sim) fn png(width: usize, is_dark: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    let edge = u32::try_from(width).unwrap_or(u32::MAX).to_be_bytes();
    // Eight bits of grey, nothing else.
    let head = [&edge[..], &edge, &[8, 0, 0, 0, 0]].concat();
    let row = |y: usize| {
        let pixels = (0..width).map(|x| if is_dark(x, y) { 0 } else { 255 }).collect::<Vec<u8>>();
        [vec![0], pixels].concat()
    };
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    let written = packed.write_all(&(0..width).flat_map(row).collect::<Vec<u8>>());
    let packed = written.and_then(|()| packed.finish()).unwrap_or_default();
    [
        &[0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A][..],
        &chunk(*b"IHDR", &head),
        &chunk(*b"IDAT", &packed),
        &chunk(*b"IEND", &[]),
    ]
    .concat()
}

fn chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(&name);
    sum.update(content);
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&length[..], &name, content, &sum.sum().to_be_bytes()].concat()
}
