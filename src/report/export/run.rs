//! From the database to a file: one side reads, the other writes.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::XlsxError;
use tokio::sync::mpsc::{self, Receiver};

use super::csv::Csv;
use super::file::Whole;
use super::jsonl::Jsonl;
use super::xlsx::Workbook;
use crate::store::crawl::export::{self, Row, Wanted};
use crate::store::crawl::table::Table;
use crate::store::{self, Store};

/// Pages of rows that wait to be written.
const WAITING: usize = 4;

/// The form of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Comma-separated; with a mark at its beginning that says which encoding it has.
    Csv {
        /// Whether that mark stands there.
        has_bom: bool,
    },
    /// One object a line.
    Jsonl,
    /// A workbook.
    Xlsx,
}

/// What is wanted.
#[derive(Debug)]
pub struct Order {
    /// Of which table.
    pub table: &'static Table,
    /// Which rows.
    pub wanted: Wanted,
    /// In which form.
    pub shape: Shape,
    /// Into which file; nothing for stdout.
    pub file: Option<PathBuf>,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// So many rows.
    pub rows: u64,
    /// The sheets of a workbook.
    pub sheets: Vec<String>,
    /// The size of the file; nothing for stdout.
    pub bytes: Option<u64>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum BadExport {
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The file could not be written.
    #[error("{0}")]
    File(#[from] io::Error),
    /// The workbook could not be made.
    #[error("the workbook cannot be made: {0}")]
    Workbook(#[from] XlsxError),
    /// A workbook is written from both ends, which stdout cannot be.
    #[error("a workbook cannot go to stdout")]
    Stdout,
}

impl From<csv::Error> for BadExport {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::File(error),
            other => Self::File(io::Error::other(format!("{other:?}"))),
        }
    }
}

/// Writes what `order` says.
pub async fn export(store: &Store, order: Order) -> Result<Exported, BadExport> {
    let (to, from) = mpsc::channel(WAITING);
    let (table, wanted) = (order.table, order.wanted.clone());
    let writing = tokio::task::spawn_blocking(move || write(&order, from));
    let read =
        store.read::<_, store::Error, _>(move |tx| Box::pin(async move { export::rows(tx, table, &wanted, to).await }));
    let read = read.await;
    // The writer of workbooks panics when a file that it keeps rows in cannot be written.
    let gave_up = || io::Error::other("the writer of workbooks gave up; the disk may be full");
    let failed = |error: tokio::task::JoinError| if error.is_panic() { gave_up() } else { io::Error::other(error) };
    let written = writing.await.map_err(|error| BadExport::File(failed(error)))?;
    // Half of the rows are none: whoever writes hears of that by the end alone, and is heard last.
    let (exported, kept) = written?;
    read?;
    let bytes = kept.map(Whole::keep).transpose()?;
    Ok(Exported { bytes, ..exported })
}

/// Writes every row that comes; the file takes its place later.
fn write(order: &Order, rows: Receiver<Vec<Row>>) -> Result<(Exported, Option<Whole>), BadExport> {
    match &order.file {
        None if order.shape == Shape::Xlsx => Err(BadExport::Stdout),
        None => Ok((write_rows(order, BufWriter::new(io::stdout().lock()), rows)?, None)),
        Some(file) => {
            let (whole, to) = Whole::begin(file)?;
            let exported = match order.shape {
                Shape::Xlsx => write_book(order, Whole::folder(file), to, rows)?,
                _ => write_rows(order, to, rows)?,
            };
            Ok((exported, Some(whole)))
        }
    }
}

fn write_rows(order: &Order, to: impl Write, mut rows: Receiver<Vec<Row>>) -> Result<Exported, BadExport> {
    let columns = order.table.columns;
    let mut count = 0;
    let mut each = |put: &mut dyn FnMut(&Row) -> Result<(), BadExport>| {
        while let Some(page) = rows.blocking_recv() {
            for row in &page {
                count += 1;
                put(row)?;
            }
        }
        Ok::<_, BadExport>(())
    };
    if let Shape::Csv { has_bom } = order.shape {
        let mut csv = Csv::begin(to, columns, has_bom)?;
        each(&mut |row| Ok(csv.row(row)?))?;
        csv.end()?;
    } else {
        let mut jsonl = Jsonl::begin(to, columns);
        each(&mut |row| Ok(jsonl.row(row)?))?;
        jsonl.end()?;
    }
    Ok(Exported { rows: count, ..Exported::default() })
}

fn write_book(
    order: &Order,
    folder: &Path,
    to: BufWriter<std::fs::File>,
    mut rows: Receiver<Vec<Row>>,
) -> Result<Exported, BadExport> {
    let mut book = Workbook::begin(folder)?;
    let mut sheet = book.sheet(order.table.name, order.table.columns)?;
    let mut count = 0;
    while let Some(page) = rows.blocking_recv() {
        for row in &page {
            count += 1;
            book.row(&mut sheet, row)?;
        }
    }
    book.close(sheet);
    let sheets = book.sheets().to_vec();
    book.save(to)?;
    Ok(Exported { rows: count, sheets, bytes: None })
}
