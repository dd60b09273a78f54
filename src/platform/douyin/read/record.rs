//! Tables of fields, and the macro that writes a record from one.
//!
//! A table is written once: field, sort, place. From it come the type, how it is read, how it shows, and the list of
//! places that tells which of an answer's values are known.

use serde_json::{Map, Value as Shown};

use super::cell::View;
use crate::platform::shape::Field;
use crate::wire::json::{Path, Value};

/// A thing that is read from an answer.
pub trait Record: Default {
    /// Where it stands; for one of many, the list.
    const BASE: Path;
    /// Its fields.
    const FIELDS: &'static [Field];
    /// Those of its fields that stand in each row of a list below it.
    const IN_ROWS: &'static [&'static str];

    /// Reads it from `here`, in row `row` of its list.
    fn read(here: Value<'_>, row: usize) -> Self;

    /// Puts its fields into a view.
    fn show(&self, view: View, into: &mut Map<String, Shown>);
}

/// The name that a field shows under: its own, unless another is written.
macro_rules! shown_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}

/// Writes a record from its table.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        $record:ident at $base:literal $(in rows: [$($in_rows:literal),*])? {
            $($field:ident $(as $name:literal)?: $cell:ty = $place:literal;)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $record {
            $(#[doc = concat!("Read from `", $place, "`.")] pub $field: $cell,)+
        }

        impl $crate::platform::douyin::read::record::Record for $record {
            const BASE: $crate::wire::json::Path = $crate::wire::json::Path::new($base);
            const FIELDS: &'static [$crate::platform::shape::Field] = &[$(
                $crate::platform::shape::Field {
                    name: $crate::platform::douyin::read::record::shown_name!($field $($name)?),
                    place: $place,
                },
            )+];
            const IN_ROWS: &'static [&'static str] = &[$($($in_rows),*)?];

            fn read(here: $crate::wire::json::Value<'_>, row: usize) -> Self {
                Self {$(
                    $field: <$cell as $crate::platform::douyin::read::cell::Cell>::read(
                        const { $crate::wire::json::Path::new($place) }.follow(here, row),
                    ),
                )+}
            }

            fn show(
                &self,
                view: $crate::platform::douyin::read::cell::View,
                into: &mut serde_json::Map<String, serde_json::Value>,
            ) {
                use $crate::platform::douyin::read::cell::Cell as _;
                $(self.$field.show($crate::platform::douyin::read::record::shown_name!($field $($name)?), view, into);)+
            }
        }
    };
}

pub(in crate::platform::douyin) use {record, shown_name};
