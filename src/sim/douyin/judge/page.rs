//! How a request is known that a page of the site sent: by a header whose recipe stands in no client.

use md5::{Digest as _, Md5};

/// Whether `mark` is what a page sends with `query`, which ends in its signature.
pub(in crate::sim) fn is_of_page(mark: &str, query: &str) -> bool {
    let before = query.rsplit_once('&').map_or(query, |(before, _)| before);
    let digest = Md5::digest(format!("page-{before}"));
    mark.len() == 32
        && digest.iter().zip(mark.as_bytes().chunks(2)).all(|(byte, pair)| {
            let pair = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
            pair == Some(*byte)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_counts_for_its_query_alone() {
        let mark = "388a9802f7091aa47da0f58790b89015";
        assert!(is_of_page(mark, "a=1&a_bogus=x"));
        assert!(!is_of_page(mark, "a=2&a_bogus=x") && !is_of_page(&mark.replace('1', "2"), "a=1&a_bogus=x"));
        assert!(!is_of_page("", "a=1&a_bogus=x"));
    }
}
