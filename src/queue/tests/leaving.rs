//! The way out: what can end, ends; the rest goes back as if nobody had touched it.

use std::time::Duration;

use serde_json::json;

use super::kit::{Diary, House, Node, SECOND, Script, deed, soak};
use crate::domain::{Class, Miss};
use crate::queue::outcome::Settled;
use crate::store::jobs::State;
use crate::supervise::Leave;

/// Runs as long as the key says, in seconds; the first life fails everything once.
fn timed(house: &House, begun: &Diary<String>) -> Script {
    let (clock, begun) = (house.clock.clone(), begun.clone());
    Script::new(move |lease| {
        let (clock, begun) = (clock.clone(), begun.clone());
        async move {
            begun.note(lease.key().to_owned());
            let seconds: u32 = lease.key().split('.').next().unwrap().parse().unwrap();
            let _lent = clock.lend();
            clock.sleep(seconds * SECOND).await;
            Ok(Settled::Done(json!(seconds)))
        }
    })
}

async fn states(node: &Node, starts: &str) -> Vec<State> {
    node.jobs(None).await.iter().filter(|job| job.key.starts_with(starts)).map(|job| job.state).collect()
}

/// P41: 30 s to end, nothing left in hand, no attempt and no crash counted.
#[test]
fn what_ends_within_the_drain_is_done_and_the_rest_goes_back_untouched() {
    for house in House::each(81) {
        let begun = Diary::new();
        house.live(async |life| {
            let watch = life.resting("watch/1", deed(Script::done())).await;
            let node = life.resting("one/boot1", deed(timed(&house, &begun))).await;
            for n in 0..8 {
                node.ask("deed", &format!("10.{n}")).await;
                node.ask("deed", &format!("600.{n}")).await;
            }
            for n in 8..40 {
                node.ask("deed", &format!("10.{n}")).await;
            }
            node.work(Vec::new());
            node.clock.sleep(SECOND).await;
            assert_eq!((begun.all().len(), node.queue.in_hand()), (16, 32));
            let (left, took) = node.leave().await;
            assert_eq!(left, Leave::Drained);
            assert!((25 * SECOND..=27 * SECOND).contains(&took), "leaving took {took:?}");
            assert_eq!(begun.all().len(), 16, "nothing was begun after the stop");
            assert_eq!(states(&watch, "600").await, [State::Queued; 8]);
            assert_eq!(states(&watch, "10").await.iter().filter(|state| **state == State::Done).count(), 8);
            let rows = watch.jobs(None).await;
            assert!(rows.iter().all(|job| job.state != State::Running && job.lease_owner.is_none()));
            assert!(rows.iter().all(|job| (job.attempts, job.crashes, job.snoozes) == (0, 0, 0)));
        });
        house.live(async |life| {
            let node = life.working("one/boot2", deed(Script::done())).await;
            node.until("deed", "600.7", State::Done, SECOND).await;
            assert_eq!(node.count(State::Done).await, 48);
        });
    }
}

/// P41, the second signal: within two seconds, and still nothing is left in hand.
#[test]
fn a_halt_gives_everything_back_at_once() {
    for house in House::each(82) {
        let begun = Diary::new();
        house.live(async |life| {
            let node = life.resting("one/boot1", deed(timed(&house, &begun))).await;
            for n in 0..40 {
                node.ask("deed", &format!("600.{n}")).await;
            }
            node.work(Vec::new());
            node.clock.sleep(SECOND).await;
            let watch = life.resting("watch/1", deed(Script::done())).await;
            node.people.stop().halt();
            let (_, took) = node.leave().await;
            assert!(took <= 2 * SECOND, "halting took {took:?}");
            assert_eq!(watch.count(State::Queued).await, 40);
            assert_eq!(states(&watch, "600").await, [State::Queued; 40]);
        });
    }
}

/// P41, the control: a process that does not leave in order leaves its work running.
#[test]
fn a_kill_leaves_work_that_looks_as_if_it_ran() {
    for house in House::each(83) {
        let begun = Diary::new();
        house.live(async |life| {
            let node = life.working("one/boot1", deed(timed(&house, &begun))).await;
            node.ask("deed", "600.0").await;
            node.clock.sleep(SECOND).await;
        });
        house.live(async |life| {
            let watch = life.resting("watch/1", deed(Script::done())).await;
            assert_eq!(states(&watch, "600").await, [State::Running]);
        });
    }
}

/// P41 under load: stopped at any moment, with runs of every length and every end, nothing stays in hand.
#[test]
fn a_stop_at_any_moment_leaves_nothing_running() {
    for seed in 0..if soak() { 200 } else { 8 } {
        for house in House::each(seed).take(if soak() || seed < 2 { 2 } else { 1 }) {
            house.live(async |life| {
                let (clock, dice) = (house.clock.clone(), house.ambient.entropy.clone());
                let any = Script::new(move |_| {
                    let (clock, dice) = (clock.clone(), dice.clone());
                    async move {
                        let lent = clock.lend();
                        clock.sleep(Duration::from_millis(dice.below(60_000))).await;
                        drop(lent);
                        match dice.below(4) {
                            0 => Ok(Settled::Done(json!(1))),
                            1 => Err(Miss::new(Class::Network, "cut")),
                            2 => Err(Miss::waiting(Class::Rate, SECOND, "slowly")),
                            _ => Ok(Settled::Unknown("no answer".into())),
                        }
                    }
                });
                let node = life.resting("one/1", deed(any)).await;
                for n in 0..200 {
                    node.ask("deed", &n.to_string()).await;
                }
                node.work(Vec::new());
                let watch = life.resting("watch/1", deed(Script::done())).await;
                node.clock.sleep(Duration::from_millis(house.ambient.entropy.below(120_000))).await;
                assert!(node.queue.in_hand() > 0, "the story stops a queue at rest");
                let (left, took) = node.leave().await;
                assert_eq!((left, watch.count(State::Running).await), (Leave::Drained, 0), "seed {seed}");
                assert!(took <= 32 * SECOND, "seed {seed}: leaving took {took:?}");
                assert_eq!(watch.jobs(Some(State::Running)).await.len(), 0, "seed {seed}: the counts do not agree");
                for job in watch.jobs(None).await {
                    assert_eq!(job.crashes, 0, "seed {seed}: {job:?}");
                }
            });
        }
    }
}
