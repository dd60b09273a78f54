//! The one shape of a listing, and a page of one that asks for a row too many to know whether there is more.

use axum::Json;
use serde::Serialize;

/// What the API gives for more than one of a thing.
#[derive(Debug, Serialize)]
pub(super) struct Listing<T> {
    v: u8,
    items: Vec<T>,
    next: Option<String>,
}

/// All there is.
pub(super) fn whole<T>(items: Vec<T>) -> Json<Listing<T>> {
    Json(Listing { v: 1, items, next: None })
}

/// The first `limit` of `items`; where there were more, the cursor of the last one shown.
pub(super) fn page<T>(mut items: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> Json<Listing<T>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor);
    Json(Listing { v: 1, items, next })
}
