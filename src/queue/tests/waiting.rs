//! Waiting costs nothing but time, and takes as long as was asked for.

use std::time::Duration;

use serde_json::json;

use super::kit::{Diary, House, SECOND, Script, deed};
use crate::domain::{Class, Miss};
use crate::queue::outcome::Settled;
use crate::store::jobs::State;

/// P7.
#[test]
fn a_thousand_waits_spend_no_attempt() {
    for house in House::each(41) {
        house.live(async |life| {
            let (runs, waits) = (Diary::new(), house.rounds(1000));
            let noted = runs.clone();
            let script = Script::new(move |_| {
                noted.note(());
                let enough = noted.all().len() > usize::try_from(waits).unwrap();
                async move {
                    if enough {
                        return Ok(Settled::Done(json!("at last")));
                    }
                    Err(Miss::waiting(Class::Local, SECOND, "the disk is full"))
                }
            });
            let node = life.working("one/1", deed(script)).await;
            node.ask("deed", "k").await;
            node.clock.sleep(waits * SECOND + 100 * SECOND).await;
            let job = node.job("deed", "k").await;
            assert_eq!((job.state, job.attempts, job.snoozes, job.crashes), (State::Done, 0, i64::from(waits), 0));
            assert_eq!(node.count(State::Dead).await, 0);
        });
    }
}

/// P7, the control: the same number of failures does not end well.
#[test]
fn a_job_that_fails_as_often_is_dead_after_its_attempts() {
    for house in House::each(42) {
        house.live(async |life| {
            let node = life.working("one/1", deed(Script::missing(|_| Miss::new(Class::Schema, "cut")))).await;
            node.ask("deed", "k").await;
            node.clock.sleep(Duration::from_mins(30)).await;
            let job = node.job("deed", "k").await;
            assert_eq!((job.state, job.attempts, job.snoozes), (State::Dead, 5, 0));
        });
    }
}

/// P36: to the second, also across a restart.
#[test]
fn a_wait_that_was_asked_for_is_kept_to_the_second() {
    for house in House::each(43) {
        let begun = house.clock.now();
        let runs = Diary::new();
        let script = || {
            let (runs, clock) = (runs.clone(), house.clock.clone());
            Script::new(move |_| {
                runs.note(clock.now().since(begun));
                async { Err(Miss::new(Class::Rate, "429").after(Some(37 * SECOND))) }
            })
        };
        house.live(async |life| {
            let node = life.working("one/boot1", deed(script())).await;
            node.ask("deed", "k").await;
            node.clock.sleep(90 * SECOND).await;
        });
        house.live(async |life| {
            let node = life.working("one/boot2", deed(script())).await;
            node.clock.sleep(90 * SECOND).await;
            let job = node.job("deed", "k").await;
            assert_eq!((job.attempts, job.retry_after_capped), (0, None));
        });
        for (n, at) in (0..).zip(runs.all()) {
            let asked = n * 37 * SECOND;
            assert!(asked <= at && at < asked + SECOND, "run {n} began after {at:?}");
        }
        assert_eq!(runs.all().len(), 5);
    }
}

/// P36: nobody may ask for more than a day, and what they asked for can be seen.
#[test]
fn a_wait_of_more_than_a_day_is_cut_and_the_cut_is_seen() {
    let three_days = Duration::from_hours(72);
    for class in [Class::Rate, Class::Risk, Class::Network] {
        for house in House::each(44) {
            house.live(async |life| {
                let script = Script::missing(move |_| Miss::new(class, "later").after(Some(three_days)));
                let node = life.working("one/1", deed(script)).await;
                node.ask("deed", "k").await;
                node.quiet().await;
                let job = node.job("deed", "k").await;
                assert_eq!(job.retry_after_capped, Some(259_200_000), "{class}");
                assert_eq!(crate::domain::Millis(job.run_at).since(house.clock.now()).as_secs(), 86_399, "{class}");
            });
        }
    }
}

/// A platform that asks for no wait at all is not asked again and again in the same moment.
#[test]
fn a_wait_of_nothing_is_still_a_wait() {
    for house in House::each(45) {
        house.live(async |life| {
            let runs = Diary::new();
            let noted = runs.clone();
            let script = Script::missing(move |_| {
                noted.note(());
                Miss::new(Class::Rate, "429").after(Some(Duration::ZERO))
            });
            let node = life.working("one/1", deed(script)).await;
            node.ask("deed", "k").await;
            node.clock.sleep(60 * SECOND).await;
            let runs = runs.all().len();
            assert!((10..=60).contains(&runs), "{runs} runs in a minute");
        });
    }
}

/// What one job of a lane is told, the others need not hear: they stay where they are, and the lane goes on in time.
#[test]
fn a_lane_that_must_wait_is_not_asked_job_by_job() {
    for house in House::each(46) {
        house.live(async |life| {
            let begun = life.house.clock.now();
            let clock = house.clock.clone();
            // One is let go each minute, as a limit would.
            let let_go = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
            let script = Script::new(move |_| {
                let minute = clock.now().since(begun).as_secs() / 60;
                let may = let_go.fetch_max(minute + 1, std::sync::atomic::Ordering::Relaxed) <= minute;
                let left = Duration::from_secs(60 - clock.now().since(begun).as_secs() % 60);
                async move {
                    let miss = || Miss::waiting(Class::Rate, left, "one a minute").for_whole_lane();
                    if may { Ok(Settled::Done(json!(minute))) } else { Err(miss()) }
                }
            });
            let node = life.working("one/1", deed(script)).await;
            for n in 0..400 {
                node.ask("deed", &format!("k{n}")).await;
            }
            node.clock.sleep(Duration::from_mins(10)).await;
            let done = node.count(State::Done).await;
            assert!((9..=11).contains(&done), "{done} done in ten minutes");
            let waits: i64 = node.jobs(None).await.iter().map(|job| job.snoozes).sum();
            assert!(waits < 400, "{waits} waits for {done} jobs: each of 400 would have waited each minute");
        });
    }
}

/// Who threw the dice for an account has thrown them for its lane.
#[test]
fn a_lane_is_closed_for_exactly_as_long_as_its_account_is_stopped() {
    for house in House::each(47) {
        house.live(async |life| {
            let wait = Duration::from_secs(22_222);
            let script =
                Script::missing(move |_| Miss::new(Class::Risk, "a puzzle").after(Some(wait)).for_whole_lane());
            let node = life.working("one/1", deed(script)).await;
            let begun = life.house.clock.now();
            node.ask("deed", "k").await;
            node.quiet().await;
            let gate = node.read(|tx| Box::pin(crate::store::gates::list(tx))).await.remove(0);
            let open_at = crate::domain::Millis(gate.open_at.unwrap());
            assert_eq!(open_at.since(begun).as_secs(), 22_222);
        });
    }
}
