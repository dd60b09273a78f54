//! Names that outside text may give to a file: decoration, never a path.

/// The longest name in bytes; room is left for an id and `.part`.
const LONGEST: usize = 180;

/// A name that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no file name: after cleaning nothing is left of it")]
pub struct BadName(pub String);

/// Makes a safe file name of `wish`: no separators, no control or direction marks, no leading dot or dash.
///
/// ```
/// use radard::media::clean;
/// assert_eq!(clean("../../etc/passwd").unwrap(), "_.._etc_passwd");
/// assert!(clean("...").is_err());
/// ```
pub fn clean(wish: &str) -> Result<String, BadName> {
    let swapped: String = wish
        .chars()
        .filter(|c| !is_mark(*c))
        .map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c })
        .collect();
    let trimmed = swapped.trim_start_matches(['.', '-', ' ']).trim_end_matches(['.', ' ']);
    let mut end = trimmed.len().min(LONGEST);
    while !trimmed.is_char_boundary(end) {
        end -= 1;
    }
    match trimmed.get(..end) {
        Some(name)
            if !name.is_empty() && std::path::Path::new(name).extension().is_none_or(|ending| ending != "part") =>
        {
            Ok(name.to_owned())
        }
        _ => Err(BadName(wish.chars().take(60).collect())),
    }
}

/// Marks that turn text around or join what is not one.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_names_lose_their_teeth() {
        assert_eq!(clean("a/b\\c").unwrap(), "a_b_c");
        assert_eq!(clean("photo\u{202E}gpj.exe").unwrap(), "photogpj.exe");
        assert_eq!(clean("-rf").unwrap(), "rf");
        assert_eq!(clean("line\nbreak\0").unwrap(), "line_break_");
        assert!(clean("movie.part").is_err(), "only unfinished files end so");
    }

    proptest! {
        #[test]
        fn a_clean_name_stays_in_its_folder(wish in ".{0,300}") {
            if let Ok(name) = clean(&wish) {
                prop_assert!(name.len() <= LONGEST && !name.contains(['/', '\0']) && !name.starts_with('.'));
                prop_assert_eq!(std::path::Path::new(&name).components().count(), 1);
            }
        }
    }
}
