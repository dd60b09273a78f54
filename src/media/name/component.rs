//! Any text as one name that every file system takes, on which no program and no person stumbles.

/// The longest name in bytes; room is left for what a file ends in, and for `.part`.
pub(super) const LONGEST: usize = 230;

/// Names that mean a device to some systems.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A name that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no file name: after cleaning nothing is left of it, or it ends as unfinished files do")]
pub struct BadName(pub String);

/// Makes one safe name of `text`: no separator, no control or direction mark, no dot in front, no device.
///
/// ```
/// use radard::media::component;
/// assert_eq!(component("../../etc/passwd"), "___.._etc_passwd");
/// assert_eq!(component(" name. . "), "name");
/// assert_eq!(component("LPT9.txt"), "_LPT9.txt");
/// assert_eq!(component(""), "_");
/// ```
pub fn component(text: &str) -> String {
    let swapped: String = text.chars().map(|c| if is_unfit(c) { '_' } else { c }).collect();
    let trimmed = swapped.trim_start_matches(' ');
    let rest = trimmed.trim_start_matches('.');
    let dots = trimmed.len() - rest.len();
    let name = "_".repeat(dots) + rest;
    let name = trim_end(cut(trim_end(&name), LONGEST));
    match name {
        "" => "_".to_owned(),
        name if is_device(name) => format!("_{}", trim_end(cut(name, LONGEST - 1))),
        name => name.to_owned(),
    }
}

/// The name that somebody wished for: a safe one, and refused when nothing would be left of the wish.
pub fn wished(wish: &str) -> Result<String, BadName> {
    let name = component(wish.trim_start_matches(['-', ' ']));
    let is_part = std::path::Path::new(&name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("part"));
    if is_part || wish.trim_matches(['.', ' ', '-']).is_empty() {
        return Err(BadName(wish.chars().take(60).collect()));
    }
    Ok(name)
}

/// At most `longest` bytes of `text`, and no part of a character.
pub(super) fn cut(text: &str, longest: usize) -> &str {
    text.get(..text.floor_char_boundary(longest)).unwrap_or(text)
}

/// What some systems would take away by themselves.
fn trim_end(text: &str) -> &str {
    text.trim_end_matches(['.', ' '])
}

/// Separators, what some systems forbid, what cannot be seen, and what turns text around.
fn is_unfit(c: char) -> bool {
    let seen = "/\\:*?\"<>|".contains(c) || c.is_ascii_control();
    seen || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    DEVICES.contains(&stem.as_str()) || numbered.is_some_and(|n| matches!(n.as_bytes(), [b'1'..=b'9']))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_names_lose_their_teeth() {
        assert_eq!(component("photo\u{202E}gpj.exe"), "photo_gpj.exe");
        assert_eq!(component(" .hidden"), "_hidden");
        assert_eq!(component("con"), "_con");
        assert_eq!(component("com0"), "com0");
        assert_eq!(component(&format!("con.{}", "x".repeat(300))).len(), LONGEST);
        assert_eq!(component(&"汉".repeat(100)).len(), 228);
        assert_eq!(wished("-rf").unwrap(), "rf");
        assert_eq!(wished("line\nbreak\0").unwrap(), "line_break_");
        for bad in ["...", " ", "", "--", "movie.part", "movie.PART"] {
            assert!(wished(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_name_stays_in_its_folder(text in any::<String>(), tail in "[./\\\\ ~a-c\u{202e}-]{0,300}") {
            for name in [component(&text), component(&tail), component(&(text + &tail))] {
                prop_assert!(!name.is_empty() && name.len() <= LONGEST, "{name:?}");
                prop_assert!(!name.contains(['/', '\\', '\0']) && !name.starts_with('.') && !name.ends_with(['.', ' ']));
                prop_assert_eq!(std::path::Path::new(&name).components().count(), 1);
                prop_assert_eq!(component(&name), name);
            }
        }
    }
}
