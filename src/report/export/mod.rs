//! Tables of what was found, as files for people's own tools.
//!
//! Rows come from the database a page at a time and are written by a thread of their own, so that neither how many there
//! are nor how slowly they are taken costs memory. What others wrote stays text in every form: a spreadsheet computes
//! nothing of it.

mod csv;
mod file;
mod jsonl;
mod run;
mod schema;
mod xlsx;

#[cfg(test)]
mod tests;

pub use run::{BadExport, Exported, Order, Shape, export};
pub use schema::{schema, word};
pub use xlsx::{Sheet, Workbook};
