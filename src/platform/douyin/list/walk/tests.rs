//! What a walk makes of good pages and of bad ones.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::platform::douyin::{Model, post_related, user_following, user_mix, user_post};

const WHOSE: &str = "MS4wLjABAAAAmade_up_creator";

/// A page of posts with these ids, made a second apart from each other.
fn posts(ids: impl IntoIterator<Item = u64>, cursor: u64, more: bool) -> Reading<user_post::Answer> {
    let rows: Vec<_> = ids.into_iter().map(|id| json!({"aweme_id": id.to_string(), "create_time": id})).collect();
    read(&json!({"status_code": 0, "aweme_list": rows, "max_cursor": cursor, "has_more": u8::from(more)}))
}

fn read<M: Model>(answer: &serde_json::Value) -> Reading<M> {
    Reading::of(answer.to_string()).unwrap()
}

fn walk(wants: Wants) -> Walk<user_post::Request<'static>> {
    Walk::new(user_post::Request::first(WHOSE), wants)
}

fn most(most: u64) -> Wants {
    Wants { most: NonZeroU64::new(most), ..Wants::default() }
}

#[test]
fn a_last_page_is_taken_before_the_list_ends() {
    let mut walk = walk(Wants::default());
    assert_eq!(walk.read(&posts([9, 8], 8000, true)), [0, 1]);
    assert_eq!(walk.progress.mark.as_deref(), Some("8000"));
    assert_eq!(walk.read(&posts([8, 7], 7000, false)), [1], "a record that moved down is given once");
    assert_eq!((walk.progress.taken, walk.progress.ended), (3, Some(Ended::Whole)));
}

#[test]
fn no_more_is_taken_than_is_wanted() {
    let mut walk = walk(most(3));
    assert_eq!(walk.count(), Some(3));
    assert_eq!(walk.read(&posts([9, 8], 8000, true)).len(), 2);
    assert_eq!(walk.count(), Some(1));
    assert_eq!(walk.read(&posts([7, 6, 5], 5000, true)), [0]);
    assert_eq!((walk.progress.taken, walk.progress.ended), (3, Some(Ended::Enough)));
}

#[test]
fn an_empty_page_is_no_end_but_twenty_one_in_a_row_are_a_standstill() {
    let mut walk = walk(Wants::default());
    walk.read(&posts([100_000], 100_000_000, true));
    for page in 1..=20 {
        walk.read(&posts([], 100_000_000 - page, true));
        assert_eq!(walk.progress.stalled, None, "{page}");
    }
    walk.read(&posts([], 1, true));
    assert!(walk.progress.stalled.unwrap().starts_with("20 pages in a row brought nothing new"));
}

#[test]
fn a_cursor_that_stays_or_turns_in_a_circle_is_a_standstill() {
    for cursors in [[5000, 5000, 5000, 5000], [5000, 4000, 5000, 4000], [5000, 6000, 7000, 8000]] {
        let mut walk = walk(Wants::default());
        let mut pages = 0;
        for cursor in cursors {
            if walk.progress.stalled.is_none() {
                walk.read(&posts([9], cursor, true));
                pages += 1;
            }
        }
        assert_eq!((pages, walk.progress.ended), (if cursors[1] == 4000 { 4 } else { 3 }, None), "{cursors:?}");
        assert!(walk.progress.stalled.unwrap().starts_with("it goes on at a place where it has been"));
    }
}

#[test]
fn an_answer_that_does_not_say_whether_there_is_more_is_no_end() {
    let mut silent = walk(Wants::default());
    silent.read(&read(&json!({"status_code": 0, "aweme_list": []})));
    assert_eq!(silent.progress.ended, None);
    assert!(silent.progress.stalled.unwrap().starts_with("its answer has no `has_more`"));
    let mut lost = walk(Wants::default());
    lost.read(&read(&json!({"status_code": 0, "aweme_list": [], "has_more": 1})));
    assert!(lost.progress.stalled.unwrap().starts_with("its answer has no `cursor`"));
}

