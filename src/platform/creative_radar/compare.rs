//! Compares the headers that a page of the Creative Center sends with the set that we would send.

use std::collections::BTreeMap;

use super::lists::OLDER;
use crate::domain::Secret;
use crate::platform::signer::Compared;
use crate::sign::{Scheme as _, UserSign, UserSignInput};

/// Headers that we send besides the signed ones, and those that a browser adds by itself.
const EXPECTED: [&str; 27] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "anonymous-user-id",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "dnt",
    "host",
    "lang",
    "origin",
    "pragma",
    "priority",
    "referer",
    "save-data",
    "te",
    "timestamp",
    "upgrade-insecure-requests",
    "user-agent",
    "user-sign",
    "web-id",
    "x-csrftoken",
    "x-requested-with",
    "x-secsdk-csrf-token",
    "x-tt-agw-login",
];
/// The most new headers that are named, and the most characters of each name.
const NAMED: usize = 5;
const LONGEST_NAME: usize = 40;

/// Compares the headers of a page's request to `url` with ours for the same ids and the same time.
pub fn compare(url: &str, headers: &BTreeMap<String, Secret<String>>) -> Compared {
    if !url.contains(OLDER) {
        return Compared::Skipped("its page no longer signs its requests".to_owned());
    }
    Compared::Differs(differences(headers))
}

fn differences(headers: &BTreeMap<String, Secret<String>>) -> Vec<String> {
    let sent = |name: &str| headers.get(name).map_or("", |value| value.reveal().as_str());
    let (anonymous_user_id, timestamp) = (sent("anonymous-user-id"), sent("timestamp"));
    let web_id = Some(sent("web-id")).filter(|id| !id.is_empty());
    let seconds = timestamp.parse().ok().filter(|_| timestamp.len() == 10);
    let signs_like_us = seconds.is_some_and(|timestamp| {
        UserSign::sign(&UserSignInput { web_id, anonymous_user_id, timestamp }) == sent("user-sign")
    });
    let fits = [
        ("anonymous-user-id", is_uuid(anonymous_user_id)),
        ("web-id", web_id.is_none_or(|id| id.bytes().all(|byte| byte.is_ascii_digit()))),
        ("timestamp", seconds.is_some()),
        ("user-sign", signs_like_us),
        ("lang", sent("lang") == "en"),
    ];
    let different = fits.into_iter().filter(|(_, fits)| !fits).map(|(name, _)| name.to_owned());
    let is_new = |name: &&String| {
        !EXPECTED.contains(&name.as_str()) && !["sec-", ":"].iter().any(|start| name.starts_with(start))
    };
    let new = headers.keys().filter(is_new).take(NAMED);
    let new = new.map(|name| format!("the new header {}", name.chars().take(LONGEST_NAME).collect::<String>()));
    different.chain(new).collect()
}

/// A UUID, with or without its dashes.
fn is_uuid(text: &str) -> bool {
    let has_form =
        text.len() == 32 || (text.len() == 36 && text.match_indices('-').map(|(at, _)| at).eq([8, 13, 18, 23]));
    has_form && text.bytes().filter(|byte| *byte != b'-').all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "https://ads.example/creative_radar_api/v1/popular_trend/creator/list?page=1";

    /// What a browser sent in January 2025, by the protocol notes.
    const SENT: [(&str, &str); 7] = [
        ("anonymous-user-id", "3bd2b243-7f55-4a8c-bd17-29f22e4e356f"),
        ("timestamp", "1735873979"),
        ("web-id", "7455517281448216080"),
        ("user-sign", "445f42e170cfe7f9"),
        ("lang", "en"),
        ("sec-fetch-mode", "cors"),
        ("user-agent", "Mozilla/5.0"),
    ];

    fn compared(changes: &[(&str, &str)]) -> Vec<String> {
        let headers =
            SENT.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), Secret::new((*value).to_owned())));
        match compare(LIST, &headers.collect()) {
            Compared::Differs(different) => different,
            Compared::Skipped(why) => vec![why],
        }
    }

    #[test]
    fn each_change_of_a_page_is_named() {
        assert_eq!(compared(&[]), [""; 0]);
        let changed = |name, value| compared(&[(name, value)]);
        assert_eq!(changed("user-sign", "445f42e170cfe7f8"), ["user-sign"]);
        assert_eq!(changed("user-sign", ""), ["user-sign"]);
        assert_eq!(changed("timestamp", "1735873979000"), ["timestamp", "user-sign"]);
        assert_eq!(changed("timestamp", ""), ["timestamp", "user-sign"]);
        assert_eq!(
            changed("anonymous-user-id", "3bd2b2437f554a8cbd1729f22e4e356f"),
            [""; 0],
            "with a web-id it is not signed"
        );
        assert_eq!(changed("anonymous-user-id", ""), ["anonymous-user-id"]);
        assert_eq!(changed("web-id", ""), ["user-sign"]);
        assert_eq!(changed("web-id", "x"), ["web-id", "user-sign"]);
        assert_eq!(changed("lang", ""), ["lang"]);
        let new = [("x-gnarly", "1"), ("x-bogus", "2")];
        assert_eq!(compared(&new), ["the new header x-bogus", "the new header x-gnarly"]);
    }

    #[test]
    fn the_set_without_a_web_id_is_signed_by_the_anonymous_id() {
        let changes = [
            ("web-id", ""),
            ("anonymous-user-id", "123e4567-e89b-42d3-a456-426614174000"),
            ("timestamp", "1735689600"),
            ("user-sign", "f6972e95e613853d"),
        ];
        assert_eq!(compared(&changes), [""; 0]);
    }

    #[test]
    fn a_page_that_signs_nothing_is_skipped() {
        let skipped = compare("https://ads.example/CreativeOne/KnowledgeAPI/GetHashtagList", &BTreeMap::new());
        assert_eq!(skipped, Compared::Skipped("its page no longer signs its requests".to_owned()));
    }
}
