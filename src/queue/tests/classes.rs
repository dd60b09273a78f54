//! What each class of a miss makes of the job, of its lane, and of the people who should know.

use std::time::Duration;

use serde_json::json;

use super::kit::{Deed, Diary, House, Node, SECOND, Script, deed, rules};
use crate::domain::{Class, Millis, Miss};
use crate::queue::kinds::Kinds;
use crate::queue::outcome::Settled;
use crate::queue::rules::Rules;
use crate::store::gates::{self, Scope};
use crate::store::jobs::State;

/// The whole table: state after the first run, attempts spent, waits counted, alarms.
#[test]
fn every_class_has_its_own_consequence() {
    let lane = ["lane_closed deed"].as_slice();
    let person = ["needs_person deed"].as_slice();
    let dead = ["jobs_dead deed"].as_slice();
    let table = [
        (Class::Gone, State::Dead, (1, 0), dead),
        (Class::Private, State::Dead, (1, 0), dead),
        (Class::Auth, State::Snoozed, (0, 1), person),
        (Class::Risk, State::Snoozed, (0, 1), lane),
        (Class::Rate, State::Snoozed, (0, 1), &[]),
        (Class::Signature, State::Failed, (1, 0), &[]),
        (Class::Schema, State::Failed, (1, 0), &[]),
        (Class::Network, State::Failed, (0, 0), &[]),
        (Class::Local, State::Failed, (1, 0), &[]),
    ];
    assert_eq!(table.len() + 1, Class::ALL.len(), "a class is missing; `ok` is no miss");
    for (class, state, spent, alarms) in table {
        for house in House::each(71) {
            house.live(async |life| {
                let node = life.working("one/1", deed(Script::missing(move |_| Miss::new(class, "no")))).await;
                node.ask("deed", "k").await;
                node.quiet().await;
                let job = node.job("deed", "k").await;
                assert_eq!((job.state, (job.attempts, job.snoozes)), (state, spent), "{class}");
                assert_eq!((job.class, job.last_error.as_deref()), (Some(class), Some("no")));
                assert_eq!(node.alarms().await, alarms, "{class}");
                assert_eq!((job.lease_owner, job.lease_until, node.queue.in_hand()), (None, None, 0), "{class}");
            });
        }
    }
}

/// P37: at the first sign of risk the lane rests for six hours or more; the others go on, and the alarm closes itself.
#[test]
fn a_sign_of_risk_closes_its_lane_and_no_other() {
    for house in House::each(72) {
        house.live(async |life| {
            let runs = Diary::new();
            let (noted, clock) = (runs.clone(), house.clock.clone());
            let begun = clock.now();
            let script = Script::new(move |lease| {
                let at = clock.now().since(begun);
                noted.note((lease.key().to_owned(), at));
                let refused = at < Duration::from_hours(1) && lease.key().starts_with("risky");
                async move {
                    if refused { Err(Miss::new(Class::Risk, "a slider")) } else { Ok(Settled::Done(json!(1))) }
                }
            });
            let node = life.patient("one/1", deed(script)).await;
            for n in 0..100 {
                lane(&node, &format!("risky{n}"), "risky").await;
            }
            node.work(Vec::new());
            node.quiet().await;
            for n in 0..100 {
                lane(&node, &format!("calm{n}"), "calm").await;
            }
            node.until("deed", "calm99", State::Done, SECOND).await;
            let asked = runs.all().iter().filter(|(key, _)| key.starts_with("risky")).count();
            assert!(asked <= 16, "{asked} jobs of the lane ran, and there are 16 workers");
            assert_eq!(node.alarms().await, ["lane_closed risky"]);
            lane(&node, "risky-new", "risky").await;
            node.clock.sleep(Duration::from_mins(6 * 60 - 1)).await;
            let after = runs.all().iter().filter(|(key, _)| key.starts_with("risky")).count();
            assert_eq!(after, asked, "a job of a closed lane ran");
            assert_eq!((node.count(State::Running).await, node.count(State::Dead).await), (0, 0));
            node.until("deed", "risky-new", State::Done, Duration::from_hours(2)).await;
            node.until("deed", "risky0", State::Done, Duration::from_hours(2)).await;
            node.clock.sleep(Duration::from_hours(2)).await;
            assert_eq!(node.count(State::Done).await, 201);
            assert_eq!(node.alarms().await, Vec::<String>::new());
            let spent: i64 = node.jobs(None).await.iter().map(|job| job.attempts).sum();
            assert_eq!(spent, 0, "waiting for a lane is no attempt");
        });
    }
}

