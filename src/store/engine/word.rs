//! Columns of words: a closed set of values is an enum in a row, too.
//!
//! A word that this program does not know is an error that names the column. A later radard does not leave one behind:
//! a new word comes with a step of the schema, and then this program refuses the whole database.

use std::str::FromStr as _;

use crate::domain::Class;

/// Reads a column as `$type`, with `$read` from its text.
macro_rules! word_column {
    ($type:ty, $read:path) => {
        impl<DB: sqlx::Database> sqlx::Type<DB> for $type
        where
            String: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as sqlx::Type<DB>>::type_info()
            }

            fn compatible(info: &DB::TypeInfo) -> bool {
                <String as sqlx::Type<DB>>::compatible(info)
            }
        }

        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $type
        where
            String: sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok($read(&<String as sqlx::Decode<'r, DB>>::decode(value)?)?)
            }
        }
    };
}
pub(in crate::store) use word_column;

word_column!(Class, Class::from_str);

/// The one of `all` that is written as `word`; `what` says in an error what it should be.
pub(in crate::store) fn read<T: Copy>(
    word: &str,
    what: &str,
    all: &[T],
    word_of: impl Fn(T) -> &'static str,
) -> Result<T, String> {
    all.iter().copied().find(|one| word_of(*one) == word).ok_or_else(|| {
        let known: Vec<_> = all.iter().map(|one| word_of(*one)).collect();
        format!("`{word}` is not a {what}: one of {}", known.join(" "))
    })
}
