//! Packed bodies of all forms come out whole however they are cut; bombs and broken ones do not come out at all.

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;
use reqwest::header::HeaderValue;

use super::*;

const CAPS: Caps = Caps { bytes: 16 << 20, ratio: 200 };

fn packed(way: &str, body: &[u8]) -> Vec<u8> {
    let best = Compression::best();
    match way {
        "gzip" => {
            let mut to = GzEncoder::new(Vec::new(), best);
            to.write_all(body).unwrap();
            to.finish().unwrap()
        }
        "zlib" => {
            let mut to = ZlibEncoder::new(Vec::new(), best);
            to.write_all(body).unwrap();
            to.finish().unwrap()
        }
        "raw" => {
            let mut to = DeflateEncoder::new(Vec::new(), best);
            to.write_all(body).unwrap();
            to.finish().unwrap()
        }
        _ => body.to_vec(),
    }
}

fn header(way: &str) -> HeaderMap {
    let value = match way {
        "zlib" | "raw" => "deflate",
        other => other,
    };
    [(CONTENT_ENCODING, HeaderValue::from_str(value).unwrap())].into_iter().collect()
}

fn unpack(way: &str, bytes: &[u8], piece: usize, caps: Caps) -> Result<Vec<u8>, BadBody> {
    let mut unpacker = Unpacker::new(&header(way), caps, 0)?;
    bytes.chunks(piece).try_for_each(|piece| unpacker.push(piece))?;
    unpacker.finish()
}

/// `{"a":1}` as another program packs it: this house only unpacks brotli.
const BROTLI: &[u8] = &[0x0b, 0x03, 0x80, 0x7b, 0x22, 0x61, 0x22, 0x3a, 0x31, 0x7d, 0x03];
/// 64 MiB of zeros by the same program.
const BROTLI_BOMB: &[u8] = include_bytes!("../../../tests/fixtures/bombs/zeros-64m.br");

#[test]
fn a_body_comes_out_whole_however_it_is_cut() {
    let body: Vec<u8> = (0..20_000u32).flat_map(u32::to_be_bytes).collect();
    for way in ["gzip", "zlib", "raw", "identity"] {
        let bytes = packed(way, &body);
        for piece in [1, 2, 3, 1000, usize::MAX] {
            assert_eq!(unpack(way, &bytes, piece, CAPS).as_ref(), Ok(&body), "{way} in pieces of {piece}");
        }
    }
    assert_eq!(unpack("br", BROTLI, 1, CAPS).as_deref(), Ok(&b"{\"a\":1}"[..]));
    let twice = [packed("gzip", b"one "), packed("gzip", b"two")].concat();
    assert_eq!(unpack("gzip", &twice, 5, CAPS).as_deref(), Ok(&b"one two"[..]), "a file in several members");
}

#[test]
fn a_body_that_ends_early_is_refused() {
    let body = [7; 5000];
    for way in ["gzip", "zlib", "raw"] {
        let bytes = packed(way, &body);
        for cut in 1..bytes.len() {
            let cut = unpack(way, &bytes[..cut], usize::MAX, CAPS);
            assert!(matches!(cut, Err(BadBody::Broken(..))), "{way}: {cut:?}");
        }
    }
    for cut in 1..BROTLI.len() {
        assert!(matches!(unpack("br", &BROTLI[..cut], usize::MAX, CAPS), Err(BadBody::Broken(..))), "{cut}");
    }
}

#[test]
fn an_empty_body_is_empty_however_it_says_it_is_packed() {
    for way in ["gzip", "zlib", "br", "identity"] {
        assert_eq!(unpack(way, b"", 1, CAPS), Ok(Vec::new()), "{way}");
    }
}

#[test]
fn a_bomb_is_refused_at_once_and_holds_no_memory() {
    let zeros = vec![0; 24 << 20];
    let bombs = [("gzip", packed("gzip", &zeros)), ("zlib", packed("zlib", &zeros)), ("raw", packed("raw", &zeros))];
    for (way, bomb) in bombs.into_iter().chain([("br", BROTLI_BOMB.to_vec())]) {
        assert!(bomb.len() < 100_000, "{way} has {} bytes", bomb.len());
        let mut unpacker = Unpacker::new(&header(way), CAPS, 0).unwrap();
        let refused = bomb.chunks(1400).try_for_each(|piece| unpacker.push(piece)).unwrap_err();
        assert_eq!(refused, BadBody::Bomb(200), "{way}");
        assert!(unpacker.sink().out.capacity() <= 4 << 20, "{way} holds {}", unpacker.sink().out.capacity());
        let long = unpack(way, &bomb, usize::MAX, Caps { bytes: 1 << 20, ratio: u64::MAX });
        assert_eq!(long, Err(BadBody::TooLong(1 << 20)), "{way}");
    }
    let plain = unpack("identity", &zeros, 1400, CAPS);
    assert_eq!(plain, Err(BadBody::TooLong(CAPS.bytes)));
}

#[test]
fn what_was_not_asked_for_is_refused_by_name() {
    for way in ["gzip, gzip", "zstd", "gzip, br", "compress", "gzip,,"] {
        assert_eq!(unpack(way, b"x", 1, CAPS), Err(BadBody::Unknown(way.into())));
    }
    let mut two = header("gzip");
    two.append(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    assert!(matches!(Unpacker::new(&two, CAPS, 0), Err(BadBody::Unknown(named)) if named == "gzip, gzip"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_fall_over(
        way in prop::sample::select(vec!["gzip", "zlib", "br"]), bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let caps = Caps { bytes: 4096, ratio: 200 };
        let out = unpack(way, &bytes, 7, caps);
        prop_assert!(out.map_or(0, |out| out.len()) <= 4096);
    }

    #[test]
    fn a_changed_byte_never_gives_another_gzip_body(at in 10usize..400, bit in 0u8..8) {
        let body: Vec<u8> = (0..300u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
        let mut bytes = packed("gzip", &body);
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        let out = unpack("gzip", &bytes, 64, CAPS);
        prop_assert!(out.is_err() || out == Ok(body));
    }
}
