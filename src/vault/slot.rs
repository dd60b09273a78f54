//! The place that a sealed value belongs to.

use std::borrow::Cow;
use std::fmt;

use crate::store::vault::At;

/// Table, row and column of a sealed value; the value opens nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The table.
    pub table: Cow<'static, str>,
    /// The row, as its table names it.
    pub row: String,
    /// The column.
    pub column: Cow<'static, str>,
}

impl Slot {
    /// The place `column` of `row` in `table`.
    pub fn new(table: &'static str, row: impl Into<String>, column: &'static str) -> Self {
        Self { table: table.into(), row: row.into(), column: column.into() }
    }

    /// As the store asks for it.
    pub(super) fn at(&self) -> At<'_> {
        At { table: &self.table, row: &self.row, column: &self.column }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.table, self.row, self.column)
    }
}
