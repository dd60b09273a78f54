//! One vocabulary: a word of ours is understood in the singular and the plural, with dashes or underscores.

use super::near::{is_near, nearest};

/// The one of `known` that `word` stands for: `post` means `posts`, `following-live` means `following_lives`.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = stem(word);
    known.into_iter().find(|name| stem(name) == wanted)
}

/// The one of `known` that somebody who wrote `word` may have meant; nothing when none is near.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest(word, known.into_iter()).filter(|name| is_near(word, name))
}

/// Whether `text` looks like cookies, a header or a key: then it may be a secret in the wrong place.
pub fn looks_secret(text: &str) -> bool {
    text.contains([';', '\n']) || text.starts_with("rk_") || (text.contains('=') && !text.contains('/'))
}

/// `name` as a message repeats it: not where it looks like a secret.
pub fn repeatable(name: &str) -> &str {
    if looks_secret(name) { "…" } else { name }
}

/// A word without what makes it a plural.
fn stem(word: &str) -> String {
    let word = word.trim().to_ascii_lowercase().replace('-', "_");
    if let Some(rest) = word.strip_suffix("ies") {
        return format!("{rest}y");
    }
    let rest = word.strip_suffix("es").filter(|rest| rest.ends_with('x')).or_else(|| word.strip_suffix('s'));
    rest.unwrap_or(&word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_looks_like_a_secret_is_not_repeated() {
        for secret in ["sessionid=1; x=y", "sessionid=1", "rk_0123", "a\nb"] {
            assert_eq!(repeatable(secret), "…");
        }
        assert_eq!(["main", "exports/day=1/posts.parquet"].map(repeatable), ["main", "exports/day=1/posts.parquet"]);
    }

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
