//! Lyrics.

use radard::wire::lrc::{BadLyric, to_lrc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::file::{each, same};

#[derive(Deserialize)]
struct Vector {
    lyric: Value,
    expect: Value,
}

#[test]
fn lyrics() {
    each("lrc.json", |Vector { lyric, expect }: &Vector| {
        let lrc = to_lrc(lyric.to_string().as_bytes());
        same("lrc", lrc.map_or_else(|_| json!({"error": BadLyric::CODE}), Value::from), expect.clone())
    });
}
