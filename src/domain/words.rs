//! One vocabulary: a word of ours is understood in the singular and the plural, with dashes or underscores.

use super::near::{is_near, nearest};

/// The one of `known` that `word` stands for: `post` is `posts`, `following-lives` is `following_live`.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = stem(word);
    known.into_iter().find(|name| stem(name) == wanted)
}

/// The one of `known` that somebody who wrote `word` may have meant; nothing when none is near.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest(word, known.into_iter()).filter(|name| is_near(word, name))
}

/// A word without what makes it a plural.
fn stem(word: &str) -> String {
    let word = word.trim().to_ascii_lowercase().replace('-', "_");
    match word.strip_suffix('s') {
        Some(rest) if rest.ends_with("ie") => format!("{}y", rest.trim_end_matches("ie")),
        Some(rest) if rest.ends_with("xe") => rest.trim_end_matches('e').to_owned(),
        Some(rest) => rest.to_owned(),
        None => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_understood_in_both_numbers_and_a_slip_is_told() {
        let known = ["posts", "likes", "mix", "follower", "following_lives", "replies", "collects", "collection"];
        for (word, stands_for) in [
            ("post", "posts"),
            ("Like", "likes"),
            ("mixes", "mix"),
            ("followers", "follower"),
            ("following-live", "following_lives"),
            ("reply", "replies"),
            ("collect", "collects"),
            ("collections", "collection"),
        ] {
            assert_eq!(meant(word, known), Some(stands_for), "{word}");
        }
        assert_eq!(meant("postz", known), None);
        assert_eq!(did_you_mean("postz", known), Some("posts"));
        assert_eq!(did_you_mean("folowers", known), Some("follower"));
        assert_eq!(did_you_mean("banana", known), None);
    }
}
