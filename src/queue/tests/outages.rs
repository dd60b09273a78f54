//! An outage costs time and no work; a wait that is asked for holds for everyone it concerns.

use std::time::Duration;

use serde_json::json;

use super::kit::{Diary, House, SECOND, Script, deed, rules};
use crate::domain::{Class, Miss};
use crate::queue::outcome::Settled;
use crate::queue::rules::Rules;
use crate::store::gates::{self, Scope};
use crate::store::jobs::State;

const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);

#[test]
fn a_network_failure_spends_no_attempt_and_the_job_dies_after_retry_for() {
    for house in House::each(91) {
        house.live(async |life| {
            let tries = Diary::new();
            let noted = tries.clone();
            let script = Script::missing(move |_| {
                noted.note(());
                Miss::new(Class::Network, "no connection")
            });
            assert_eq!(rules("one/1").retry_for, 72 * HOUR, "the settings' own number");
            let (lease, sweep, poll, retry_for) = (HOUR, HOUR / 4, MINUTE, 3 * HOUR);
            let node = life.node(Rules { lease, sweep, poll, retry_for, ..rules("one/1") }, deed(script)).await;
            node.work(Vec::new());
            node.ask("deed", "k").await;
            node.clock.sleep(2 * HOUR).await;
            let job = node.job("deed", "k").await;
            assert_eq!((job.attempts, node.count(State::Dead).await), (0, 0));
            let left = job.give_up_at(retry_for).unwrap().since(house.clock.now());
            assert!(left <= HOUR && left > Duration::from_mins(59), "{left:?}");
            let made = tries.all().len();
            assert!((8..100).contains(&made), "{made} tries in two hours");
            node.until("deed", "k", State::Dead, 2 * HOUR).await;
            let job = node.job("deed", "k").await;
            assert!(job.last_error.as_deref().unwrap().contains("queue.retry_for"), "{job:?}");
            assert_eq!((job.attempts, job.give_up_at(retry_for)), (0, None));
            assert_eq!(node.alarms().await, ["jobs_dead deed"]);
        });
    }
}

#[test]
fn progress_and_a_persons_retry_end_the_streak() {
    for house in House::each(92) {
        house.live(async |life| {
            let (clock, begun) = (house.clock.clone(), house.clock.now());
            let script = Script::new(move |lease| {
                let moves = clock.now().since(begun) < 10 * MINUTE && lease.key() == "moves";
                async move {
                    if moves {
                        lease.remember(&1).await?;
                    }
                    Err(Miss::new(Class::Network, "cut"))
                }
            });
            let node = life.node(Rules { poll: MINUTE, retry_for: 20 * MINUTE, ..rules("one/1") }, deed(script)).await;
            node.work(Vec::new());
            node.ask("deed", "moves").await;
            let retried = node.ask("deed", "retried").await.id();
            node.clock.sleep(11 * MINUTE).await;
            assert!(node.queue.retry(retried).await.unwrap().unwrap().1);
            node.clock.sleep(14 * MINUTE).await;
            assert_eq!(node.count(State::Dead).await, 0, "25 minutes after the first failure");
            node.clock.sleep(20 * MINUTE).await;
            assert_eq!(node.count(State::Dead).await, 2, "the control: both die in the end");
        });
    }
}

#[test]
fn a_panic_still_spends_an_attempt() {
    for house in House::each(93) {
        house.live(async |life| {
            let script = Script::new(|_| async { panic!("a bug") });
            let node = life.working("one/1", deed(script)).await;
            node.ask("deed", "k").await;
            node.until("deed", "k", State::Dead, HOUR).await;
            assert_eq!(node.job("deed", "k").await.attempts, 5);
        });
    }
}

#[test]
fn a_job_with_the_key_of_a_dead_one_is_told_so_and_revives_nothing() {
    for house in House::each(94) {
        house.live(async |life| {
            let node = life.working("one/1", deed(Script::missing(|_| Miss::new(Class::Gone, "no")))).await;
            let id = node.ask("deed", "k").await.id();
            node.until("deed", "k", State::Dead, SECOND).await;
            assert_eq!(node.ask("deed", "k").await, crate::queue::ask::Asked::Dead(id));
            node.quiet().await;
            assert_eq!((node.state("deed", "k").await, node.count(State::Dead).await), (State::Dead, 1));
        });
    }
}

