//! Lines of an `.env`: a name, `=`, a value, perhaps in quotes.

use super::request::words;
use crate::domain::Secret;

/// The lines whose names begin with `prefix`.
pub(super) fn read(text: &str, prefix: &str) -> Vec<(String, Secret<String>)> {
    let line = |line: &str| {
        let line = line.trim();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let value = value.trim();
        // In quotes it is as a shell has it; without, it goes to the end of the line.
        let value = if value.starts_with(['"', '\'']) { words(value).into_iter().next()? } else { value.to_owned() };
        let name = name.trim();
        (name.starts_with(prefix) && !value.is_empty()).then(|| (name.to_owned(), Secret::new(value)))
    };
    text.lines().filter_map(line).collect()
}
