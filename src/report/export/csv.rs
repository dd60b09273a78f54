//! Comma-separated rows by RFC 4180, harmless to spreadsheets.

use std::io::Write;

use csv::{Terminator, Writer, WriterBuilder};

use crate::domain::Millis;
use crate::store::crawl::export::{Field, Row};
use crate::store::crawl::table::{Column, Form};

/// What a file begins with for spreadsheets that take it for another encoding otherwise.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Rows on their way into a file.
pub(super) struct Csv<W: Write> {
    to: Writer<W>,
    columns: &'static [Column],
}

impl<W: Write> Csv<W> {
    /// Begins with the names of the columns.
    pub(super) fn begin(mut to: W, columns: &'static [Column], has_bom: bool) -> csv::Result<Self> {
        if has_bom {
            to.write_all(BOM)?;
        }
        let mut to = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(to);
        to.write_record(columns.iter().map(|column| column.name))?;
        Ok(Self { to, columns })
    }

    /// Writes a row.
    pub(super) fn row(&mut self, row: &Row) -> csv::Result<()> {
        for (field, column) in row.iter().zip(self.columns) {
            match (field, column.form) {
                (Field::None, _) => self.to.write_field("")?,
                (Field::Text(text), _) if is_formula(text) => self.to.write_field(format!("'{text}"))?,
                (Field::Text(text), _) => self.to.write_field(text)?,
                (Field::Number(at), Form::Moment) => self.to.write_field(Millis(*at).to_string())?,
                (Field::Number(yes), Form::Flag) => self.to.write_field(if *yes == 0 { "false" } else { "true" })?,
                (Field::Number(number), _) => self.to.write_field(number.to_string())?,
            }
        }
        self.to.write_record(None::<&[u8]>)
    }

    /// Ends the file.
    pub(super) fn end(mut self) -> csv::Result<()> {
        Ok(self.to.flush()?)
    }
}

/// Whether a spreadsheet would take `text` for something to compute: it looks at the first sign alone, and takes the
/// wide forms of some for the same.
pub(super) fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'])
}
