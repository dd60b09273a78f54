//! `radard export`: what was found as tables for people's own tools.
//!
//! - `format` by what the format of a file is chosen.
//!
//! It only reads, so it works beside a running daemon, on the same moment of the database from the first row to the last.

mod format;

use std::path::{Path, PathBuf};

use serde_json::json;

use self::format::Format;

use super::desk::Desk;
use super::exit::Exit;
use super::failure::Failure;
use super::house::{self, plan};
use super::out::Answer;
use super::table::{Table as Listing, clean};
use crate::advice;
use crate::domain::Interval;
use crate::report::{self, BadExport, Exported, Order, Shape};
use crate::store::crawl::export::Wanted;
use crate::store::crawl::table::{TABLES, table};
use crate::store::crawl::targets;
use crate::store::{self, Access, Store};
use crate::target::{creator_of, page_of};

/// Flags of `radard export`.
#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// Which table: posts creators followers following comments snapshots lists raw rooms
    #[arg(value_name = "TABLE", required_unless_present = "schema")]
    table: Option<String>,
    /// The format. Left out, it follows the ending of the file: .csv .xlsx .jsonl .ndjson; on stdout it is csv, and jsonl
    /// with --json
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file; `-` or nothing is stdout. With a file, --json prints one object: its format, rows, bytes and sheets. Without
    /// one, stdout holds the rows alone, with --json too; an error while they are written goes to stderr
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only what belongs to this creator: the link of their page, or the id at its end
    #[arg(long, value_name = "ID", conflicts_with = "target")]
    creator: Option<String>,
    /// Only what belongs to whom this target of the queue file is about
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Only what was made on these days, both included, in the time of China: 2026-01-01|2026-01-31
    #[arg(long, value_name = "DAY|DAY")]
    interval: Option<String>,
    /// Begin a csv file with the mark by which spreadsheets know its encoding
    #[arg(long)]
    bom: bool,
    /// Show the columns of every table, and export nothing
    #[arg(long)]
    schema: bool,
}

impl Export {
    /// Writes the table, or shows which there are.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let Some(name) = self.table.as_deref().filter(|_| !self.schema) else { return Ok(schema()) };
        let table = table(name).ok_or_else(|| {
            let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
            Failure::usage(format!("there is no table `{name}`")).advise(advice::cli::tables(&names.join(", ")))
        })?;
        let file = self.output.clone().filter(|file| file.as_os_str() != "-");
        let format = match &file {
            Some(file) => Format::of_file(file, self.format)?,
            None => Format::of_stdout(self.format, desk.out.json),
        };
        let shape = self.shape(format, file.as_deref())?;
        let between = self.interval.as_deref().map(Interval::parse).transpose().map_err(|why| {
            Failure::usage(format!("the interval cannot be read: {why}")).advise(advice::cli::interval())
        })?;
        let places = desk.places()?;
        let checked = desk.checked(&places)?;
        desk.log_on_request(&checked)?;
        let plan = plan(desk, &checked, &places);
        let (store, _nothing_to_write) = Store::open(&plan.place(), Access::Read, plan.ambient.clone())
            .await
            .map_err(|error| house::refused(&error.into()))?;
        let exported = async {
            let creator = match &self.target {
                Some(name) => Some(whom(&store, name).await?),
                None => self.creator.as_deref().map(named).transpose()?,
            };
            let wanted = Wanted { creator, between: between.flatten() };
            let order = Order { table, wanted, shape, file: file.clone() };
            let written = report::export(&store, order).await.map_err(|error| refused(&error));
            // Rows may stand on stdout already.
            written.map_err(|failure| if file.is_none() { failure.beside_rows() } else { failure })
        };
        let exported = exported.await;
        store.close().await;
        let exported = exported?;
        Ok(match file {
            Some(file) => told(name, &file, format, &exported),
            None if exported.rows == 0 => Answer::nothing(Exit::Done).note(format!("no rows of {name} match")),
            None => Answer::nothing(Exit::Done),
        })
    }

    fn shape(&self, format: Format, file: Option<&Path>) -> Result<Shape, Failure> {
        if self.bom && format != Format::Csv {
            return Err(Failure::usage("only a csv file may begin with a mark").advise(advice::cli::no_mark()));
        }
        Ok(match format {
            Format::Csv => Shape::Csv { has_bom: self.bom },
            Format::Jsonl => Shape::Jsonl,
            Format::Xlsx if file.is_none() => return Err(refused(&BadExport::Stdout).exit(Exit::Usage)),
            Format::Xlsx => Shape::Xlsx,
        })
    }
}

/// What was written to which file.
fn told(table: &str, file: &Path, format: Format, exported: &Exported) -> Answer {
    let Exported { rows, sheets, bytes } = exported;
    let file = file.display().to_string();
    let mut text = format!("rows of {table} in {file}: {rows}");
    if let [_, _, ..] = sheets.as_slice() {
        text = format!("{text}, in the sheets {}", sheets.join(", "));
    }
    let sheets = (!sheets.is_empty()).then_some(sheets);
    let json = json!({
        "v": 1, "table": table, "file": file, "format": format.as_str(), "rows": rows, "bytes": bytes, "sheets": sheets,
    });
    Answer::done(json, text)
}

/// The creator that `text` names.
fn named(text: &str) -> Result<String, Failure> {
    creator_of(text).ok_or_else(|| {
        let what = format!("`{}` is no id of a creator, and no link of their page", clean(text));
        Failure::usage(what).advise(advice::crawl::creator())
    })
}

/// Whom a target is about.
async fn whom(store: &Store, name: &str) -> Result<String, Failure> {
    let wanted = name.to_owned();
    let found = store.read::<_, store::Error, _>(move |tx| Box::pin(async move { targets::target(tx, &wanted).await }));
    let found = found.await.map_err(|error| Failure::of(&error))?;
    let found =
        found.ok_or_else(|| Failure::new(format!("there is no target `{name}`")).advise(advice::cli::targets()))?;
    page_of(&found).map(|(_, id)| id).ok_or_else(|| {
        let what = format!("the target `{name}` is about no page, or about one that was not asked for yet");
        Failure::new(what).advise(advice::cli::creator())
    })
}

fn refused(error: &BadExport) -> Failure {
    match error {
        BadExport::Store(error) => Failure::of(error).advise(error.advice()),
        BadExport::File(error) => Failure::output(error).advise(advice::cli::writable_file()),
        BadExport::Stdout => Failure::of(error).advise(advice::cli::to_workbook()),
        BadExport::Workbook(_) => Failure::of(error).advise(advice::cli::room_beside()),
    }
}

fn schema() -> Answer {
    let mut listing = Listing::new(&["TABLE", "COLUMN", "FORM", "~SAYS"]);
    let schema = report::schema();
    for table in TABLES {
        for column in table.columns {
            let form = report::word(column.form);
            listing.row([table.name, column.name, form, column.says].map(str::to_owned));
        }
    }
    Answer::shown(schema, listing)
}
