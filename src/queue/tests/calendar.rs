//! 400 days of recurring work in two zones, with restarts, two nodes, and a wall clock that is stepped by a day.
//!
//! What must come out is reckoned a second time here, from the calendar alone and in another way: by walking over
//! civil days and real hours instead of asking for the next match of a line.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use proptest::prelude::*;
use serde_json::json;

use super::kit::{Diary, House, Life, Node, SECOND, Script, deed, soak};
use crate::domain::Millis;
use crate::queue::calendar::{Late, Schedule, slots_between};
use crate::queue::schedule;

const DAY: Duration = Duration::from_hours(24);
const ZONES: [&str; 2] = ["Europe/Berlin", "America/New_York"];
/// A moment that is no slot, before a winter, a spring and a summer of both zones.
const BEGIN: &str = "2026-11-21T10:07:13.017Z";

/// A line of the calendar, and how its slots are reckoned.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Line {
    Daily,
    Hourly,
    HalfHourly,
}

impl Line {
    const ALL: [Self; 3] = [Self::Daily, Self::Hourly, Self::HalfHourly];

    const fn cron(self) -> &'static str {
        match self {
            Self::Daily => "30 2 * * *",
            Self::Hourly => "0 * * * *",
            Self::HalfHourly => "*/30 * * * *",
        }
    }

    /// Its slots after `from` up to `to`. Both zones are whole hours away from UTC, so their hours are UTC's.
    fn slots(self, zone: &TimeZone, from: Millis, to: Millis) -> Vec<Millis> {
        let minutes = match self {
            Self::Daily => return daily(zone, from, to),
            Self::Hourly => 60,
            Self::HalfHourly => 30,
        };
        let step = minutes * 60_000;
        let first = from.0.div_euclid(step) + 1;
        (first..=to.0.div_euclid(step)).map(|n| Millis(n * step)).collect()
    }
}