/// A person who resumes a lane resumes the job, too, whose refusal closed it.
#[test]
fn a_job_that_met_a_risk_goes_on_when_its_lane_is_resumed() {
    for house in House::each(75) {
        house.live(async |life| {
            let runs = Diary::new();
            let script = Script::new(move |_| {
                runs.note(());
                let is_first = runs.all().len() == 1;
                async move { if is_first { Err(Miss::new(Class::Risk, "a slider")) } else { Ok(Settled::Done(json!(1))) } }
            });
            let node = life.working("one/1", deed(script)).await;
            lane(&node, "k", "l").await;
            node.quiet().await;
            assert_eq!(node.state("deed", "k").await, State::Snoozed);
            node.queue.pause(Scope::Lane, "l", false).await.unwrap();
            node.until("deed", "k", State::Done, SECOND).await;
        });
    }
}

/// A second refusal that asks for less does not open the lane earlier than the first one said.
#[test]
fn a_lane_that_is_closed_twice_opens_with_the_later_of_the_two() {
    for house in House::each(73) {
        house.live(async |life| {
            let script = Script::missing(|key| {
                Miss::new(Class::Risk, "a slider").after((key == "long").then_some(Duration::from_hours(20)))
            });
            let node = life.resting("one/1", deed(script)).await;
            lane(&node, "long", "l").await;
            lane(&node, "short", "l").await;
            node.work(Vec::new());
            node.quiet().await;
            let gate = node.read(|tx| Box::pin(gates::list(tx))).await.remove(0);
            assert!(Millis(gate.open_at.unwrap()).since(house.clock.now()) >= Duration::from_hours(19));
            assert_eq!(node.alarms().await, ["lane_closed l"]);
        });
    }
}

/// A failure that spends attempts is tried again with growing waits; what is dead in the end says so, until someone cares.
#[test]
fn an_alarm_about_dead_jobs_closes_when_they_have_been_retried() {
    for house in House::each(74) {
        house.live(async |life| {
            let runs = Diary::new();
            let (noted, clock) = (runs.clone(), house.clock.clone());
            let script = Script::new(move |_| {
                noted.note(clock.now());
                let healed = noted.all().len() > 5;
                async move { if healed { Ok(Settled::Done(json!(1))) } else { Err(Miss::new(Class::Schema, "cut")) } }
            });
            let node = life.working("one/1", deed(script)).await;
            let id = node.ask("deed", "k").await.id();
            node.until("deed", "k", State::Dead, Duration::from_mins(5)).await;
            let runs = runs.all();
            let waits: Vec<_> = runs.windows(2).map(|two| two[1].since(two[0])).collect();
            for (n, wait) in waits.iter().enumerate() {
                assert!(*wait <= 5 * SECOND * 2u32.pow(u32::try_from(n).unwrap()) + SECOND, "wait {n} was {wait:?}");
            }
            assert_eq!(runs.len(), 5);
            assert_eq!(node.alarms().await, ["jobs_dead deed"]);
            node.queue.retry(id).await.unwrap();
            node.until("deed", "k", State::Done, SECOND).await;
            node.clock.sleep(20 * SECOND).await;
            assert_eq!(node.alarms().await, Vec::<String>::new());
        });
    }
}

