//! One statement for many rows.
//!
//! The databases take rows differently. `PostgreSQL` is given each column as an array, so that one text does for every
//! number of rows. `SQLite` has no arrays: there each value has a place in the text, and the rows are filled up with
//! ones that mean nothing to one of a few sizes, whose texts stay prepared. Its places are bare question marks, because
//! it finds a numbered one by searching all names, which for a thousand places costs more than the statement.

use std::sync::Arc;

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, FromRow, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::store::engine::tx::{Tx, on};

/// What a column of rows holds.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Of {
    Id,
    Text,
    Number,
    Bytes,
}

/// A statement that reads the rows it is given from a table `v`.
#[derive(Debug)]
pub struct Batch {
    /// The columns of `v`. The first is empty in rows that mean nothing, and in no other.
    pub(in crate::store) rows: &'static [(&'static str, Of)],
    /// What comes after the definition of `v`.
    pub(in crate::store) sqlite: &'static str,
    /// The same for `PostgreSQL`, where `$1` is the list of what stands in the first column.
    pub(in crate::store) postgres: &'static str,
}

/// A value of a row.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Cell<'a> {
    Id(Option<Uuid>),
    Text(Option<&'a str>),
    Number(Option<i64>),
    Bytes(Option<&'a [u8]>),
}

impl Batch {
    /// A statement that both databases understand.
    pub(in crate::store) const fn of_both(rows: &'static [(&'static str, Of)], text: &'static str) -> Self {
        Self { rows, sqlite: text, postgres: text }
    }

    /// Its text for `rows` rows on `SQLite`.
    pub fn sqlite(&self, rows: usize) -> String {
        let row = vec!["?"; self.rows.len()].join(",");
        let places = vec![format!("({row})"); rows].join(",");
        format!("WITH v({}) AS (VALUES {places}) {}", self.names(), self.sqlite)
    }

    /// Its text for any number of rows on `PostgreSQL`. To look into arrays is much cheaper there than to unnest them.
    pub fn postgres(&self) -> String {
        let array = |(n, (_, of)): (usize, &(_, Of))| match of {
            Of::Id => format!("${}::UUID[]", n + 1),
            Of::Text => format!("${}::TEXT[]", n + 1),
            Of::Number => format!("${}::BIGINT[]", n + 1),
            Of::Bytes => format!("${}::BYTEA[]", n + 1),
        };
        let arrays: Vec<_> = self.rows.iter().enumerate().map(array).collect();
        let cells: Vec<_> = arrays.iter().map(|array| format!("({array})[n]")).collect();
        let (names, cells, first) = (self.names(), cells.join(","), arrays.first().map_or("", String::as_str));
        format!(
            "WITH v({names}) AS (SELECT {cells} FROM generate_series(1, cardinality({first})) AS n) {}",
            self.postgres
        )
    }

    fn names(&self) -> String {
        self.rows.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",")
    }

    /// The statement with its rows.
    pub(in crate::store) const fn with<'a, const N: usize>(&'a self, rows: &'a [[Cell<'a>; N]]) -> With<'a> {
        With { batch: self, cells: rows.as_flattened() }
    }

    /// Runs the statement for `rows`; gives what it returns.
    pub(in crate::store) async fn run<O, const N: usize>(
        &self,
        tx: &mut Tx,
        rows: &[[Cell<'_>; N]],
    ) -> Result<Vec<O>, sqlx::Error>
    where
        O: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        run_all(tx, &[self.with(rows)]).await
    }
}

/// A statement with its rows.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct With<'a> {
    batch: &'a Batch,
    cells: &'a [Cell<'a>],
}

impl With<'_> {
    const fn width(&self) -> usize {
        self.batch.rows.len()
    }

    const fn len(&self) -> usize {
        self.cells.len() / self.width()
    }
}

