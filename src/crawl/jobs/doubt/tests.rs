//! The rules of doubt, one by one, and what holds for every list.

use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3_600_000;
const NOW: Millis = Millis(1_780_000_000_000);

/// A read that shows `shown` of the known rows, and no other.
fn read(known: i64, shown: i64) -> Read {
    Read { known, kept: shown, shown, began: NOW, ended: NOW }
}

fn doubt(hours_ago: i64, reads: i64, shown: i64) -> Doubt {
    let last_at = NOW.0 - HOUR * hours_ago;
    Doubt { since: last_at, last_at, reads, known: 200, shown }
}

fn uncounted(doubt: Doubt) -> Evidence {
    Evidence { earlier: Some(Earlier { doubt, apart: 0 }), counter: Counter::None, believed: None }
}

fn says(read: Read, earlier: Option<(Doubt, i64)>, counter: Counter, believed: Option<(i64, i64)>) -> &'static str {
    let earlier = earlier.map(|(doubt, apart)| Earlier { doubt, apart });
    let believed = believed.map(|(shown, counter)| Believed { shown, counter: Some(counter) });
    match judge(read, Evidence { earlier, counter, believed }) {
        Verdict::All => "all",
        Verdict::Both => "both",
        Verdict::Doubtful(_, Counts::Yes) => "doubtful",
        Verdict::Doubtful(_, Counts::No) => "too soon",
    }
}

#[test]
fn a_read_is_doubted_that_shows_a_tenth_and_twenty_rows_less_or_nothing() {
    let is_doubtful = |known, shown| read(known, shown).is_doubtful();
    assert!(is_doubtful(200, 179) && !is_doubtful(200, 180) && !is_doubtful(200, 181));
    assert!(is_doubtful(172, 0) && is_doubtful(1, 0) && !is_doubtful(0, 0));
    assert!(!is_doubtful(100, 81) && is_doubtful(100, 80), "fewer than twenty rows are not doubted");
    assert!(!is_doubtful(20, 1) && is_doubtful(21, 1));
}

#[test]
fn a_shortened_list_needs_a_second_read_an_hour_later_that_shows_the_same() {
    let short = read(200, 100);
    let with = |doubt, apart| says(short, Some((doubt, apart)), Counter::Unknown, None);
    assert_eq!(says(short, None, Counter::Unknown, None), "doubtful");
    assert_eq!(with(doubt(1, 1, 100), 5), "both");
    assert_eq!(with(doubt(1, 1, 100), 6), "doubtful", "more than 5 % apart");
    assert_eq!(with(doubt(0, 1, 100), 0), "too soon");
    assert_eq!(with(doubt(1, 1, 0), 0), "doubtful", "an empty read confirms no other");
}

#[test]
fn the_counter_replaces_the_second_read_if_it_was_right_before() {
    let short = |counter, believed| says(read(200, 100), None, Counter::Says(counter), believed);
    assert_eq!(short(100, Some((200, 210))), "all");
    assert_eq!(short(105, Some((200, 220))), "all", "within 5 % now, within 10 % then");
    assert_eq!(short(106, Some((200, 200))), "doubtful");
    assert_eq!(short(100, Some((200, 223))), "doubtful", "it was wrong before");
    assert_eq!(short(100, None), "doubtful", "nobody knows whether it is right");
    assert_eq!(short(i64::MAX, Some((200, i64::MAX))), "doubtful", "no number is too large to compare");
    assert_eq!(says(read(200, 100), None, Counter::Closed, None), "doubtful", "rows are no proof that others are gone");
}

#[test]
fn rows_of_somebody_else_do_not_count_whatever_the_counter_says() {
    let others = |known, kept, shown, counter| {
        says(Read { kept, shown, ..read(known, kept) }, None, counter, Some((known, known)))
    };
    assert_eq!(others(169, 0, 169, Counter::Says(169)), "doubtful");
    assert_eq!(others(169, 0, 169, Counter::Unknown), "doubtful");
    assert_eq!(others(3, 0, 5, Counter::Unknown), "doubtful", "not one row of a short list is left");
    assert_eq!(others(200, 195, 400, Counter::Unknown), "all", "a list that grew");
    assert_eq!(others(200, 100, 119, Counter::Says(119)), "all", "a few new rows are usual");
    assert_eq!(others(200, 100, 130, Counter::Says(130)), "doubtful");
    let (earlier, mixed) = (doubt(1, 1, 160), Read { kept: 0, shown: 160, ..read(169, 0) });
    assert_eq!(says(mixed, Some((earlier, 0)), Counter::Unknown, None), "both", "two reads that agree");
}

#[test]
fn an_empty_list_is_believed_after_two_reads_if_the_platform_tells_it_or_after_three_over_a_day() {
    let empty = |earlier, counter| says(read(200, 0), earlier, counter, Some((200, 200)));
    for told in [Counter::Says(0), Counter::Closed] {
        assert_eq!(empty(None, told), "doubtful", "one session may be shown nothing at all");
        assert_eq!(empty(Some((doubt(0, 1, 0), 0)), told), "too soon");
        assert_eq!(empty(Some((doubt(1, 1, 0), 0)), told), "both");
        assert_eq!(empty(Some((doubt(1, 1, 100), 0)), told), "doubtful");
    }
    let day = Doubt { since: NOW.0 - 24 * HOUR, ..doubt(1, 2, 0) };
    for counter in [Counter::Says(1), Counter::Says(200), Counter::Unknown] {
        assert_eq!(empty(Some((Doubt { reads: 99, ..day }, 0)), counter), "doubtful", "{counter:?}");
    }
    assert_eq!(empty(Some((day, 0)), Counter::None), "both");
    assert_eq!(empty(Some((Doubt { since: day.since + 1, ..day }, 0)), Counter::None), "doubtful", "less than a day");
    assert_eq!(empty(Some((Doubt { reads: 1, ..day }, 0)), Counter::None), "doubtful", "two reads");
    let after_short = doubt(30, 2, 100);
    let Verdict::Doubtful(next, _) = judge(read(200, 0), uncounted(after_short)) else {
        panic!("it is believed");
    };
    assert_eq!((next.reads, next.since), (1, NOW.0), "the count of empty reads begins with the first empty one");
}

proptest! {
    #[test]
    fn no_single_read_deletes_what_nobody_else_confirms(known in 0..5000i64, shown in 0..5000i64) {
        let said = says(read(known, shown), None, Counter::Unknown, Some((known, known)));
        let is_small = shown > 0 && (known - shown < 20 || shown * 10 >= known * 9);
        prop_assert_eq!(said == "all", is_small || known == 0, "{} of {}", shown, known);
    }

    #[test]
    fn a_read_that_came_too_soon_changes_no_doubt(known in 30..5000i64, minutes in 0..60i64, reads in 1..9i64) {
        let earlier = Doubt { reads, ..doubt(0, reads, 0) };
        let earlier = Doubt { last_at: NOW.0 - minutes * 60_000 + 1, ..earlier };
        let verdict = judge(read(known, 0), uncounted(earlier));
        prop_assert_eq!(verdict, Verdict::Doubtful(earlier, Counts::No));
    }
}
