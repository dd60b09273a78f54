//! Where a value came from, and what is wrong there.
//!
//! A person mends a setting by going to a place, so a problem carries one: file, line and column, or the name of the
//! variable, or the flag. Problems are collected, never thrown one at a time, and printed in the order of the file.

use std::fmt;

use crate::advice::Advice;

/// What is wrong, and what to do.
pub type Said = (String, Advice);

/// The layer and the spot that gave a value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "layer", rename_all = "snake_case")]
pub enum Place {
    /// Built in.
    Default,
    /// Written in a file; line and column count from 1, columns in characters.
    File {
        /// The file, as it was named when it was opened.
        file: String,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// Set by a variable of the environment.
    Environment {
        /// The variable.
        name: String,
    },
    /// Given on the command line.
    Flag,
    /// Handed over by systemd.
    Credential {
        /// The credential.
        name: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { file, line, .. } => write!(f, "{file}:{line}"),
            Self::Environment { name } => write!(f, "environment {name}"),
            Self::Flag => f.write_str("flag"),
            Self::Credential { name } => write!(f, "credential {name}"),
        }
    }
}

/// A value and the place that gave it, for `radard check --origins`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Origin {
    /// The dotted key.
    pub key: String,
    /// The value as it would be written; `set` for a secret.
    pub value: String,
    /// The layer and the spot.
    #[serde(flatten)]
    pub place: Place,
}

/// A file's name and text, able to say where a byte stands.
pub(super) struct Text<'a> {
    file: String,
    source: &'a str,
    line_starts: Vec<usize>,
}

impl<'a> Text<'a> {
    /// The text `source` of the file called `file`.
    pub(super) fn new(file: String, source: &'a str) -> Self {
        let after_newlines = source.match_indices('\n').map(|(at, _)| at + 1);
        Self { file, source, line_starts: std::iter::once(0).chain(after_newlines).collect() }
    }

    /// What stands at `span`.
    pub(super) fn slice(&self, span: std::ops::Range<usize>) -> &'a str {
        self.source.get(span).unwrap_or_default()
    }

    /// The line of the byte at `offset`, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset)
    }

    /// The place of the byte at `offset`; an offset inside a character counts as that character.
    pub(super) fn place(&self, offset: usize) -> Place {
        let offset = self.source.floor_char_boundary(offset);
        let line = self.line(offset);
        let start = self.line_starts.get(line - 1).copied().unwrap_or_default();
        let before = self.source.get(start..offset).unwrap_or_default().trim_start_matches('\u{feff}');
        Place::File { file: self.file.clone(), line, column: before.chars().count() + 1 }
    }
}

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// The file, or the layer when it is no file: `environment RADARD_QUEUE__WORKERS`, `flag`.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// The dotted key; empty when the file itself is wrong.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub advice: Advice,
}

impl Problem {
    /// A problem of `key` at `place`: what is wrong, and what to do.
    pub(super) fn new(place: &Place, key: &str, message: String, advice: Advice) -> Self {
        let (file, line, column) = match place {
            Place::File { file, line, column } => (file.clone(), Some(*line), Some(*column)),
            other => (other.to_string(), None, None),
        };
        Self { file, line, column, key: key.to_owned(), message, advice }
    }

    /// A problem of a whole file.
    pub(super) fn of_file(file: String, message: String, advice: Advice) -> Self {
        Self { file, line: None, column: None, key: String::new(), message, advice }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, "  {}\n  do: {}", self.message, self.advice)
    }
}

/// Everything that is wrong with the configuration, in the order of the file, then environment, then flags.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problems {
    /// The problems; never empty when returned as an error.
    pub items: Vec<Problem>,
}

impl Problems {
    /// Puts `items` into reading order.
    pub(super) fn sorted(mut items: Vec<Problem>) -> Self {
        items.sort_by_cached_key(|p| (p.line.is_none(), p.file.clone(), p.line, p.column));
        Self { items }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.items.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let at = |source: &str, offset| match Text::new("f".to_owned(), source).place(offset) {
            Place::File { line, column, .. } => (line, column),
            other => panic!("{other}"),
        };
        assert_eq!(at("a = 1\nβ = 2\n", 0), (1, 1));
        assert_eq!(at("a = 1\nβ = 2\n", 11), (2, 5));
        assert_eq!(at("\u{feff}ab", 4), (1, 2));
        assert_eq!(at("a\r\nb", 3), (2, 1));
        assert_eq!(at("", 99), (1, 1));
    }
}
