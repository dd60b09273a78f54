//! Two files that would have the same name: the id of the second tells them apart, however long the name was.

use super::component::{LONGEST, component, cut};

/// The name for what came later: `BASE_ID`.
///
/// ```
/// use radard::media::apart;
/// assert_eq!(apart("2026-01-01 10-00-00_hello", "7856714127684905912"), "2026-01-01 10-00-00_hello_7856714127684905912");
/// ```
pub fn apart(base: &str, id: &str) -> String {
    let id = component(id);
    let base = component(base);
    // A device's name gets one character more, and none of the id may be lost for it.
    component(&format!("{}_{id}", cut(&base, LONGEST.saturating_sub(id.len() + 2))))
}

/// The same for a whole file name: `STEM-ID.ENDING`.
pub(in crate::media) fn with_id(name: &str, id: &str) -> String {
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let ending = cut(&ending, LONGEST / 4);
    let room = LONGEST.saturating_sub(id.len() + 1 + ending.len());
    format!("{}-{id}{ending}", cut(stem, room))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_stands_before_the_ending() {
        assert_eq!(with_id("b.mp4", "7"), "b-7.mp4");
        assert_eq!(with_id("plain", "7"), "plain-7");
    }

    proptest! {
        #[test]
        fn the_id_survives_the_longest_name(text in "(con)?[a汉😀 ./]{0,200}") {
            let name = apart(&text, "7856714127684905912");
            prop_assert!(name.ends_with("_7856714127684905912") && name.len() <= LONGEST, "{name}");
            prop_assert_ne!(apart(&text, "7856714127684905913"), name);
            let name = with_id(&component(&text), "785671412768490");
            prop_assert!(name.contains("-785671412768490") && name.len() <= LONGEST, "{name}");
        }
    }
}
