//! What a file is by its first bytes, and whether that is what was asked for.
//!
//! The ending of a name says what was asked for; where it says nothing, anything but a web page will do. The first
//! bytes decide. What the server says about the type counts where it names another sort of thing; most servers say
//! nothing useful. An error page of a proxy arrives with status 200, too, and must never become a file.

use crate::domain::Class;

/// So many first bytes are enough to tell.
pub(super) const HEAD: usize = 512;

/// Packets of a transport stream have this many bytes.
const TS_PACKET: usize = 188;

/// What a file can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Mp4,
    Webm,
    Flv,
    Ts,
    Mp3,
    Aac,
    Ogg,
    Flac,
    Wav,
    Playlist,
    Jpeg,
    Png,
    Gif,
    Webp,
    Heif,
    Pdf,
    Zip,
    Json,
    Html,
    Unknown,
}

/// Sorts of things, as content types name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Stream,
    Picture,
    Document,
    Page,
}

impl Format {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Mp4 => "MP4",
            Self::Webm => "WebM",
            Self::Flv => "FLV",
            Self::Ts => "MPEG-TS",
            Self::Mp3 => "MP3",
            Self::Aac => "AAC",
            Self::Ogg => "Ogg",
            Self::Flac => "FLAC",
            Self::Wav => "WAV",
            Self::Playlist => "an M3U playlist",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::Webp => "WebP",
            Self::Heif => "HEIF",
            Self::Pdf => "PDF",
            Self::Zip => "ZIP",
            Self::Json => "JSON",
            Self::Html => "an HTML page",
            Self::Unknown => "an unknown type",
        }
    }

    const fn sort(self) -> Option<Sort> {
        match self {
            Self::Mp4 | Self::Webm | Self::Flv | Self::Ts | Self::Mp3 | Self::Aac | Self::Ogg | Self::Flac => {
                Some(Sort::Stream)
            }
            Self::Wav | Self::Playlist => Some(Sort::Stream),
            Self::Jpeg | Self::Png | Self::Gif | Self::Webp | Self::Heif => Some(Sort::Picture),
            Self::Pdf | Self::Zip | Self::Json => Some(Sort::Document),
            Self::Html => Some(Sort::Page),
            Self::Unknown => None,
        }
    }

    /// What a file that begins with `head` is.
    fn of(head: &[u8]) -> Self {
        let at = |place: usize, length: usize| head.get(place..place + length).unwrap_or_default();
        match head {
            [0xFF, 0xD8, 0xFF, ..] => return Self::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => return Self::Png,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => return Self::Gif,
            [b'F', b'L', b'V', 1, ..] => return Self::Flv,
            [0x1A, 0x45, 0xDF, 0xA3, ..] => return Self::Webm,
            [b'O', b'g', b'g', b'S', ..] => return Self::Ogg,
            [b'f', b'L', b'a', b'C', ..] => return Self::Flac,
            [b'%', b'P', b'D', b'F', b'-', ..] => return Self::Pdf,
            [b'P', b'K', 3, 4, ..] => return Self::Zip,
            [b'I', b'D', b'3', ..] => return Self::Mp3,
            // The two sorts of MPEG sound begin alike; the layer tells them apart.
            [0xFF, second, ..] if second & 0xF6 == 0xF0 => return Self::Aac,
            [0xFF, second, ..] if second & 0xE0 == 0xE0 && second & 0x06 != 0 => return Self::Mp3,
            _ => {}
        }
        match (at(0, 4), at(4, 4), at(8, 4)) {
            (b"RIFF", _, b"WEBP") => return Self::Webp,
            (b"RIFF", _, b"WAVE") => return Self::Wav,
            (_, b"ftyp", b"avif" | b"avis" | b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1") => return Self::Heif,
            (_, b"ftyp" | b"styp" | b"moov" | b"moof" | b"sidx", _) => return Self::Mp4,
            _ => {}
        }
        let sync = |packet: usize| head.get(packet * TS_PACKET).is_none_or(|byte| *byte == 0x47);
        if head.len() >= TS_PACKET && (0..3).all(sync) {
            return Self::Ts;
        }
        Self::of_text(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start())
    }

    fn of_text(text: &[u8]) -> Self {
        let small = text.to_ascii_lowercase();
        let tags: [&[u8]; 12] = [
            b"<!doctype html",
            b"<html",
            b"<head",
            b"<body",
            b"<title",
            b"<meta",
            b"<script",
            b"<center",
            b"<h1",
            b"<div",
            b"<p>",
            b"<!--",
        ];
        if tags.iter().any(|tag| small.starts_with(tag)) || (small.starts_with(b"<?xml") && contains(&small, b"<html"))
        {
            return Self::Html;
        }
        if text.starts_with(b"#EXTM3U") {
            return Self::Playlist;
        }
        let behind = text.get(1..).unwrap_or_default().trim_ascii_start().first();
        match (text.first(), behind) {
            (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{' | b'[' | b']' | b'"' | b'0'..=b'9' | b'-')) => {
                Self::Json
            }
            _ => Self::Unknown,
        }
    }

    /// What the ending of `name` asks for; `None` when it says nothing.
    fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "mp4" | "m4v" | "m4a" | "m4s" | "mov" | "3gp" => Self::Mp4,
            "webm" | "mkv" => Self::Webm,
            "flv" => Self::Flv,
            "ts" => Self::Ts,
            "mp3" => Self::Mp3,
            "aac" => Self::Aac,
            "ogg" | "oga" | "ogv" | "opus" => Self::Ogg,
            "flac" => Self::Flac,
            "wav" => Self::Wav,
            "m3u8" | "m3u" => Self::Playlist,
            "jpg" | "jpeg" => Self::Jpeg,
            "png" => Self::Png,
            "gif" => Self::Gif,
            "webp" => Self::Webp,
            "heic" | "heif" | "avif" => Self::Heif,
            "pdf" => Self::Pdf,
            "zip" => Self::Zip,
            "json" => Self::Json,
            "html" | "htm" | "xhtml" => Self::Html,
            _ => return None,
        })
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// What a file is asked to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted(Option<Format>);

