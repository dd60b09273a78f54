//! The table of what was asked for, what the server said, and what came.

use super::*;

const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isommp41";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";
const PAGE: &[u8] = b"\r\n<html>\r\n<head><title>502 Bad Gateway</title></head>";

#[track_caller]
fn check(name: &str, content_type: &str, head: &[u8], expected: Class) {
    let content_type = Some(content_type).filter(|said| !said.is_empty());
    let seen = Wanted::of([name, ""]).check(content_type, head).map_or_else(|wrong| wrong.class, |()| Class::Ok);
    assert_eq!(seen, expected, "{name} {content_type:?} {}", String::from_utf8_lossy(head));
}

#[test]
fn each_format_is_known_by_its_first_bytes() {
    let mut packets = vec![0; 3 * TS_PACKET];
    for packet in 0..3 {
        packets[packet * TS_PACKET] = 0x47;
    }
    let all: [(&str, &[u8]); 22] = [
        ("a.mp4", MP4),
        ("a.MOV", b"\0\0\0\x14ftypqt  "),
        ("a.m4a", b"\0\0\0\x1cftypM4A "),
        ("a.m4s", b"\0\0\0\x18stypmsdh"),
        ("a.avif", b"\0\0\0\x1cftypavif"),
        ("a.webm", b"\x1a\x45\xdf\xa3\x01"),
        ("a.flv", b"FLV\x01\x05"),
        ("a.ts", &packets),
        ("a.mp3", b"ID3\x04"),
        ("a.mp3", b"\xff\xfb\x90\x64"),
        ("a.aac", b"\xff\xf1\x50\x80"),
        ("a.aac", b"ID3\x04"),
        ("a.ogg", b"OggS\0"),
        ("a.m3u8", b"#EXTM3U\n"),
        ("a.jpeg", JPEG),
        ("a.png", b"\x89PNG\r\n\x1a\n"),
        ("a.gif", b"GIF89a"),
        ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 "),
        ("a.pdf", b"%PDF-1.7"),
        ("a.zip", b"PK\x03\x04"),
        ("a.json", b" {\n \"a\": 1}"),
        ("a.html", PAGE),
    ];
    for (name, head) in all {
        check(name, "", head, Class::Ok);
        check(name, "application/octet-stream", head, Class::Ok);
        // A file of any type is one where nobody knows what was asked for, and a page is none.
        let expected = if name == "a.html" { Class::Network } else { Class::Ok };
        check("file", "", head, expected);
        check("file.bin", "", head, expected);
    }
}

#[test]
fn what_was_not_asked_for_is_refused() {
    for page in [PAGE, b"<!DOCTYPE HTML>", b"\xef\xbb\xbf <body>", b"<?xml version=\"1.0\"?>\n<html xmlns=\"\">"] {
        for name in ["n.mp4", "n.jpg", "n.json", "n.bin", "n"] {
            check(name, "text/html; charset=utf-8", page, Class::Network);
            check(name, "video/mp4", page, Class::Network);
            check(name, "", page, Class::Network);
        }
        check("n.html", "text/html", page, Class::Ok);
    }
    check("n.mp4", "text/html", b"please wait", Class::Network);
    check("n", "text/html", b"please wait", Class::Network);
    check("n.mp4", "", b"please wait", Class::Schema);
    check("n.mp4", "video/mp4", b"please wait", Class::Schema);
    check("n.mp4", "", JPEG, Class::Schema);
    check("n.jpg", "image/jpeg", MP4, Class::Schema);
    check("n.webp", "image/webp", JPEG, Class::Schema);
    check("n.mp4", "application/json", b"{\"error\":1}", Class::Schema);
    check("n.json", "", b"not json", Class::Schema);
    check("n.ts", "", &[0x47; 100], Class::Schema);
    check("n.mp4", "", b"", Class::Schema);
}

#[test]
fn a_content_type_that_names_another_sort_is_a_contradiction() {
    check("n.mp4", "text/html", MP4, Class::Schema);
    check("n.mp4", "image/jpeg", MP4, Class::Schema);
    check("n.mp4", "Video/MP4", MP4, Class::Ok);
    check("n.mp4", "audio/mp4", MP4, Class::Ok);
    check("n.mp4", "text/plain", MP4, Class::Ok);
    check("n.jpg", "image/webp", JPEG, Class::Ok);
    check("n.json", "text/html", b"{\"a\":1}", Class::Ok);
}

#[test]
fn the_wished_name_goes_before_that_of_the_url_and_both_are_told() {
    assert_eq!(Wanted::of(["a.jpg", "b.mp4"]), Wanted(Some(Format::Jpeg)));
    assert_eq!(Wanted::of(["a.x", "b.mp4"]), Wanted(Some(Format::Mp4)));
    assert_eq!(Wanted::of(["a", "b"]), Wanted(None));
    let wrong = Wanted::of(["a.mp4", ""]).check(Some("text/html\u{7}; charset=x"), PAGE).unwrap_err();
    assert_eq!(wrong.why, "MP4 was expected, an HTML page came, content type `text/html;charset=x`");
}
