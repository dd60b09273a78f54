//! One object a line, its fields always in the same order.

use std::io::{self, Write};

use crate::domain::Millis;
use crate::store::crawl::export::{Field, Row};
use crate::store::crawl::table::{Column, Form, VERSION};

/// Rows on their way into a file.
pub(super) struct Jsonl<W: Write> {
    to: W,
    columns: &'static [Column],
    line: Vec<u8>,
}

impl<W: Write> Jsonl<W> {
    /// Begins with nothing.
    pub(super) const fn begin(to: W, columns: &'static [Column]) -> Self {
        Self { to, columns, line: Vec::new() }
    }

    /// Writes a row.
    pub(super) fn row(&mut self, row: &Row) -> io::Result<()> {
        self.line.clear();
        write!(self.line, "{{\"v\":{VERSION}")?;
        for (field, column) in row.iter().zip(self.columns) {
            write!(self.line, ",\"{}\":", column.name)?;
            match (field, column.form) {
                (Field::None, _) => self.line.extend(b"null"),
                (Field::Text(text), _) => serde_json::to_writer(&mut self.line, text)?,
                (Field::List(items), _) => serde_json::to_writer(&mut self.line, items)?,
                (Field::Number(at), Form::Moment) => write!(self.line, "\"{}\"", Millis(*at))?,
                (Field::Number(yes), Form::Flag) => write!(self.line, "{}", *yes != 0)?,
                (Field::Number(number), _) => write!(self.line, "{number}")?,
            }
        }
        self.line.extend(b"}\n");
        self.to.write_all(&self.line)
    }

    /// Ends the file.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.to.flush()
    }
}
