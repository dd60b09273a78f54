//! A text for a person, of words and tables: its lines are made when it is known where they go.

use super::table::Table;

/// Words and tables, one after another.
#[derive(Debug)]
pub(super) struct Text(Vec<Part>);

#[derive(Debug)]
enum Part {
    Words(String),
    Table(Table),
}

impl Text {
    /// This and then `more`.
    pub(super) fn then(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// The lines, for a terminal of so many columns; nothing is shortened where there is none.
    pub(super) fn to_lines(&self, terminal: Option<usize>) -> String {
        let part = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Table(table) => table.to_text(terminal),
        };
        self.0.iter().map(part).collect()
    }
}

impl From<String> for Text {
    fn from(words: String) -> Self {
        Self(vec![Part::Words(words)])
    }
}

impl From<&str> for Text {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl From<Table> for Text {
    fn from(table: Table) -> Self {
        Self(vec![Part::Table(table)])
    }
}