/// Opened once and closed once: the job that waits for a person is tried each hour, and the alarm stands all the while.
#[test]
fn an_alarm_for_a_person_stands_until_the_login_is_back() {
    for house in House::each(75) {
        house.live(async |life| {
            let runs = Diary::new();
            let (noted, clock) = (runs.clone(), house.clock.clone());
            let script = Script::new(move |lease| {
                let (clock, noted) = (clock.clone(), noted.clone());
                async move {
                    if lease.key() == "slow" {
                        return Err(Miss::new(Class::Rate, "429").after(Some(Duration::from_hours(20))));
                    }
                    noted.note(());
                    let _lent = clock.lend();
                    clock.sleep(Duration::from_mins(10)).await;
                    if noted.all().len() > 5 {
                        Ok(Settled::Done(json!(1)))
                    } else {
                        Err(Miss::new(Class::Auth, "sign in"))
                    }
                }
            });
            let node = life.patient("one/1", deed(script)).await;
            node.work(Vec::new());
            node.ask("deed", "k").await;
            node.ask("deed", "slow").await;
            node.clock.sleep(Duration::from_mins(11)).await;
            while runs.all().len() < 6 {
                assert_eq!(node.alarms().await, ["needs_person deed"]);
                node.clock.sleep(30 * SECOND).await;
            }
            node.until("deed", "k", State::Done, Duration::from_mins(20)).await;
            node.clock.sleep(Duration::from_mins(6)).await;
            assert_eq!(node.alarms_ever().await, 1, "it was opened more than once");
            assert_eq!(node.state("deed", "slow").await, State::Snoozed, "somebody else waits for something else");
            assert_eq!(node.alarms().await, Vec::<String>::new());
        });
    }
}

/// A pause holds back what was not begun yet, also what a worker took ahead; resuming loses nothing.
#[test]
fn a_paused_kind_stops_at_once_and_goes_on_when_it_is_resumed() {
    for house in House::each(76) {
        for (scope, name) in [(Scope::Kind, "deed"), (Scope::Lane, "deed")] {
            house.live(async |life| {
                let runs = Diary::new();
                let (noted, clock) = (runs.clone(), house.clock.clone());
                let slow = Script::new(move |_| {
                    noted.note(());
                    let clock = clock.clone();
                    async move {
                        let _lent = clock.lend();
                        clock.sleep(10 * SECOND).await;
                        Ok(Settled::Done(json!(1)))
                    }
                });
                let kinds = Kinds::default().with::<Deed<0>>(slow).with::<Deed<1>>(Script::done());
                let node = life.resting("one/1", kinds).await;
                for n in 0..50 {
                    node.ask("deed", &format!("{scope:?}{n}")).await;
                }
                node.work(Vec::new());
                node.clock.sleep(SECOND).await;
                node.queue.pause(scope, name, true).await.unwrap();
                node.clock.sleep(Duration::from_mins(30)).await;
                assert_eq!(runs.all().len(), 16, "only what had begun went on");
                assert_eq!(node.count(State::Running).await, 0);
                node.ask("other", &format!("{scope:?}")).await;
                node.until("other", &format!("{scope:?}"), State::Done, SECOND).await;
                node.queue.pause(scope, name, false).await.unwrap();
                node.until("deed", &format!("{scope:?}49"), State::Done, Duration::from_mins(2)).await;
                node.clock.sleep(Duration::from_mins(2)).await;
                assert_eq!(runs.all().len(), 50);
                node.people.leave(SECOND).await;
            });
        }
    }
}

async fn lane(node: &Node, key: &str, lane: &str) {
    node.ask_with("deed", key, json!({ "lane": lane })).await.unwrap();
}

/// A long work that fails now and then, each time further on, is no work that fails for good.
#[test]
fn who_comes_further_between_failures_does_not_die_of_them() {
    for house in House::each(79) {
        house.live(async |life| {
            let further = Script::new(move |lease| async move {
                let n = lease.remembered::<u32>().unwrap_or(0) + 1;
                if lease.key() == "moves" {
                    lease.remember(&n).await?;
                }
                if n < 40 { Err(Miss::new(Class::Network, "cut")) } else { Ok(Settled::Done(json!(n))) }
            });
            let node = life.node(Rules { retry_for: Duration::from_mins(5), ..rules("one/1") }, deed(further)).await;
            node.work(Vec::new());
            node.ask("deed", "moves").await;
            node.ask("deed", "stands").await;
            node.until("deed", "moves", State::Done, Duration::from_hours(10)).await;
            node.until("deed", "stands", State::Dead, Duration::from_hours(1)).await;
            let moved = node.job("deed", "moves").await;
            assert!(moved.attempts <= 2, "what was forgiven is not counted: {}", moved.attempts);
        });
    }
}
