//! Words with what each means, for the end of a help text.

/// A heading, and below it one line for each word with what it means.
pub(super) fn terms<'a>(heading: &str, words: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let words: Vec<_> = words.into_iter().collect();
    let width = words.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
    let line = |(word, means): &(&str, String)| format!("\n  {word:<width$}  {means}");
    format!("{heading}:{}", words.iter().map(line).collect::<String>())
}
