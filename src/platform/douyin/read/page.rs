//! An answer as a whole: one record, or a list of them under one head.

use std::marker::PhantomData;

use serde_json::{Map, Value as Shown};

use super::cell::View;
use super::record::Record;
use crate::platform::shape::Expected;
use crate::wire::json::{BadJson, Caps, Json, Value};

/// No list of the site has as many; a page holds fifty at most.
const MOST_ROWS: usize = 1000;
/// What is said of a list stands in each of its rows, a long text no further than this.
const LONGEST_IN_ROWS: usize = 1024;

/// An answer that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// It is no JSON that is read here.
    #[error(transparent)]
    Json(#[from] BadJson),
    /// Its list is too long.
    #[error("its list has {0} rows, and more than {MOST_ROWS} are not read")]
    TooManyRows(usize),
}

/// What an answer is read as.
pub trait Model: Sized {
    /// What is read of it.
    const EXPECTED: &'static [Expected];

    /// Reads it from the root.
    fn read(root: Value<'_>) -> Result<Self, BadAnswer>;

    /// One object: each field by its name; of many records below `root`, a list for each field.
    fn to_dict(&self, root: Value<'_>) -> Shown;
}

impl<R: Record> Model for R {
    const EXPECTED: &'static [Expected] = &[Expected { base: R::BASE, is_list: false, fields: R::FIELDS }];

    fn read(root: Value<'_>) -> Result<Self, BadAnswer> {
        Ok(<R as Record>::read(R::BASE.follow(root, 0), 0))
    }

    fn to_dict(&self, _root: Value<'_>) -> Shown {
        let mut fields = Map::new();
        self.show(View::Alone, &mut fields);
        Shown::Object(fields)
    }
}

/// An answer of which nothing is read; its text is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unread;

impl Model for Unread {
    const EXPECTED: &'static [Expected] = &[];

    fn read(_root: Value<'_>) -> Result<Self, BadAnswer> {
        Ok(Self)
    }

    fn to_dict(&self, _root: Value<'_>) -> Shown {
        Shown::Null
    }
}

/// Records of a list, and what is said of the list. The records are read when somebody wants them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Page<H, R> {
    /// What is said of it.
    pub head: H,
    /// How many records it has.
    pub len: usize,
    records: PhantomData<R>,
}

impl<H: Record, R: Record> Model for Page<H, R> {
    const EXPECTED: &'static [Expected] = &[
        Expected { base: H::BASE, is_list: false, fields: H::FIELDS },
        Expected { base: R::BASE, is_list: true, fields: R::FIELDS },
    ];

    fn read(root: Value<'_>) -> Result<Self, BadAnswer> {
        let len = rows_of::<R>(root).count();
        if len > MOST_ROWS {
            return Err(BadAnswer::TooManyRows(len));
        }
        Ok(Self { head: H::read(H::BASE.follow(root, 0), 0), len, records: PhantomData })
    }

    fn to_dict(&self, root: Value<'_>) -> Shown {
        let mut dict = Map::new();
        self.head.show(View::Alone, &mut dict);
        // A row of nothing names the columns of a list that has no rows.
        let mut columns = Map::new();
        R::default().show(View::InList, &mut columns);
        columns.values_mut().for_each(|column| *column = Shown::Array(Vec::new()));
        for record in records_of::<R>(root) {
            let mut fields = Map::new();
            record.show(View::InList, &mut fields);
            for (name, value) in fields {
                if let Some(Shown::Array(column)) = columns.get_mut(&name) {
                    column.push(value);
                }
            }
        }
        dict.extend(columns);
        Shown::Object(dict)
    }
}

fn shorten(value: &mut Shown) {
    if let Shown::String(text) = value
        && let Some((end, _)) = text.char_indices().nth(LONGEST_IN_ROWS)
    {
        text.truncate(end);
        text.push('…');
    }
}

/// The values that records are read from; none when what stands in their place is no list.
fn rows_of<R: Record>(root: Value<'_>) -> impl Iterator<Item = Value<'_>> {
    let list = R::BASE.follow(root, 0);
    list.items().filter(move |_| list.is_list())
}

fn records_of<R: Record>(root: Value<'_>) -> impl Iterator<Item = R> {
    rows_of::<R>(root).enumerate().map(|(at, row)| R::read(row, at))
}

/// An answer, and what was read from it.
#[derive(Debug)]
pub struct Reading<M> {
    json: Json,
    /// What it was read as.
    pub content: M,
}

impl<M: Model> Reading<M> {
    /// Reads the body of an answer.
    pub fn of(body: impl Into<Vec<u8>>) -> Result<Self, BadAnswer> {
        Self::of_json(Json::parse(body, Caps::default())?)
    }

    /// Reads what was found to be JSON.
    pub fn of_json(json: Json) -> Result<Self, BadAnswer> {
        let content = M::read(json.root())?;
        Ok(Self { json, content })
    }

    /// All of the answer.
    pub fn root(&self) -> Value<'_> {
        self.json.root()
    }

    /// The answer as it was sent, with all that nobody knows.
    pub fn raw(&self) -> &str {
        self.json.root().raw()
    }

    /// One object: each field by its name; of many records, a list for each field.
    pub fn to_dict(&self) -> Shown {
        self.content.to_dict(self.json.root())
    }
}

impl<H: Record, R: Record> Reading<Page<H, R>> {
    /// The values that the records are read from, in their order.
    pub fn rows(&self) -> impl Iterator<Item = Value<'_>> {
        rows_of::<R>(self.json.root())
    }

    /// Each record as it was sent, in their order.
    pub fn raw_rows(&self) -> impl Iterator<Item = &str> {
        self.rows().map(Value::raw)
    }

    /// The records, in their order.
    pub fn records(&self) -> impl Iterator<Item = R> {
        records_of(self.json.root())
    }

    /// One object for each record, with what is said of the list in each of them.
    pub fn to_list(&self) -> Vec<Shown> {
        let mut head = Map::new();
        self.content.head.show(View::Alone, &mut head);
        head.retain(|name, _| H::IN_ROWS.contains(&name.as_str()));
        head.values_mut().for_each(shorten);
        let shown = |record: R| {
            let mut fields = head.clone();
            record.show(View::InList, &mut fields);
            Shown::Object(fields)
        };
        self.records().map(shown).collect()
    }
}
