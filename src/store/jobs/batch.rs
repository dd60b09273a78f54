//! The text of a statement for many rows.
//!
//! Batches come in every size and a prepared statement is for one, so sizes are rounded up and the rest is filled with
//! rows that mean nothing: a handful of texts stay prepared. The two drivers want their places written differently:
//! `PostgreSQL` numbers them, and `SQLite` finds a numbered one by searching all names, which for a thousand places
//! costs more than the statement, so there they are bare. Hence each place stands once, in the order of the values.

use std::fmt::Write as _;

use crate::store::tx::Tx;

/// The size that a batch of `rows` is filled up to: a power of four.
pub(super) const fn even(rows: usize) -> usize {
    let power = rows.next_power_of_two();
    if power.trailing_zeros().is_multiple_of(2) { power } else { power * 2 }
}

/// A statement that is being written.
#[derive(Debug)]
pub(super) struct Text {
    sql: String,
    numbered: bool,
    places: usize,
}

impl Text {
    /// An empty one for the database of `tx`.
    pub(super) const fn of(tx: &Tx) -> Self {
        Self { sql: String::new(), numbered: tx.is_shared(), places: 0 }
    }

    /// Adds a piece of SQL.
    pub(super) fn sql(mut self, piece: &str) -> Self {
        self.sql.push_str(piece);
        self
    }

    /// Adds the place of the next value.
    pub(super) fn place(mut self) -> Self {
        self.places += 1;
        if self.numbered {
            let _never_fails = write!(self.sql, "${}", self.places);
        } else {
            self.sql.push('?');
        }
        self
    }

    /// Adds the places of many rows: `(…),(…)`.
    pub(super) fn rows(mut self, width: usize, rows: usize) -> Self {
        for n in 0..rows * width {
            let before = match (n, n % width) {
                (0, _) => "(",
                (_, 0) => "),(",
                _ => ",",
            };
            self = self.sql(before).place();
        }
        self.sql(")")
    }

    /// The text, behind what `tx` has to run first.
    pub(super) fn led(self, tx: &mut Tx) -> String {
        tx.led(&self.sql)
    }

    /// The text.
    pub(super) fn done(self) -> String {
        self.sql
    }
}