#[test]
fn an_interval_begins_at_its_end_and_stops_below_its_start() {
    let day = Interval::parse("2026-01-02|2026-01-02").unwrap();
    let within = day.unwrap();
    let (first, last) = (u64::try_from(within.start.0).unwrap() / 1000, u64::try_from(within.end.0).unwrap() / 1000);
    let mut walk = walk(Wants { within: day, ..Wants::default() });
    assert_eq!(walk.request.max_cursor, last * 1000);
    // The first is pinned, and far too old; it ends nothing.
    assert_eq!(walk.read(&posts([1, last, first + 1], (first + 1) * 1000, true)), [1, 2]);
    assert_eq!(walk.progress.ended, None);
    assert_eq!(walk.read(&posts([first, first - 1], (first - 1) * 1000, true)), [0]);
    assert_eq!(walk.progress.ended, Some(Ended::Past));
}

#[test]
fn what_was_written_down_goes_on_where_it_stood() {
    let mut first = walk(most(5));
    first.read(&posts([9, 8], 8000, true));
    let kept = serde_json::to_string(first.progress()).unwrap();
    let again = Walk::resumed(user_post::Request::first(WHOSE), most(5), serde_json::from_str(&kept).unwrap());
    let mut again = again.unwrap();
    assert_eq!((again.request.max_cursor, again.progress()), (8000, first.progress()));
    assert_eq!(again.read(&posts([8, 7], 7000, true)), [1]);
    let of_another = Walk::resumed(user_following::Request::first("", WHOSE), most(5), first.progress().clone());
    assert!(of_another.is_none(), "a mark of another list is seen");
}

#[test]
fn each_order_of_the_followed_goes_on_at_its_own_number() {
    let page: Reading<user_following::Answer> =
        read(&json!({"followings": [], "has_more": true, "offset": 20, "min_time": 700, "max_time": 900}));
    for (source_type, mark) in [(4, "20:0:0"), (1, "0:0:700"), (3, "0:900:0")] {
        let mut request = user_following::Request { source_type, ..user_following::Request::first("", WHOSE) };
        assert_eq!((request.turn(&page), request.mark().as_str()), (Turn::On, mark));
    }
}

#[test]
fn related_posts_are_asked_for_without_any_that_were_shown() {
    let mut request = post_related::Request::first("5");
    assert_eq!(request.mark(), "5,");
    let page = |from: u64| posts((from..from + 30).rev(), 0, true);
    assert_eq!(request.turn(&page(100)), Turn::On);
    assert!(request.mark().starts_with("5,129,128,"));
    request.turn(&page(200));
    let mark = request.mark();
    assert_eq!((mark.split(',').count(), mark.contains("229"), mark.contains("129")), (50, true, false));
    assert_eq!(post_related::Request::first("5").go_to("7,8"), Some(()));
    assert_eq!(post_related::Request::first("5").go_to("7&x=8"), None);
}

proptest! {
    /// Whatever a site answers, a walk ends, takes no record twice in a row of pages, and never more than is wanted.
    #[test]
    fn every_walk_ends(
        pages in prop::collection::vec((prop::collection::vec(0u64..40, 0..5), 0u64..30), 1..12),
        wanted in 1u64..60,
    ) {
        let mut walk = Walk::new(user_mix::Request::first("7"), most(wanted));
        let mut taken = Vec::new();
        let mut turns = 0;
        while walk.progress.stalled.is_none() && walk.progress.ended.is_none() {
            let (ids, cursor) = &pages[turns % pages.len()];
            let rows: Vec<_> = ids.iter().map(|id| json!({"aweme_id": id.to_string()})).collect();
            let page = read(&json!({"aweme_list": rows, "cursor": cursor, "has_more": 1}));
            taken.extend(walk.read(&page).into_iter().map(|at| ids[at]));
            turns += 1;
            prop_assert!(turns < 2000);
        }
        let count = taken.len();
        taken.sort_unstable();
        taken.dedup();
        prop_assert_eq!(taken.len(), count);
        prop_assert!(u64::try_from(count).unwrap() <= wanted && walk.progress.taken == u64::try_from(count).unwrap());
    }
}
