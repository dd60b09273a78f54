//! What an endpoint says of its list: where a page begins, how many records it has, and what comes behind it.

use std::borrow::Cow;

use super::super::ask::Endpoint;
use super::super::read::{Page, Reading, Record, parse_moment};
use crate::domain::Millis;
use crate::wire::json::{Path, Value};

/// A record that is told from the others of its list. A list is gone through by these two alone: the rest of a record is
/// read by those who want it.
pub trait Keyed: Record {
    /// Where its id stands.
    const KEY: &'static str;
    /// Where it stands when it was made, if that is said.
    const MADE: Option<&'static str> = None;

    /// The id in `row`.
    fn key(row: Value<'_>) -> Option<Cow<'_, str>> {
        let id = const { Path::new(Self::KEY) }.follow(row, 0);
        id.text().or_else(|| id.number().map(Cow::Borrowed))
    }

    /// When what is in `row` was made.
    fn made_at(row: Value<'_>) -> Option<Millis> {
        let place = const {
            match Self::MADE {
                Some(place) => Some(Path::new(place)),
                None => None,
            }
        };
        parse_moment(place?.follow(row, 0))
    }
}

/// What comes behind a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Another page, for which the request is ready.
    On,
    /// Another page, that the list has passed already.
    Back,
    /// Nothing.
    End,
    /// The answer does not say: this field is missing.
    Unsaid(&'static str),
}

impl Turn {
    /// What follows when only that is said, whether there is more.
    pub(in crate::platform::douyin) fn of(more: Option<bool>) -> Self {
        match more {
            Some(true) => Self::On,
            Some(false) => Self::End,
            None => Self::Unsaid("has_more"),
        }
    }
}

/// The request for one page of a list.
pub trait Listing: Clone + Endpoint<Answer = Page<<Self as Listing>::Head, <Self as Listing>::Row>> {
    /// What is said of a page.
    type Head: Record;
    /// What it lists.
    type Row: Keyed;

    /// Whether it goes on for ever.
    const IS_ENDLESS: bool = false;

    /// Asks for `count` records.
    fn ask_for(&mut self, count: u32);

    /// Begins at `end` instead of now, where a list can.
    fn begin_at(&mut self, _end: Millis) {}

    /// Whether all that comes is older than `start`.
    fn is_past(&self, _start: Millis) -> bool {
        false
    }

    /// Where its page begins.
    fn mark(&self) -> String;

    /// Begins where `mark` says; nothing when that is no mark of this list.
    fn go_to(&mut self, mark: &str) -> Option<()>;

    /// Becomes the request for what comes behind `page`.
    fn turn(&mut self, page: &Reading<Self::Answer>) -> Turn;
}

/// Which way the cursors of a list run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::platform::douyin) enum Order {
    /// From now into the past; 0 is now.
    Older,
    /// From the first on.
    Onward,
    /// Nobody knows.
    Any,
}

/// Moves the cursor `at` to where an answer says that its list goes on.
pub(in crate::platform::douyin) fn turn_to(at: &mut u64, more: Option<bool>, next: Option<i64>, order: Order) -> Turn {
    let turn = Turn::of(more);
    if turn != Turn::On {
        return turn;
    }
    let Some(next) = next.and_then(|next| u64::try_from(next).ok()) else { return Turn::Unsaid("cursor") };
    let sent = std::mem::replace(at, next);
    let is_back = match order {
        Order::Older => sent != 0 && next > sent,
        Order::Onward => next < sent,
        Order::Any => false,
    };
    if is_back { Turn::Back } else { Turn::On }
}

/// The numbers of a mark, with colons between them.
pub(in crate::platform::douyin) fn numbers<const N: usize>(mark: &str) -> Option<[u64; N]> {
    let numbers: Option<Vec<u64>> = mark.split(':').map(|number| number.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// Writes the list of an endpoint that goes on at one number.
macro_rules! listing {
    ($request:ty: $head:ty, $row:ty, at $cursor:ident, $order:ident by $next:ident $({ $($more:tt)* })?) => {
        impl $crate::platform::douyin::list::turn::Listing for $request {
            type Head = $head;
            type Row = $row;

            $($($more)*)?

            fn ask_for(&mut self, count: u32) {
                self.count = count;
            }

            fn mark(&self) -> String {
                self.$cursor.to_string()
            }

            fn go_to(&mut self, mark: &str) -> Option<()> {
                self.$cursor = mark.parse().ok()?;
                Some(())
            }

            fn turn(
                &mut self,
                page: &$crate::platform::douyin::read::Reading<Self::Answer>,
            ) -> $crate::platform::douyin::list::turn::Turn {
                let head = &page.content.head;
                let order = $crate::platform::douyin::list::turn::Order::$order;
                $crate::platform::douyin::list::turn::turn_to(&mut self.$cursor, head.has_more.is_on(), head.$next.value(), order)
            }
        }
    };
}

pub(in crate::platform::douyin) use listing;
