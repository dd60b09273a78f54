//! Where the files of a post are, and which hashtags are in its text.

use std::collections::HashSet;

use crate::domain::Files;
use crate::wire::json::Value;

/// The cover and the media of a post.
pub(super) fn files(post: Value<'_>) -> Files {
    let video = post.get("video");
    let images = post.get("images");
    let media: Vec<String> = if images.items().len() > 0 {
        // An image that moves has its video beside it.
        images
            .items()
            .flat_map(|image| [address(image), address(image.get("video").get("play_addr"))])
            .flatten()
            .collect()
    } else {
        best(video).or_else(|| address(video.get("play_addr"))).into_iter().collect()
    };
    let covers = ["origin_cover", "cover"].into_iter().find_map(|name| address(video.get(name)));
    Files { cover: covers.or_else(|| address(images.at(0))), media }
}

/// The address of the best encoding: H.264 first, because everything plays it, then the highest bit rate.
fn best(video: Value<'_>) -> Option<String> {
    let rank = |encoding: Value<'_>| {
        let number = |value: Value<'_>| value.whole().unwrap_or(0);
        let height = number(encoding.get("play_addr").get("height"));
        let codec = encoding.get("is_h265");
        let is_h264 = !codec.truth().unwrap_or_else(|| number(codec) != 0);
        (is_h264, number(encoding.get("bit_rate")), height)
    };
    let encodings = video.get("bit_rate").items();
    let encodings = encodings.filter_map(|encoding| Some((rank(encoding), address(encoding.get("play_addr"))?)));
    // Of two that are alike the first.
    encodings.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, address)| address)
}

/// The first address of a file that has several.
fn address(place: Value<'_>) -> Option<String> {
    let addresses = place.get("url_list").items().filter_map(Value::text);
    let is_one = |text: &str| {
        let is_web = text.starts_with("https://") || text.starts_with("http://");
        is_web && !text.contains(|sign: char| sign.is_whitespace() || sign.is_control())
    };
    addresses.map(std::borrow::Cow::into_owned).find(|text| is_one(text))
}

/// Each hashtag once, in the order of the text. People who are named there are none.
pub(super) fn hashtags(extra: Value<'_>) -> Option<Vec<String>> {
    if !extra.exists() {
        return None;
    }
    let names = extra.items().filter_map(|tag| tag.get("hashtag_name").text());
    let names = names.map(|name| name.chars().filter(|sign| !sign.is_control()).collect::<String>());
    let mut seen = HashSet::new();
    Some(names.filter(|name| !name.is_empty() && seen.insert(name.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::{Caps, Json};

    fn read(text: &str) -> Json {
        Json::parse(text, Caps::default()).unwrap()
    }

    fn place(urls: &[&str]) -> String {
        format!("{{\"url_list\":{urls:?}}}")
    }

    #[track_caller]
    fn check(text: &str, cover: Option<&str>, media: &[&str]) {
        let media = media.iter().map(|url| (*url).to_owned()).collect();
        assert_eq!(files(read(text).root()), Files { cover: cover.map(str::to_owned), media }, "{text}");
    }

    #[test]
    fn a_video_has_its_best_encoding_and_a_still_cover() {
        let encoding = |rate: u32, h265: u8, url: &str| {
            format!(r#"{{"bit_rate":{rate},"is_h265":{h265},"play_addr":{}}}"#, place(&[url, "https://m/2"]))
        };
        let rates = [
            encoding(900, 0, "https://v/low"),
            encoding(1800, 0, "https://v/high"),
            encoding(1800, 0, "https://v/other"),
            encoding(9000, 1, "https://v/new"),
        ];
        let (play, still, moving) = (place(&["https://v/play"]), place(&["https://c/1"]), place(&["https://c/2"]));
        let covers = format!(r#""origin_cover":{still},"animated_cover":{moving}"#);
        let video = format!(r#"{{"video":{{"bit_rate":[{}],"play_addr":{play},{covers}}}}}"#, rates.join(","));
        check(&video, Some("https://c/1"), &["https://v/high"]);
        check(&format!(r#"{{"images":null,"video":{{"play_addr":{play}}}}}"#), None, &["https://v/play"]);
        check("{}", None, &[]);
    }

    #[test]
    fn an_album_has_each_image_and_what_moves_beside_it() {
        let (one, two, moves) = (place(&["https://i/1", "https://i/m"]), r#"["https://i/2"]"#, place(&["https://l/2"]));
        let images = format!(r#"[{one},{{"url_list":{two},"video":{{"play_addr":{moves}}}}},{{"url_list":[]}}]"#);
        let song = place(&["https://v/song"]);
        let album = format!(r#"{{"images":{images},"video":{{"play_addr":{song}}}}}"#);
        check(&album, Some("https://i/1"), &["https://i/1", "https://i/2", "https://l/2"]);
    }

    #[test]
    fn what_is_no_address_is_passed_over() {
        for wrong in ["javascript:alert(1)", "file:///etc/passwd", "", "https://a b", "https://a\\nhttps://b", "//v/1"]
        {
            let text = format!(r#"{{"video":{{"play_addr":{{"url_list":["{wrong}"]}}}}}}"#);
            check(&text, None, &[]);
            let text = format!(r#"{{"video":{{"play_addr":{{"url_list":["{wrong}","https://v/1"]}}}}}}"#);
            check(&text, None, &["https://v/1"]);
        }
    }

    #[test]
    fn hashtags_stand_once_and_none_is_not_the_same_as_unknown() {
        let tags = |text: &str| hashtags(read(text).root().get("text_extra"));
        let some = r#"{"text_extra":[{"hashtag_name":"美食"},{"hashtag_name":""},{"user_id":"1"},{"hashtag_name":"a\nb"},
            {"hashtag_name":"美食"}]}"#;
        assert_eq!(tags(some), Some(vec!["美食".to_owned(), "ab".to_owned()]));
        assert_eq!([tags(r#"{"text_extra":[]}"#), tags(r#"{"text_extra":null}"#)], [Some(vec![]), Some(vec![])]);
        assert_eq!(tags("{}"), None);
    }
}