/// 02:30 of each day: the first of two where the clock is put back, the end of the gap where it is put forward.
fn daily(zone: &TimeZone, from: Millis, to: Millis) -> Vec<Millis> {
    let mut slots = Vec::new();
    let mut day = zoned(from, zone).date().yesterday().unwrap();
    while day <= zoned(to, zone).date() {
        let civil = zone.to_ambiguous_timestamp(day.at(2, 30, 0, 0));
        let before = day.at(0, 0, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
        let at = match civil.offset() {
            jiff::tz::AmbiguousOffset::Gap { .. } => zone.following(before).next().unwrap().timestamp(),
            _ => civil.earlier().unwrap(),
        };
        slots.push(Millis(at.as_millisecond()));
        day = day.tomorrow().unwrap();
    }
    slots.retain(|slot| from < *slot && *slot <= to);
    slots
}

fn zoned(at: Millis, zone: &TimeZone) -> Zoned {
    Timestamp::from_millisecond(at.0).unwrap().to_zoned(zone.clone())
}

/// The key that a slot must have: local time, and the offset where the clock showed the same an hour before.
fn key(name: &str, slot: Millis, zone: &TimeZone) -> String {
    let at = zoned(slot, zone);
    let hour_before = zoned(slot - Duration::from_hours(1), zone);
    let form = if hour_before.datetime() == at.datetime() { "%Y-%m-%dT%H:%M%:z" } else { "%Y-%m-%dT%H:%M" };
    format!("{name}@{}", at.strftime(form))
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn begin() -> Millis {
    Millis(BEGIN.parse::<Timestamp>().unwrap().as_millisecond())
}

/// Each line in each zone, by name; the half-hourly ones leave out what they missed.
fn schedules(lines: &[Line]) -> Vec<Schedule> {
    let each = ZONES.iter().flat_map(|name| lines.iter().map(move |line| (name, line)));
    each.map(|(name, line)| Schedule {
        name: format!("{line:?} {name}"),
        kind: "deed".into(),
        payload: json!({}),
        cron: crate::config::parse_cron(line.cron()).unwrap(),
        zone: zone(name),
        late: if *line == Line::HalfHourly { Late::Skip } else { Late::Once },
    })
    .collect()
}

/// Stretches of wall time in which somebody was there, in the order in which they were lived.
type Lived = Vec<(Millis, Millis)>;

/// The keys that must have come of `lived`.
fn expected(lived: &Lived, line: Line, name: &str) -> BTreeSet<String> {
    let (zone, full) = (zone(name), format!("{line:?} {name}"));
    let mut keys = BTreeSet::new();
    let mut reached = lived[0].0;
    for (from, to) in lived {
        // What lies in the future was written by a wrong clock, and the schedule begins anew.
        if reached > *from + Duration::from_mins(5) {
            reached = *from;
        }
        if let Some(missed) = line.slots(&zone, reached, *from).pop() {
            if line != Line::HalfHourly || from.since(missed) <= Duration::from_mins(1) {
                keys.insert(key(&full, missed, &zone));
            }
            reached = missed;
        }
        for slot in line.slots(&zone, reached.max(*from), *to) {
            keys.insert(key(&full, slot, &zone));
            reached = slot;
        }
    }
    keys
}

/// What differs: keys that are missing, and keys that are too many.
fn differences(expected: &BTreeSet<String>, found: &[String]) -> Vec<String> {
    let set: BTreeSet<_> = found.iter().cloned().collect();
    let twice = found.len() - set.len();
    let mut wrong: Vec<_> = set.symmetric_difference(expected).cloned().collect();
    wrong.extend((0..twice).map(|_| "twice".to_owned()));
    wrong
}

/// Lives `days` of wall time: restarts, days off, steps of the clock. Gives what was lived.
fn live_through(house: &House, days: u32, nodes: usize, schedules: &[Schedule]) -> Lived {
    let (clock, dice) = (&house.clock, &house.ambient.entropy);
    let mut lived = Lived::new();
    let end = clock.now() + days * DAY;
    while clock.now() < end {
        house.live(async |life| {
            for node in 0..nodes {
                keeps(life, &format!("node{node}/{}", lived.len()), schedules).await;
            }
            let until = clock.now() + Duration::from_mins(dice.below(12 * 24 * 60));
            while clock.now() < until && clock.now() < end {
                let from = clock.now();
                clock.sleep(Duration::from_mins(1 + dice.below(4 * 24 * 60))).await;
                lived.push((from, clock.now()));
                if dice.below(3) == 0 {
                    let minutes = i64::try_from(dice.below(48 * 60)).unwrap() - 24 * 60;
                    clock.step(minutes * 60_000);
                }
            }
        });
        clock.jump(Duration::from_mins(dice.below(36 * 60)));
    }
    lived
}

/// A node that keeps the schedules and does none of the work.
async fn keeps(life: &Life<'_>, owner: &str, schedules: &[Schedule]) -> Node {
    let node = life.resting(owner, deed(Script::done())).await;
    schedule::start(&node.people, &node.queue, schedules.to_vec());
    node.quiet().await;
    node
}

async fn keys(life: &Life<'_>) -> Vec<String> {
    let node = life.resting("reader/1", deed(Script::done())).await;
    node.jobs(None).await.into_iter().map(|job| job.key).collect()
}

/// P10: each slot has one job, whatever happens; of missed slots the latest is run once, or none where they are left
/// out.
#[test]
fn recurring_work_comes_once_per_slot_through_400_days() {
    let (seeds, lines) = if soak() { (20, &Line::ALL[..]) } else { (1, &[Line::Daily, Line::Hourly][..]) };
    for seed in 0..seeds {
        let house = House::new(seed, begin());
        let lived = live_through(&house, 400, 1, &schedules(lines));
        assert!(lived.len() > 100, "the story has too few restarts and steps: {}", lived.len());
        check_all(&house, &lived, lines, seed);
    }
}

/// P10 where missed slots are left out, through the spring of both zones.
#[test]
fn work_that_skips_what_it_missed_comes_once_per_slot_or_not_at_all() {
    let house = House::new(2, begin() + 100 * DAY);
    let lived = live_through(&house, 45, 1, &schedules(&[Line::HalfHourly]));
    check_all(&house, &lived, &[Line::HalfHourly], 2);
}

/// P10 with two nodes that share the store, on each database; they take each other's place without a second job.
#[test]
fn two_nodes_that_keep_the_same_schedules_make_one_job_per_slot() {
    for house in House::each(7) {
        house.clock.step(begin().0 - house.clock.now().0);
        let lines = [Line::Daily, Line::Hourly];
        let lived = live_through(&house, if soak() { 400 } else { 20 }, 2, &schedules(&lines));
        check_all(&house, &lived, &lines, 7);
    }
}

fn check_all(house: &House, lived: &Lived, lines: &[Line], seed: u64) {
    let found = house.live(keys);
    let mut all = BTreeSet::new();
    for (name, line) in ZONES.iter().flat_map(|name| lines.iter().map(move |line| (name, line))) {
        let expected = expected(lived, *line, name);
        assert!(expected.len() > 10, "{line:?} {name} has hardly a slot");
        all.extend(expected);
    }
    assert_eq!(differences(&all, &found), Vec::<String>::new(), "seed {seed}");
}

/// P10, the control: who adds 24 hours to the last time drifts with the first change of the clocks, and starts anew
/// with each restart.
#[test]
fn a_naive_timer_is_found_out_by_the_same_reckoning() {
    let spring = (begin(), begin() + 300 * DAY);
    let naive = |lived: &Lived, name: &str| -> Vec<String> {
        let (zone, full) = (zone(name), format!("{:?} {name}", Line::Daily));
        let days = |(from, to): &(Millis, Millis)| {
            let first = Line::Daily.slots(&zone, *from, *from + 2 * DAY)[0];
            let mut slot = first;
            let mut keys = Vec::new();
            while slot <= *to {
                keys.push(key(&full, slot, &zone));
                slot = slot + DAY;
            }
            keys
        };
        lived.iter().flat_map(days).collect()
    };
    for name in ZONES {
        let whole = vec![spring];
        assert!(differences(&expected(&whole, Line::Daily, name), &naive(&whole, name)).len() > 100, "it drifts");
        let back = vec![(begin(), begin() + 3 * DAY), (begin() + DAY, begin() + 3 * DAY)];
        assert!(differences(&expected(&back, Line::Daily, name), &naive(&back, name)).contains(&"twice".to_owned()));
    }
}

/// One schedule that cannot be queued does not hold the others up.
#[test]
fn a_schedule_that_is_refused_does_not_stop_the_others() {
    for house in House::each(8) {
        house.live(async |life| {
            let node = life.patient("one/1", deed(Script::done())).await;
            let mut both = schedules(&[Line::Hourly]);
            both[0].kind = "nobody".into();
            node.work(both);
            node.clock.sleep(Duration::from_hours(5) + SECOND).await;
            assert_eq!(node.jobs(None).await.len(), 5);
            assert!(node.people.statuses().iter().all(|task| task.restarts == 0));
        });
    }
}

/// A slot that nobody was there for is run within the minute in which somebody is there again, at most once.
#[test]
fn a_missed_slot_is_run_when_the_house_wakes_up() {
    let house = House::new(9, begin());
    let runs = Diary::new();
    let lives = |nap: Duration| {
        house.live(async |life| {
            let (noted, clock) = (runs.clone(), house.clock.clone());
            let script = Script::new(move |lease| {
                noted.note(format!("{} {}", lease.key(), clock.now()));
                async { Ok(crate::queue::outcome::Settled::Done(json!(1))) }
            });
            let node = life.resting("one/1", deed(script)).await;
            node.work(vec![schedules(&[Line::Daily]).remove(0)]);
            node.clock.sleep(SECOND).await;
        });
        house.clock.jump(nap);
    };
    lives(5 * DAY);
    lives(Duration::ZERO);
    lives(Duration::ZERO);
    let runs = runs.all();
    assert_eq!(runs.len(), 1, "{runs:?}");
    assert!(runs[0].starts_with("Daily Europe/Berlin@2026-11-26T02:30 2026-11-26T10:07:1"), "{runs:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn slots_are_those_of_the_calendar(from in 0i64..400 * 24 * 60, minutes in 1i64..9 * 24 * 60, at in 0usize..2) {
        let last = begin() + Duration::from_mins(from.unsigned_abs());
        let now = last + Duration::from_mins(minutes.unsigned_abs());
        let zone = zone(ZONES[at]);
        for line in Line::ALL {
            let cron = crate::config::parse_cron(line.cron()).unwrap();
            prop_assert_eq!(slots_between(&cron, &zone, last, now), line.slots(&zone, last, now));
        }
    }
}

#[test]
fn the_calendar_knows_both_changes_of_the_clocks() {
    let at = |text: &str| Millis(text.parse::<Timestamp>().unwrap().as_millisecond());
    let berlin = zone("Europe/Berlin");
    let around = |day: &str| {
        let noon = at(&format!("{day}T12:00:00Z"));
        Line::Daily.slots(&berlin, noon - DAY, noon).into_iter().map(|slot| key("d", slot, &berlin)).collect::<Vec<_>>()
    };
    assert_eq!(around("2027-03-28"), ["d@2027-03-28T03:00"]);
    assert_eq!(around("2027-10-31"), ["d@2027-10-31T02:30"]);
    let twice = Line::Hourly.slots(&berlin, at("2027-10-30T23:30:00Z"), at("2027-10-31T01:30:00Z"));
    let twice: Vec<_> = twice.into_iter().map(|slot| key("h", slot, &berlin)).collect();
    assert_eq!(twice, ["h@2027-10-31T02:00", "h@2027-10-31T02:00+01:00"]);
}
