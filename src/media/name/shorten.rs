//! The beginning and the end of a text that is too long for a name: people look for both.

/// Longer texts are cut.
const LONGEST: usize = 200;
/// What stands between beginning and end.
const GAP: &str = "......";
/// Two thirds of what is left are the beginning.
const HEAD: usize = (LONGEST - GAP.len()) * 2 / 3;
const TAIL: usize = (LONGEST - GAP.len()) / 3;

/// `text` with single blanks, and with a gap in the middle when it has more than 200 bytes.
///
/// ```
/// use radard::media::shorten;
/// assert_eq!(shorten("  many   spaces \n and\tbreaks  "), "many spaces and breaks");
/// assert_eq!(shorten(&"x".repeat(300)).len(), 199);
/// ```
pub fn shorten(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() <= LONGEST {
        return text;
    }
    let head = text.get(..text.floor_char_boundary(HEAD)).unwrap_or_default();
    let tail = text.get(text.ceil_char_boundary(text.len() - TAIL)..).unwrap_or_default();
    format!("{head}{GAP}{tail}")
}
