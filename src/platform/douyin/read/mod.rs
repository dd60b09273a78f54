//! From an answer to records: each a table of fields with the places that they are read from.
//!
//! A field that is not there is nothing, never a failure, and keeps its place in lists; a field that nobody knows stays
//! in the text of the answer, which is kept beside what was read from it. Names are those of f2, so that people's
//! scripts go on working.
//!
//! - `scalar` single values as they were sent; `cell` the sorts of fields; `clean` and `moment` how two of them show.
//! - `record` the tables, and the macro that writes them; `page` a list of records under one head.

pub(in crate::platform::douyin) mod cell;
mod clean;
mod moment;
mod page;
pub(in crate::platform::douyin) mod record;
mod scalar;

pub use cell::{
    BitRates, ByQuality, Clean, Filled, HashtagIds, HashtagNames, LivePhotos, NestedBitRates, Pictures, Time, Truth,
    Urls, UrlsInPlace, View,
};
pub use clean::clean;
pub use moment::{parse_moment, parse_shown, show_moment};
pub use page::{BadAnswer, Model, Page, Reading, Unread};
pub use record::Record;
pub(in crate::platform::douyin) use record::record;
pub use scalar::{Count, Flag, Id, Scalar, Text};
