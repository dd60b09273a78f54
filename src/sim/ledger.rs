//! Every request that came, with the moment it came: what stories and judges read.
//!
//! A row is written when the request arrives, so that the order is the order of arrival, and completed when the
//! answer's head is ready. The last 100,000 are kept; the total counts them all.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::http::{Method, Uri};

use crate::domain::{Class, Millis};

/// How many rows are kept: a day of one request a second fits.
const KEPT: usize = 100_000;

/// How much of a path is kept, in bytes.
const PATH: usize = 2048;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// Its number over all platforms, counted from 1.
    pub seq: u64,
    /// When it came.
    pub at: Millis,
    /// To whom.
    pub platform: &'static str,
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub path: String,
    /// The status of the answer; absent while there is none.
    pub status: Option<u16>,
    /// The class a switch made of it.
    pub fault: Option<Class>,
}

/// Which rows are asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) platform: Option<String>,
    pub(super) since: Option<Millis>,
    /// Rows after this number.
    pub(super) after: u64,
    pub(super) limit: usize,
}

/// The rows.
#[derive(Debug)]
pub(super) struct Ledger(Mutex<Rows>);

#[derive(Debug)]
struct Rows {
    kept: VecDeque<Entry>,
    total: u64,
    most: usize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::keeping(KEPT)
    }
}

impl Ledger {
    fn keeping(most: usize) -> Self {
        Self(Mutex::new(Rows { kept: VecDeque::new(), total: 0, most }))
    }

    /// Writes down that a request came and gives it its number.
    pub(super) fn arrive(&self, at: Millis, platform: &'static str, method: &Method, uri: &Uri) -> u64 {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = path.get(..path.floor_char_boundary(PATH)).unwrap_or_default().to_owned();
        let method = method.to_string();
        self.with(|rows| {
            rows.total += 1;
            if rows.kept.len() >= rows.most {
                rows.kept.pop_front();
            }
            rows.kept.push_back(Entry { seq: rows.total, at, platform, method, path, status: None, fault: None });
            rows.total
        })
    }

    /// Writes down how request `seq` was answered; a row that has left the ring is left alone.
    pub(super) fn settle(&self, seq: u64, status: u16, fault: Option<Class>) {
        self.with(|rows| {
            let back = usize::try_from(rows.total.saturating_sub(seq)).unwrap_or(usize::MAX);
            let place = rows.kept.len().checked_sub(1).and_then(|last| last.checked_sub(back));
            if let Some(row) = place.and_then(|place| rows.kept.get_mut(place)).filter(|row| row.seq == seq) {
                row.status = Some(status);
                row.fault = fault;
            }
        });
    }

    /// The rows asked for, oldest first, and whether there are more.
    pub(super) fn read(&self, wanted: &Wanted) -> (Vec<Entry>, bool) {
        self.with(|rows| {
            let fits = |row: &&Entry| {
                row.seq > wanted.after
                    && wanted.since.is_none_or(|since| row.at >= since)
                    && wanted.platform.as_deref().is_none_or(|platform| row.platform == platform)
            };
            let mut found = rows.kept.iter().filter(fits);
            let page = found.by_ref().take(wanted.limit).cloned().collect();
            (page, found.next().is_some())
        })
    }

    /// How many requests came, and how many of them are kept.
    pub(super) fn counts(&self) -> (u64, usize) {
        self.with(|rows| (rows.total, rows.kept.len()))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Rows) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(path: &str) -> Uri {
        path.parse().unwrap()
    }

    #[test]
    fn a_full_ring_forgets_the_oldest_and_still_counts_all() {
        let ledger = Ledger::keeping(3);
        for i in 1..=5 {
            assert_eq!(ledger.arrive(Millis(i), "one", &Method::GET, &uri("/probe")), u64::try_from(i).unwrap());
        }
        ledger.settle(4, 200, None);
        ledger.settle(1, 500, None);
        ledger.settle(99, 500, None);
        let (rows, more) = ledger.read(&Wanted { limit: 10, ..Wanted::default() });
        assert_eq!(rows.iter().map(|r| (r.seq, r.status)).collect::<Vec<_>>(), [(3, None), (4, Some(200)), (5, None)]);
        assert!(!more);
        assert_eq!(ledger.counts(), (5, 3));
    }

    #[test]
    fn rows_are_found_by_platform_moment_and_number() {
        let ledger = Ledger::default();
        for (i, platform) in [(1, "one"), (2, "two"), (3, "one"), (4, "one")] {
            ledger.arrive(Millis(i * 10), platform, &Method::GET, &uri("/"));
        }
        let read = |platform: &str, since, after, limit| {
            let wanted = Wanted { platform: Some(platform.to_owned()), since: Some(Millis(since)), after, limit };
            let (rows, more) = ledger.read(&wanted);
            (rows.iter().map(|row| row.seq).collect::<Vec<_>>(), more)
        };
        assert_eq!(read("one", 0, 0, 2), (vec![1, 3], true));
        assert_eq!(read("one", 0, 3, 2), (vec![4], false));
        assert_eq!(read("one", 30, 0, 9), (vec![3, 4], false));
        assert_eq!(read("three", 0, 0, 9), (vec![], false));
    }

    #[test]
    fn an_endless_path_is_cut() {
        let ledger = Ledger::default();
        ledger.arrive(Millis(0), "one", &Method::GET, &uri(&format!("/{}", "a".repeat(5000))));
        let (rows, _) = ledger.read(&Wanted { limit: 1, ..Wanted::default() });
        assert_eq!(rows[0].path.len(), PATH);
    }
}
