//! The rows of the published tables, handed on as they come: however many there are, only a few are held at a time.

use sqlx::{ColumnIndex, Database, Decode, Type};
use tokio::sync::mpsc::Sender;

use super::raw::unpack;
use super::table::{Column, Form, Table};
use crate::domain::Interval;
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

/// How many rows are handed on at a time.
const PAGE: usize = 512;

/// A field of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Nothing is known.
    None,
    /// A text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// A number, a moment, or 0 and 1 for no and yes.
    Number(i64),
}

/// A row.
pub type Row = Vec<Field>;

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Those of this creator; nothing for everybody's.
    pub creator: Option<String>,
    /// Those of this time: when a post or a comment was made, when a number was counted, when a person was first seen.
    pub between: Option<Interval>,
}

/// Sends the rows of `table`, some at a time, until all are sent or nobody listens any more.
pub async fn rows(tx: &mut Tx, table: &Table, wanted: &Wanted, to: Sender<Vec<Row>>) -> Result<(), Error> {
    let (from, until) = wanted.between.map_or((i64::MIN, i64::MAX), |between| (between.start.0, between.end.0));
    let sent = on!(tx, db => {
        let mut found = sqlx::query(table.sql).bind(wanted.creator.as_deref()).bind(from).bind(until).fetch(db);
        let mut page = Vec::with_capacity(PAGE);
        let ended = loop {
            match std::future::poll_fn(|context| found.as_mut().poll_next(context)).await {
                None => break Ok(()),
                Some(row) => match row.and_then(|row| fields_of(&row, table.columns)) {
                    Ok(row) => page.push(row),
                    Err(error) => break Err(error),
                },
            }
            if page.len() == PAGE && to.send(std::mem::take(&mut page)).await.is_err() {
                break Ok(());
            }
        };
        // Whoever left has what they wanted.
        let _left = if ended.is_ok() && !page.is_empty() { to.send(page).await } else { Ok(()) };
        ended
    });
    sent.map_err(Error::in_act("export rows"))
}

fn fields_of<R: sqlx::Row>(row: &R, columns: &[Column]) -> Result<Row, sqlx::Error>
where
    usize: ColumnIndex<R>,
    for<'r> String: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> i64: Decode<'r, R::Database> + Type<R::Database>,
    for<'r> Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
    R::Database: Database,
{
    let field = |(n, column): (usize, &Column)| match column.form {
        Form::Packed => {
            let packed = row.try_get::<Option<Vec<u8>>, _>(n)?;
            Ok(packed.map_or(Field::None, |packed| Field::Text(unpack(&packed))))
        }
        Form::Text => Ok(row.try_get::<Option<String>, _>(n)?.map_or(Field::None, Field::Text)),
        Form::List => {
            let lines = row.try_get::<Option<String>, _>(n)?;
            Ok(lines.map_or(Field::None, |lines| Field::List(lines.lines().map(str::to_owned).collect())))
        }
        Form::PostKind | Form::Privacy | Form::RoomState => {
            let number = row.try_get::<Option<i64>, _>(n)?;
            Ok(number.and_then(|number| column.form.word(number)).map_or(Field::None, Field::Text))
        }
        Form::Number | Form::Flag | Form::Moment => {
            Ok(row.try_get::<Option<i64>, _>(n)?.map_or(Field::None, Field::Number))
        }
    };
    columns.iter().enumerate().map(field).collect()
}
