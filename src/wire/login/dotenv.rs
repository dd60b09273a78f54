//! Lines of an `.env`: a name, `=`, a value, perhaps in quotes.

use crate::domain::Secret;

/// The lines whose names begin with `prefix`.
pub(super) fn read(text: &str, prefix: &str) -> Vec<(String, Secret<String>)> {
    let line = |line: &str| {
        let line = line.trim();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let value = value.trim();
        let inner = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
        let value = inner('"').or_else(|| inner('\'')).unwrap_or(value);
        let name = name.trim();
        (name.starts_with(prefix) && !value.is_empty()).then(|| (name.to_owned(), Secret::new(value.to_owned())))
    };
    text.lines().filter_map(line).collect()
}