/// Runs these one after the other, but those without rows; gives what they return, which is of one sort. On `SQLite` they
/// are one text, because each text is a way to another thread and back.
pub(in crate::store) async fn run_all<O>(tx: &mut Tx, all: &[With<'_>]) -> Result<Vec<O>, sqlx::Error>
where
    O: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let all: Vec<With<'_>> = all.iter().copied().filter(|with| with.len() > 0).collect();
    // Of one size, so that few texts stay prepared.
    let size = even(all.iter().map(With::len).max().unwrap_or(0));
    let at_once = if tx.is_shared() { 1 } else { all.len().max(1) };
    let mut found = Vec::new();
    for part in all.chunks(at_once) {
        let text = if tx.is_shared() {
            part.iter().map(|with| with.batch.postgres()).collect()
        } else {
            let texts: Vec<String> = part.iter().map(|with| with.batch.sqlite(size)).collect();
            let trail = tx.take_trail();
            tx.led(&[&texts.join("; "), trail].concat())
        };
        let rows = on!(tx, db => {
            let given = db.given(part, size).map_err(sqlx::Error::Encode)?;
            sqlx::query_as_with(AssertSqlSafe(text), given).fetch_all(db).await
        })?;
        found.extend(rows);
    }
    Ok(found)
}

/// The size that a batch of `rows` is filled up to: a power of two, or that and a quarter, a half, three quarters more.
/// So few texts stay prepared, and little is filled up for nothing.
const fn even(rows: usize) -> usize {
    let power = rows.next_power_of_two();
    let step = if power < 8 { power } else { power / 8 };
    rows.next_multiple_of(step)
}

/// How a database is given rows.
trait Given {
    type Arguments;

    fn given(&self, all: &[With<'_>], size: usize) -> Result<Self::Arguments, BoxDynError>;
}

impl Given for SqliteConnection {
    type Arguments = SqliteArguments;

    fn given(&self, all: &[With<'_>], size: usize) -> Result<SqliteArguments, BoxDynError> {
        let mut given = SqliteArguments::default();
        given.reserve(all.iter().map(With::width).sum::<usize>() * size, 0);
        for with in all {
            for cell in with.cells {
                match cell {
                    Cell::Id(id) => Arguments::add(&mut given, id)?,
                    // Given as it is, a text would be put into two boxes.
                    Cell::Text(text) => Arguments::add(&mut given, text.map(Arc::<str>::from))?,
                    Cell::Number(n) => Arguments::add(&mut given, n)?,
                    Cell::Bytes(bytes) => Arguments::add(&mut given, bytes)?,
                }
            }
            for _ in with.cells.len()..size * with.width() {
                Arguments::add(&mut given, None::<i64>)?;
            }
        }
        Ok(given)
    }
}

impl Given for PgConnection {
    type Arguments = PgArguments;

    fn given(&self, all: &[With<'_>], _size: usize) -> Result<PgArguments, BoxDynError> {
        let mut given = PgArguments::default();
        let columns = all.iter().flat_map(|with| (0..with.width()).map(move |column| (with, column)));
        for (with, column) in columns {
            let (mut ids, mut texts, mut numbers, mut all_bytes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for cell in with.cells.iter().skip(column).step_by(with.width()) {
                match cell {
                    Cell::Id(id) => ids.push(*id),
                    Cell::Text(text) => texts.push(*text),
                    Cell::Number(n) => numbers.push(*n),
                    Cell::Bytes(bytes) => all_bytes.push(*bytes),
                }
            }
            match (ids.is_empty(), texts.is_empty(), all_bytes.is_empty()) {
                (false, ..) => given.add(ids)?,
                (_, false, _) => given.add(texts)?,
                (.., false) => given.add(all_bytes)?,
                _ => given.add(numbers)?,
            }
        }
        Ok(given)
    }
}

impl From<Uuid> for Cell<'_> {
    fn from(id: Uuid) -> Self {
        Self::Id(Some(id))
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(text))
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Some(text))
    }
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell<'_> {
    fn from(n: i64) -> Self {
        Self::Number(Some(n))
    }
}

impl From<Option<i64>> for Cell<'_> {
    fn from(n: Option<i64>) -> Self {
        Self::Number(n)
    }
}

#[cfg(test)]
mod tests {
    use super::even;

    #[test]
    fn a_batch_is_filled_up_by_a_quarter_at_most_beyond_a_few() {
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 33, 100].map(even),
            [1, 2, 4, 4, 5, 6, 7, 8, 10, 10, 20, 40, 112]
        );
        assert!((9..2000).all(|rows| (rows..=rows * 5 / 4 + 1).contains(&even(rows))));
        let sizes: std::collections::BTreeSet<usize> = (1..=512).map(even).collect();
        assert!(sizes.len() < 40, "{}", sizes.len());
    }
}
