//! Judged beside the reader that everybody uses, and against what it would refuse.

use proptest::prelude::*;
use serde_json::Value as Theirs;

use super::{BadJson, Caps, Json, Path, Value};

/// The same value in the words of the other reader.
fn theirs(value: Value<'_>) -> Theirs {
    if let Some(text) = value.text() {
        return Theirs::from(text.into_owned());
    }
    if let Some(yes) = value.truth() {
        return Theirs::from(yes);
    }
    if let Some(digits) = value.number() {
        return serde_json::from_str(digits).unwrap();
    }
    if value.raw().starts_with('[') {
        return value.items().map(theirs).collect();
    }
    if value.raw().starts_with('{') {
        return Theirs::Object(value.items().map(|item| (item.name().into_owned(), theirs(item))).collect());
    }
    Theirs::Null
}

fn any_json() -> impl Strategy<Value = Theirs> {
    let leaf = prop_oneof![
        Just(Theirs::Null),
        any::<bool>().prop_map(Theirs::from),
        any::<i64>().prop_map(Theirs::from),
        any::<u64>().prop_map(Theirs::from),
        any::<f64>().prop_map(Theirs::from),
        any::<String>().prop_map(Theirs::from),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Theirs::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Theirs::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_another_wrote_reads_the_same(value in any_json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let read = Json::parse(text.as_bytes(), Caps::default()).unwrap();
        prop_assert_eq!(theirs(read.root()), serde_json::from_str::<Theirs>(&text).unwrap());
        prop_assert_eq!(read.root().raw(), text.as_str());
    }

    #[test]
    fn both_refuse_the_same_texts(text in r#"[ \[\]{}",:\\u0-9a-fA-F.eE+truefalsn\-\x00\x1f\t\n]{0,40}"#) {
        let ours = Json::parse(text.as_bytes(), Caps::default());
        match serde_json::from_str::<Theirs>(&text) {
            Ok(value) => prop_assert_eq!(theirs(ours.unwrap().root()), value),
            // They refuse half a pair and numbers beyond what a float holds; an answer with one is still an answer.
            Err(error) => prop_assert!(ours.is_err() || text.contains("\\u") || error.to_string().contains("range")),
        }
    }

    #[test]
    fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(json) = Json::parse(bytes, Caps::default()) {
            prop_assert!(!json.root().raw().is_empty());
        }
    }
}

#[test]
fn a_string_ends_at_its_end_wherever_that_is() {
    for (before, after) in (0..30).flat_map(|before| (0..30).map(move |after| (before, after))) {
        let around = |byte: &str| format!("{}{byte}{}", "é".repeat(before), "b".repeat(after));
        let read = |text: &str| Json::parse(format!("\"{text}\""), Caps::default()).map(|json| theirs(json.root()));
        assert_eq!(read(&around("")), Ok(Theirs::from(around(""))));
        assert_eq!(read(&around("\\n")), Ok(Theirs::from(around("\n"))));
        assert_eq!(read(&around("\"")), Err(BadJson::Syntax(before * 2 + 2)));
        assert_eq!(read(&around("\u{1f}")), Err(BadJson::Syntax(before * 2 + 1)));
        assert_eq!(read(&around("\u{7f}")), Ok(Theirs::from(around("\u{7f}"))), "which may stand there");
    }
}

#[track_caller]
fn refused(text: &str, why: BadJson) {
    assert_eq!(Json::parse(text.as_bytes(), Caps::default()).err(), Some(why), "{text:.60}");
}

#[test]
fn each_refusal_has_its_name() {
    refused("", BadJson::Cut);
    refused("  ", BadJson::Cut);
    refused(r#"{"a":[1,2"#, BadJson::Cut);
    refused(r#""abc"#, BadJson::Cut);
    refused("<html>", BadJson::Syntax(0));
    refused("[1,]", BadJson::Syntax(3));
    refused("[1 2]", BadJson::Syntax(3));
    refused("{\"a\" 1}", BadJson::Syntax(5));
    refused("01", BadJson::Syntax(1));
    refused("1.", BadJson::Cut);
    refused("\"a\u{1}\"", BadJson::Syntax(2));
    refused(r#""\x""#, BadJson::Syntax(2));
    refused("1 2", BadJson::Syntax(2));
    refused(&"[".repeat(200_000), BadJson::TooDeep(64));
    refused(&format!("[{}1]", "1,".repeat(600_000)), BadJson::TooMany(1 << 19));
    refused(&" ".repeat(9 << 20), BadJson::TooLong(8 << 20));
    assert_eq!(Json::parse(b"[1,\"\xff\"]", Caps::default()).err(), Some(BadJson::NotUtf8(4)));
}

#[test]
fn escapes_are_undone_and_half_a_pair_is_not_the_end() {
    let text = "\u{feff} [\"\\u4f60\\u597d \\ud83d\\ude00\\/\\n\", \"\\ud83d!\", \"\\ude00\\ud83d\"]";
    let json = Json::parse(text.as_bytes(), Caps::default()).unwrap();
    assert!(json.root().raw().starts_with('['), "what stands before it is no part of it");
    let texts: Vec<_> = json.root().items().filter_map(Value::text).collect();
    assert_eq!(texts, ["你好 😀/\n", "\u{fffd}!", "\u{fffd}\u{fffd}"]);
}

#[test]
fn a_number_stays_as_it_was_written() {
    let json = Json::parse(br#"{"id":7812974368698924420123,"x":1.50,"e":-1E+2}"#, Caps::default()).unwrap();
    let digits = |name| json.root().get(name).number();
    assert_eq!((digits("id"), digits("x"), digits("e")), (Some("7812974368698924420123"), Some("1.50"), Some("-1E+2")));
    assert_eq!(json.root().get("id").whole(), None);
}

#[test]
fn a_path_leads_to_a_value_or_to_nothing() {
    const COVER: Path = Path::new("video.cover.url_list[0]");
    const CURSOR: Path = Path::new("$.max_cursor");
    const OTHER: Path = Path::new("$.others[*].name");
    let text = br#"{"max_cursor":5,"list":[{"video":{"cover":{"url_list":["a","b"]}}},{"video":null},7],
        "others":[{"name":"x"},{"name":"y"}],"list2":1,"a":1,"a":2}"#;
    let json = Json::parse(text, Caps::default()).unwrap();
    let row = |row: usize| json.root().get("list").at(row);
    assert_eq!(COVER.follow(row(0), 0).text().as_deref(), Some("a"));
    for missing in [row(1), row(2), row(3), json.root()] {
        assert!(COVER.follow(missing, 0).is_nothing());
        assert_eq!(CURSOR.follow(missing, 0).whole(), Some(5));
    }
    assert_eq!(OTHER.follow(row(1), 1).text().as_deref(), Some("y"));
    assert_eq!(json.root().get("a").whole(), Some(2), "the last of two wins");
    assert_eq!(Path::new("").follow(row(1), 0).raw(), r#"{"video":null}"#);
}
