//! Text from strangers, with nothing left in it but letters, digits and Chinese characters.

/// Puts `_` for every character but Chinese ones, letters, digits and `#`.
///
/// ```
/// use radard::platform::douyin::clean;
/// assert_eq!(clean("别太帅了！#现场版 live🎵"), "别太帅了_#现场版_live_");
/// ```
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if is_kept(c) { c } else { '_' }).collect()
}

const fn is_kept(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FA5}' | 'a'..='z' | 'A'..='Z' | '0'..='9' | '#')
}
