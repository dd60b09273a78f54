//! Bodies that come packed, unpacked piece by piece under caps.
//!
//! The caps stand inside the unpacking: a bomb is refused at the byte that goes over, while its piece is being unpacked
//! and not after it. Two caps hold: how long a body may be, and how many times longer than what came over the wire. A
//! body that is packed twice is refused by name; nobody honest sends one.

use std::io::{self, Write};

use crate::domain::amount::roughly_size;
use brotli_decompressor::DecompressorWriter;
use flate2::write::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// What is accepted, in the words of the header.
pub(super) const ACCEPTED: &str = "gzip, br, deflate";

/// Below this a high ratio is no sign of anything.
const INNOCENT: u64 = 1 << 20;

/// A length that is announced gets room up to this before it comes.
const BELIEVED: u64 = 256 * 1024;

/// What the unpacking step works with at a time.
const STEP: usize = 16 * 1024;

/// How much may be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caps {
    /// The longest body in bytes.
    pub(super) bytes: u64,
    /// How many times longer than what came, once it is longer than a megabyte.
    pub(super) ratio: u64,
}

/// Why a body could not be unpacked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadBody {
    /// Longer than the cap.
    #[error("its answer is longer than the {} of `egress.max_body`", roughly_size(*.0))]
    TooLong(u64),
    /// Grows too much.
    #[error("its answer unpacks to more than {0} times what it sent, which is `egress.max_ratio`")]
    Bomb(u64),
    /// A way of packing that was not asked for.
    #[error("its answer is packed as `{0}`, which was not asked for")]
    Unknown(String),
    /// Ends early, or is no such thing at all.
    #[error("its answer is packed as {0} and does not unpack: {1}")]
    Broken(&'static str, String),
}

/// Takes the pieces of a body, and gives the whole.
pub(super) struct Unpacker {
    name: &'static str,
    way: Way,
    came: u64,
}

enum Way {
    Plain(Sink),
    Gzip(Box<MultiGzDecoder<Sink>>),
    Brotli(Box<DecompressorWriter<Sink>>),
    Deflate(Box<Deflate>),
}

impl Unpacker {
    /// For a body with these headers, of which the server says that so many bytes will come.
    pub(super) fn new(headers: &HeaderMap, caps: Caps, expected: u64) -> Result<Self, BadBody> {
        let room = index(expected.min(BELIEVED));
        let sink = Sink { caps, came: 0, out: Vec::with_capacity(room), over: None };
        if !headers.contains_key(CONTENT_ENCODING) {
            return Ok(Self { name: "it is", way: Way::Plain(sink), came: 0 });
        }
        let named = headers.get_all(CONTENT_ENCODING).into_iter().map(|value| value.to_str().unwrap_or("?"));
        let named = named.collect::<Vec<_>>().join(", ").to_ascii_lowercase();
        let (name, way) = match named.trim() {
            "" | "identity" => ("it is", Way::Plain(sink)),
            "gzip" | "x-gzip" => ("gzip", Way::Gzip(Box::new(MultiGzDecoder::new(sink)))),
            "br" => ("brotli", Way::Brotli(Box::new(DecompressorWriter::new(sink, STEP)))),
            "deflate" => ("deflate", Way::Deflate(Box::new(Deflate { form: Form::Opening(Vec::new()), sink }))),
            other => return Err(BadBody::Unknown(other.chars().take(60).collect())),
        };
        Ok(Self { name, way, came: 0 })
    }

    /// Takes one more piece.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), BadBody> {
        self.came = self.came.saturating_add(length(piece));
        let came = self.came;
        self.sink().came = came;
        let done = match &mut self.way {
            Way::Plain(sink) => sink.write_all(piece),
            Way::Gzip(way) => way.write_all(piece),
            Way::Brotli(way) => way.write_all(piece),
            Way::Deflate(way) => way.push(piece),
        };
        done.map_err(|error| self.blame(&error))
    }

    /// The whole body, if it is whole.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, BadBody> {
        let done = match &mut self.way {
            Way::Plain(_) => Ok(()),
            // An empty answer is empty however it says it is packed; its class says what that means.
            _ if self.came == 0 => Ok(()),
            Way::Gzip(way) => way.try_finish(),
            Way::Brotli(way) => way.close(),
            Way::Deflate(way) => way.finish(),
        };
        done.map_err(|error| self.blame(&error))?;
        Ok(std::mem::take(&mut self.sink().out))
    }

    fn sink(&mut self) -> &mut Sink {
        match &mut self.way {
            Way::Plain(sink) => sink,
            Way::Deflate(way) => &mut way.sink,
            Way::Gzip(way) => way.get_mut(),
            Way::Brotli(way) => way.get_mut(),
        }
    }

    fn blame(&mut self, error: &io::Error) -> BadBody {
        let name = self.name;
        self.sink().over.take().unwrap_or_else(|| BadBody::Broken(name, error.to_string()))
    }
}

/// `deflate`, which some servers send with its two bytes of header and some without.
struct Deflate {
    form: Form,
    sink: Sink,
}

enum Form {
    /// The first bytes, from which the form is read.
    Opening(Vec<u8>),
    Known(Decompress),
    Ended,
}

impl Deflate {
    fn push(&mut self, piece: &[u8]) -> io::Result<()> {
        match &mut self.form {
            Form::Known(_) | Form::Ended => self.inflate(piece),
            Form::Opening(opening) => {
                opening.extend_from_slice(piece);
                let opening = std::mem::take(opening);
                let Some([first, second]) = opening.first_chunk::<2>() else {
                    self.form = Form::Opening(opening);
                    return Ok(());
                };
                let has_header = first & 0x0f == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31);
                self.form = Form::Known(Decompress::new(has_header));
                self.inflate(&opening)
            }
        }
    }

    fn inflate(&mut self, mut piece: &[u8]) -> io::Result<()> {
        let mut buffer = [0; STEP];
        loop {
            let Form::Known(way) = &mut self.form else {
                return if piece.is_empty() { Ok(()) } else { Err(broken("something stands behind its end")) };
            };
            let (came, gave) = (way.total_in(), way.total_out());
            let status = way.decompress(piece, &mut buffer, FlushDecompress::None)?;
            let (came, gave) = (index(way.total_in() - came), index(way.total_out() - gave));
            self.sink.write_all(buffer.get(..gave).unwrap_or_default())?;
            piece = piece.get(came..).unwrap_or_default();
            match status {
                Status::StreamEnd => self.form = Form::Ended,
                _ if came == 0 && gave == 0 => return Ok(()),
                _ => {}
            }
        }
    }

    fn finish(&self) -> io::Result<()> {
        if matches!(self.form, Form::Ended) { Ok(()) } else { Err(broken("it ends early")) }
    }
}

/// What was unpacked, up to the caps.
struct Sink {
    caps: Caps,
    /// How many bytes came over the wire.
    came: u64,
    out: Vec<u8>,
    /// The cap that was met.
    over: Option<BadBody>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let all = length(&self.out).saturating_add(length(bytes));
        if all > self.caps.bytes {
            self.over = Some(BadBody::TooLong(self.caps.bytes));
        } else if all > INNOCENT && all > self.came.saturating_mul(self.caps.ratio) {
            self.over = Some(BadBody::Bomb(self.caps.ratio));
        } else {
            self.out.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        Err(broken("a cap"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn broken(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
