//! Which jumps of a clock are noticed, and when it is trusted again.

use super::*;

const BEGIN: Millis = Millis(1_800_000_000_000);

fn reading(boot: &str, wall_s: i64, up_s: u64) -> Reading {
    Reading { wall: Millis(BEGIN.0 + wall_s * 1000), boot: boot.to_owned(), up: Duration::from_secs(up_s) }
}

fn noted(reading: &Reading, jump_ms: Option<i64>, stable_s: i64) -> Seen {
    let (wall_at, up_ms) = (reading.wall.0, span_millis(reading.up));
    Seen { wall_at, boot: reading.boot.clone(), up_ms, jump_ms, stable_ms: stable_s * 1000 }
}

#[test]
fn a_jump_is_told_from_time_that_passed() {
    let before = noted(&reading("one", 0, 50_000), None, 0);
    let jump = |now: &Reading| judge(Some(&before), None, now).1.map(|ms| ms / 1000);
    let day = 86_400;
    for (now, expected, what) in [
        (reading("one", 9 * day, 50_000 + 9 * 86_400), None, "the daemon was stopped for days"),
        (reading("one", 200, 50_000), None, "a clock that is set by minutes"),
        (reading("one", day, 50_010), Some(day - 10), "set ahead while nobody looked"),
        (reading("one", -day, 50_010), Some(-day - 10), "set back while nobody looked"),
        (reading("two", 20 * day, 30), None, "the machine was off for weeks"),
        (reading("two", -100, 30), None, "a clock that lost a little while the machine was off"),
        (reading("two", 365 * day, 30), Some(365 * day), "a boot in another year"),
        (reading("two", -365 * day, 30), Some(-365 * day), "a boot in the past"),
        (reading("", day, 60_000), None, "uptimes without a boot do not compare"),
    ] {
        assert_eq!(jump(&now), expected, "{what}");
    }
    let last = reading("one", 0, 60_000);
    let here = |now: &Reading| judge(Some(&before), Some(&last), now).1;
    assert_eq!(here(&reading("one", 86_400, 60_000 + 86_400)), None, "the machine slept for a day");
    assert_eq!(here(&reading("one", 86_400, 60_060)), Some(86_340_000));
    assert_eq!(judge(None, None, &last).1, None, "nothing is known the first time");
}

#[test]
fn a_clock_is_trusted_again_after_an_hour_in_which_somebody_looked() {
    let before = reading("one", 0, 50_000);
    let after = |now: &Reading, last: Option<&Reading>| judge(Some(&noted(&before, Some(7), 3000)), last, now).0;
    assert_eq!(after(&reading("one", 599, 50_599), Some(&before)), noted(&reading("one", 599, 50_599), Some(7), 3599));
    assert_eq!(after(&reading("one", 600, 50_600), Some(&before)).jump_ms, None);
    assert_eq!(after(&reading("one", 600, 50_600), None).jump_ms, None, "a restart of the daemon changes nothing");
    assert_eq!(after(&reading("two", 7200, 10), None).stable_ms, 3_000_000, "nobody looked while the machine was off");
    let other = reading("other", -400, 90_000);
    let counted = after(&reading("other", 10, 90_410), Some(&other));
    assert_eq!(counted.stable_ms, 3_010_000, "what another machine counted already does not count twice");
    let epoch = Reading { wall: Millis(3_600_000 * 9), boot: "one".to_owned(), up: Duration::from_hours(9) };
    let first = noted(&Reading { wall: Millis(0), up: Duration::ZERO, ..epoch.clone() }, Some(-1), 0);
    assert_eq!(judge(Some(&first), None, &epoch).0.stable_ms, 0, "no clock is right in 1970");
}
