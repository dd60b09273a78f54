//! What is given out: tables for people's own tools.

mod export;

pub use export::{BadExport, Exported, Order, Shape, Sheet, Workbook, export, schema, word};