/// A file that is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Whether a page came, or another type of file.
    pub(super) class: Class,
    /// What was asked for and what came.
    pub(super) why: String,
}

impl Wanted {
    /// What the first of `names` that says something asks for.
    pub(super) fn of(names: [&str; 2]) -> Self {
        Self(names.into_iter().find_map(Format::of_name))
    }

    /// Looks at the first bytes of a file and at the type that the server says it has.
    pub(super) fn check(self, content_type: Option<&str>, head: &[u8]) -> Result<(), Wrong> {
        let told = content_type.and_then(sort_of);
        let found = match Format::of(head) {
            Format::Unknown if told == Some(Sort::Page) => Format::Html,
            found => found,
        };
        let fits = match self.0 {
            Some(Format::Html) => true,
            None => found != Format::Html,
            // Sound of an HTTP live stream often begins with the mark of an MP3.
            Some(Format::Aac) if found == Format::Mp3 => true,
            Some(wanted) => wanted == found,
        };
        let sort = self.0.and_then(Format::sort).filter(|sort| matches!(sort, Sort::Stream | Sort::Picture));
        let contradicts = sort.is_some_and(|sort| told.is_some_and(|told| told != sort));
        if fits && !contradicts {
            return Ok(());
        }
        let wanted = self.0.map_or("a file", Format::as_str);
        let said = content_type.map(|said| said.chars().filter(char::is_ascii_graphic).take(60).collect::<String>());
        let said = said.map_or(String::new(), |said| format!(", content type `{said}`"));
        let why = format!("{wanted} was expected, {} came{said}", found.as_str());
        // A page in a file's place comes from whoever stands between: a proxy, a portal, an error page with status 200.
        // That passes. Any other type is what the server means to send.
        let class = if found == Format::Html { Class::Network } else { Class::Schema };
        Err(Wrong { class, why })
    }
}

/// The sort of thing that a content type names; `None` when it says nothing that helps.
fn sort_of(content_type: &str) -> Option<Sort> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.split_once('/')? {
        ("video" | "audio", _) | ("application", "vnd.apple.mpegurl" | "x-mpegurl") => Some(Sort::Stream),
        ("image", _) => Some(Sort::Picture),
        ("text", "html") | ("application", "xhtml+xml") => Some(Sort::Page),
        ("application", "json" | "pdf" | "zip") => Some(Sort::Document),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