/// One job meets the wait; nobody else runs before its end, to the second, also after a restart.
#[test]
fn a_wait_of_a_host_closes_its_lane_for_exactly_that_long_and_through_a_restart() {
    for house in House::each(95) {
        let (runs, begun) = (Diary::new(), house.clock.now());
        let script = || {
            let (runs, clock) = (runs.clone(), house.clock.clone());
            Script::new(move |lease| {
                let at = clock.now().since(begun);
                runs.note((lease.key().to_owned(), at));
                async move {
                    if at < HOUR && lease.key() != "other" {
                        return Err(Miss::new(Class::Rate, "429")
                            .after(Some(HOUR.saturating_sub(at)))
                            .because_of("guests of h"));
                    }
                    Ok(Settled::Done(json!(1)))
                }
            })
        };
        house.live(async |life| {
            let node = life.patient("one/boot1", deed(script())).await;
            node.work(Vec::new());
            node.ask_with("deed", "first", json!({"lane": "download/h"})).await.unwrap();
            node.until("deed", "first", State::Snoozed, SECOND).await;
            for n in 0..11 {
                node.ask_with("deed", &format!("k{n}"), json!({"lane": "download/h"})).await.unwrap();
            }
            node.ask("deed", "other").await;
            node.clock.sleep(HOUR / 2).await;
            assert_eq!(node.alarms().await, Vec::<String>::new(), "a wait is no reason for an alarm");
        });
        house.live(async |life| {
            let node = life.patient("one/boot2", deed(script())).await;
            node.work(Vec::new());
            node.clock.sleep((HOUR / 2).saturating_sub(SECOND)).await;
            let names: Vec<_> = runs.all().into_iter().map(|(key, _)| key).collect();
            assert_eq!(names, ["first", "other"], "nobody of the lane was run before the end");
            node.clock.sleep(5 * SECOND).await;
            assert_eq!(node.count(State::Done).await, 13);
        });
    }
}

#[test]
fn a_person_who_resumes_a_lane_opens_every_lane_of_the_same_stop() {
    let each =
        ["main/likes", "main/fetch"].into_iter().flat_map(|lane| House::each(96).map(move |house| (house, lane)));
    for (house, resumed) in each {
        house.live(async |life| {
            let asked = Diary::new();
            let noted = asked.clone();
            let script = Script::new(move |lease| {
                noted.note(());
                let refused = noted.all().len() <= 2;
                let key = lease.key().to_owned();
                async move {
                    let miss = || Miss::new(Class::Rate, "429").after(Some(HOUR)).because_of("account main");
                    if refused && key.starts_with("first") { Err(miss()) } else { Ok(Settled::Done(json!(1))) }
                }
            });
            let node = life.working("one/1", deed(script)).await;
            for key in ["first-a", "first-b"] {
                let lane = json!({"lane": if key == "first-a" { "main/posts" } else { "main/likes" }});
                node.ask_with("deed", key, lane).await.unwrap();
                node.until("deed", key, State::Snoozed, SECOND).await;
            }
            for (key, lane) in [("a", "main/posts"), ("b", "main/likes")] {
                node.ask_with("deed", key, json!({ "lane": lane })).await.unwrap();
            }
            node.quiet().await;
            assert_eq!(node.count(State::Done).await, 0);
            // What the stop of the account would be: an answer to a person's own request began it.
            let stop = crate::store::stops::Stopped {
                subject: "account main".into(),
                lane: "main/fetch".into(),
                class: Class::Rate,
                reason: "429".into(),
                since: 0,
                until: i64::MAX / 2,
                asked_ms: None,
                is_breaker: false,
                probe_until: None,
                times: 1,
            };
            node.write(move |tx| Box::pin(async move { crate::store::stops::stop(tx, &stop).await })).await;
            node.queue.pause(Scope::Lane, resumed, false).await.unwrap();
            node.until("deed", "b", State::Done, SECOND).await;
            node.until("deed", "a", State::Done, 2 * MINUTE).await;
            let closed = node.read(|tx| Box::pin(gates::list(tx))).await;
            assert!(closed.iter().all(|gate| gate.open_at.is_none()), "{closed:?}");
        });
    }
}
