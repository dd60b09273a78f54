//! Workbooks, written row by row: what stands in a row is on the disk when the next begins.
//!
//! What others wrote goes into cells of text alone; nothing here ever writes a formula.

use std::io::{Seek, Write};
use std::path::Path;

use rust_xlsxwriter::{Format, Workbook as Book, Worksheet, XlsxError};

use crate::store::crawl::export::{Field, Row};
use crate::store::crawl::table::{Column, Form};

/// The most rows that a sheet has below its headings.
const ROWS: u32 = 1_048_575;
/// The longest text that a cell holds, as a spreadsheet counts it: in units of UTF-16.
const LONGEST: usize = 32_767;
/// Days from the beginning of a spreadsheet's time to that of ours, and the milliseconds of a day.
const EPOCH: f64 = 25_569.0;
const DAY: f64 = 86_400_000.0;

/// A workbook on its way.
pub struct Workbook {
    book: Book,
    heading: Format,
    moment: Format,
    names: Vec<String>,
}

/// A sheet of it, and those that follow where one is too short.
pub struct Sheet {
    name: &'static str,
    columns: &'static [Column],
    open: Worksheet,
    /// How many sheets are full, and the last row of this one.
    full: u32,
    row: u32,
    /// How many a sheet has.
    pub(super) most: u32,
}

impl Workbook {
    /// An empty one, whose rows wait below `folder` until it is saved.
    pub fn begin(folder: &Path) -> Result<Self, XlsxError> {
        let mut book = Book::new();
        book.set_tempdir(folder)?;
        let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        Ok(Self { book, heading: Format::new().set_bold(), moment, names: Vec::new() })
    }

    /// A sheet with these headings.
    pub fn sheet(&mut self, name: &'static str, columns: &'static [Column]) -> Result<Sheet, XlsxError> {
        let open = self.empty(name, columns)?;
        Ok(Sheet { name, columns, open, full: 0, row: 0, most: ROWS })
    }

    fn empty(&mut self, name: &str, columns: &[Column]) -> Result<Worksheet, XlsxError> {
        let mut sheet = self.book.new_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        self.names.push(name.to_owned());
        for (column, at) in columns.iter().zip(0..) {
            let width = match column.form {
                Form::Moment => 19.0,
                Form::Text | Form::Packed | Form::List => 24.0,
                Form::Number | Form::Flag | Form::PostKind | Form::Privacy | Form::RoomState => 12.0,
            };
            sheet.set_column_width(at, width)?;
            let utc = if column.form == Form::Moment { " (UTC)" } else { "" };
            sheet.write_string_with_format(0, at, format!("{}{utc}", column.name), &self.heading)?;
        }
        Ok(sheet)
    }

    /// Writes a row.
    pub fn row(&mut self, sheet: &mut Sheet, row: &Row) -> Result<(), XlsxError> {
        if sheet.row == sheet.most {
            sheet.full += 1;
            let next = self.empty(&format!("{} {}", sheet.name, sheet.full + 1), sheet.columns)?;
            self.book.push_worksheet(std::mem::replace(&mut sheet.open, next));
            sheet.row = 0;
        }
        sheet.row += 1;
        let at = sheet.row;
        for ((field, column), n) in row.iter().zip(sheet.columns).zip(0..) {
            match (field, column.form) {
                (Field::None, _) => {}
                (Field::Text(text), _) => _ = sheet.open.write_string(at, n, fitting(text))?,
                (Field::List(items), _) => _ = sheet.open.write_string(at, n, fitting_of(items))?,
                (Field::Number(yes), Form::Flag) => _ = sheet.open.write_boolean(at, n, *yes != 0)?,
                (Field::Number(ms), Form::Moment) => {
                    _ = sheet.open.write_number_with_format(at, n, number(*ms) / DAY + EPOCH, &self.moment)?;
                }
                (Field::Number(it), _) => _ = sheet.open.write_number(at, n, number(*it))?,
            }
        }
        Ok(())
    }

    /// Ends a sheet.
    pub fn close(&mut self, sheet: Sheet) {
        self.book.push_worksheet(sheet.open);
    }

    /// What its sheets are called.
    pub fn sheets(&self) -> &[String] {
        &self.names
    }

    /// Writes the whole.
    pub fn save(mut self, to: impl Write + Seek + Send) -> Result<(), XlsxError> {
        self.book.save_to_writer(to)
    }
}

/// As much of `text` as a cell holds.
fn fitting(text: &str) -> &str {
    if text.len() <= LONGEST {
        return text;
    }
    let mut units = 0;
    let beyond = text.char_indices().find(|(_, sign)| {
        units += sign.len_utf16();
        units > LONGEST
    });
    beyond.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// As many of `items` as a cell holds: half of an address is none.
fn fitting_of(items: &[String]) -> String {
    let mut units = 0;
    let fitting = items.iter().take_while(|item| {
        units += item.encode_utf16().count();
        let fits = units <= LONGEST;
        units += 1;
        fits
    });
    fitting.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// A spreadsheet knows no other numbers. Counts are far below where whole ones end there; ids are text.
#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "there is no other way into such a number")]
const fn number(number: i64) -> f64 {
    number as f64
}
