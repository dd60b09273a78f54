//! The form of what is drawn here. That other people's programs open it is tried by `make peers`.

use super::*;
use crate::sim::seed::Dice;

fn dice(name: &str) -> Dice {
    Dice::of(1, name)
}

/// Where `needle` stands.
fn find(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).position(|window| window == needle).unwrap()
}

fn number(bytes: &[u8], at: usize) -> usize {
    usize::try_from(u32::from_be_bytes(*bytes[at..].first_chunk().unwrap())).unwrap()
}

#[test]
fn the_same_dice_draw_the_same_and_others_do_not() {
    let all = |name| {
        [jpeg(dice(name), 90, 160), webp(dice(name), 90, 160), mp3(dice(name), 2), mp4(dice(name), 90, 160, 2500)]
    };
    for (same, other) in all("a").iter().zip(all("b")) {
        assert!(*same == all("a")[all("a").iter().position(|drawn| drawn == same).unwrap()] && *same != other);
    }
}

#[test]
fn every_box_of_a_video_ends_where_it_says_and_the_pictures_lie_where_it_says() {
    let video = mp4(dice("v"), 404, 720, 15_321);
    let mut at = 0;
    let mut boxes = Vec::new();
    while at < video.len() {
        boxes.push(String::from_utf8_lossy(&video[at + 4..at + 8]).into_owned());
        at += number(&video, at);
    }
    assert_eq!((boxes, at), (["ftyp", "moov", "mdat"].map(str::to_owned).to_vec(), video.len()));
    let first = number(&video, find(&video, b"stco") + 12);
    let sizes = find(&video, b"stsz") + 12;
    let count = number(&video, sizes);
    assert_eq!(count, 16, "a picture a second, the last for the rest");
    let (mut at, mut begins) = (first, 0);
    for nth in 0..count {
        let size = number(&video, sizes + 4 + nth * 4);
        assert_eq!(number(&video, at), size - 4, "each is one unit, behind its length");
        begins += usize::from(video[at + 4] == 0x65);
        at += size;
    }
    assert_eq!((begins, at), (1, video.len()));
    let durations = find(&video, b"stts") + 8;
    let lasts: usize =
        (0..2).map(|nth| number(&video, durations + 4 + nth * 8) * number(&video, durations + 8 + nth * 8)).sum();
    assert_eq!(lasts, 15_321);
}

#[test]
fn a_unit_never_holds_what_looks_like_the_beginning_of_the_next() {
    for nth in 0..200 {
        let video = mp4(dice(&nth.to_string()), 90, 160, 40_000);
        let pictures = &video[number(&video, find(&video, b"stco") + 12)..];
        let first = &pictures[4..4 + number(pictures, 0)];
        assert!(!first.windows(3).any(|three| three[..2] == [0, 0] && three[2] < 3), "{nth}");
    }
}

#[test]
fn a_picture_has_no_marker_but_its_own_and_a_sound_its_frames() {
    let picture = jpeg(dice("c"), 360, 640);
    let scan = find(&picture, &[0xFF, 0xDA]) + 12;
    let body = &picture[scan..picture.len() - 2];
    assert!(body.windows(2).all(|two| two[0] != 0xFF || two[1] == 0), "a byte of ones stands alone");
    assert_eq!(picture[picture.len() - 2..], [0xFF, 0xD9]);
    let picture = webp(dice("i"), 270, 480);
    assert_eq!(u32::from_le_bytes(*picture[4..].first_chunk().unwrap()), u32::try_from(picture.len() - 8).unwrap());
    let sound = mp3(dice("m"), 30);
    assert_eq!(sound.len(), 1149 * 104);
    assert!(
        sound.chunks(104).all(|frame| frame[..4] == [0xFF, 0xFB, 0x10, 0] && frame[36..].iter().all(|b| *b < 0x80))
    );
}
