//! Comma-separated rows by RFC 4180, harmless to spreadsheets.

use std::borrow::Cow;
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
                (Field::Text(text), _) => self.to.write_field(guarded(text).as_ref())?,
                (Field::List(items), _) => self.to.write_field(guarded(&items.join(" ")).as_ref())?,
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

/// What a formula begins with; spreadsheets take the wide forms of some signs for the same.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'];

/// `text` with an apostrophe before whatever a spreadsheet would take for something to compute. It looks at the first
/// sign of a cell; and where cells are separated by `;`, as in much of Europe, a cell begins after each `;`, too,
/// because a quote inside a line is a letter there.
pub(super) fn guarded(text: &str) -> Cow<'_, str> {
    let mut safe = String::new();
    let mut done = 0;
    for at in beginnings(text) {
        safe.push_str(text.get(done..at).unwrap_or_default());
        safe.push('\'');
        done = at;
    }
    if safe.is_empty() {
        return Cow::Borrowed(text);
    }
    safe.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(safe)
}

/// Where formulas would begin in `text`.
pub(super) fn beginnings(text: &str) -> impl Iterator<Item = usize> {
    let after = text.match_indices(';').map(|(at, sign)| {
        let rest = text.get(at + sign.len()..).unwrap_or_default();
        // Neither hides what stands behind it.
        text.len() - rest.trim_start_matches([' ', '"']).len()
    });
    std::iter::once(0).chain(after).filter(|at| text.get(*at..).is_some_and(|cell| cell.starts_with(FORMULA)))
}
