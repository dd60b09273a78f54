//! Days of everything at once: every end that a run can have, long runs, dead processes, stepped clocks.

use std::time::Duration;

use serde_json::json;

use super::kit::{Deed, House, Node, SECOND, Script, deed, rules, soak};
use crate::ambient::{Ambient, Entropy};
use crate::domain::{Class, Millis, Miss};
use crate::queue::kinds::Kinds;
use crate::queue::outcome::Settled;
use crate::queue::rules::Rules;
use crate::store::gates;
use crate::store::jobs::{self, State};

/// As the settings have it, times four: a day then has fewer sweeps, and everything else is the same.
const SWEEP: Duration = Duration::from_mins(1);

/// A run of any length with any end.
fn anything(ambient: &Ambient) -> Script {
    let ambient = ambient.clone();
    Script::new(move |lease| {
        let ambient = ambient.clone();
        async move {
            let dice = &ambient.entropy;
            let lent = ambient.clock.lend();
            if dice.below(3) == 0 {
                ambient.clock.sleep(Duration::from_secs(dice.below(20 * 60))).await;
            }
            drop(lent);
            if dice.below(4) == 0 {
                lease.remember(&dice.below(100)).await?;
            }
            any_end(dice)
        }
    })
}

fn any_end(dice: &Entropy) -> Result<Settled, Miss> {
    match dice.below(20) {
        0 => Ok(Settled::Unknown("no answer".into())),
        1 => Err(Miss::new(Class::Gone, "no more")),
        2 => Err(Miss::new(Class::Auth, "sign in")),
        3 if dice.below(40) == 0 => Err(Miss::new(Class::Risk, "a slider")),
        4 => Err(Miss::new(Class::Rate, "429").after(Some(Duration::from_secs(dice.below(3600))))),
        5..9 => Err(Miss::new(Class::Network, "cut")),
        9 => Err(Miss::waiting(Class::Local, Duration::from_mins(5), "the disk is full")),
        10 => panic!("a bug"),
        _ => Ok(Settled::Done(json!(1))),
    }
}

/// Rows that run although their lease ended more than a sweep ago.
async fn stuck(node: &Node, now: Millis) -> usize {
    let running = node.jobs(Some(State::Running)).await;
    running.iter().filter(|job| job.lease_until.is_none_or(|until| until < (now - SWEEP).0)).count()
}

/// Asks for a few jobs now and then.
async fn ask_some(node: &Node, hour: u64, minute: u64, dice: &Entropy) {
    for n in 0..dice.below(3) {
        let kind = if dice.below(3) == 0 { "other" } else { "deed" };
        let payload = json!({"lane": format!("lane{}", dice.below(5)), "target": format!("t{}", dice.below(4))});
        node.ask_with(kind, &format!("{hour}:{minute}:{n}"), payload).await.unwrap();
    }
}

/// P8: looked at each minute of a day in which anything may happen, no row is stuck; it crashes each hour and now and then between.
/// At the end each row is final or says what it waits for.
#[test]
fn in_a_day_of_everything_no_job_is_ever_stuck() {
    for seed in 0..if soak() { 30 } else { 2 } {
        for house in House::each(seed).take(if soak() || seed == 0 { 2 } else { 1 }) {
            let kinds = || {
                let play = anything(&house.ambient);
                Kinds::default().with::<Deed<0>>(play.clone()).with::<Deed<1>>(play)
            };
            let dice = house.ambient.entropy.clone();
            let hours = if soak() || (seed == 0 && !house.is_shared()) { 24 } else { 4 };
            let (mut hour, mut minute, mut boot) = (0, 0, 0);
            while hour < hours {
                boot += 1;
                house.live(async |life| {
                    let rules =
                        Rules { lease: 4 * SWEEP, sweep: SWEEP, poll: SWEEP, ..rules(&format!("one/boot{boot}")) };
                    let node = life.node(rules, kinds()).await;
                    node.work(Vec::new());
                    while hour < hours {
                        ask_some(&node, hour, minute, &dice).await;
                        node.clock.sleep(Duration::from_mins(1)).await;
                        assert_eq!(stuck(&node, house.clock.now()).await, 0, "seed {seed}, {hour}:{minute}");
                        minute += 1;
                        (hour, minute) = (hour + minute / 60, minute % 60);
                        if minute == 0 || dice.below(90) == 0 {
                            return;
                        }
                    }
                });
                house.clock.jump(Duration::from_secs(dice.below(600)));
            }
            assert!(boot > 1, "seed {seed}: the story has no crash");
            house.live(async |life| settles_down(&life.working("one/last", kinds()).await, &house).await);
        }
    }
}

/// Waits until no worker finds anything to do; then every row is final, or its wait can be seen.
async fn settles_down(node: &Node, house: &House) {
    let busy = async || {
        let slots = node.read(|tx| Box::pin(jobs::slots(tx, None))).await;
        node.queue.in_hand() > 0 || !slots.is_empty()
    };
    let begun = house.clock.now();
    node.clock.sleep(Duration::from_mins(1)).await;
    while busy().await {
        node.clock.sleep(Duration::from_mins(1)).await;
        assert!(house.clock.now().since(begun) < Duration::from_hours(12), "it never comes to rest");
    }
    let gates = node.read(|tx| Box::pin(gates::list(tx))).await;
    let shut = |lane: &str| gates.iter().any(|gate| gate.name == lane && gate.open_at > Some(house.clock.now().0));
    for job in node.jobs(None).await {
        let waits = match job.state {
            State::Done | State::Dead | State::Cancelled | State::Unknown => true,
            State::Snoozed | State::Failed => Millis(job.run_at) > house.clock.now() - SECOND,
            State::Queued => shut(&job.lane),
            State::Running => false,
        };
        assert!(waits, "{job:?}");
    }
    assert!(node.count(State::Done).await > 50);
}

/// P8, the control: where nobody tends the queue the same look finds what is stuck.
#[test]
fn a_day_without_anyone_to_tend_the_queue_leaves_jobs_stuck() {
    for house in House::each(5) {
        house.live(async |life| {
            let node = life.working("one/boot1", deed(Script::stuck(&house.clock))).await;
            node.ask("deed", "k").await;
            node.quiet().await;
            assert_eq!(stuck(&node, house.clock.now()).await, 0);
        });
        house.live(async |life| {
            let node = life.resting("one/boot2", deed(Script::done())).await;
            node.queue.start_workers(&node.people, |_| true);
            node.clock.sleep(Duration::from_hours(1)).await;
            assert_eq!(stuck(&node, house.clock.now()).await, 1);
        });
    }
}

/// Rule 10: a wall clock that is stepped, forward or back, does not make a node rob itself.
#[test]
fn a_stepped_clock_does_not_take_work_from_a_living_worker() {
    for house in House::each(6) {
        house.live(async |life| {
            let clock = house.clock.clone();
            let long = Script::new(move |lease| {
                let clock = clock.clone();
                async move {
                    let _lent = clock.lend();
                    clock.sleep(Duration::from_hours(1)).await;
                    Ok(Settled::Done(json!(lease.attempt())))
                }
            });
            let node = life.node(Rules { poll: SWEEP, ..rules("one/1") }, deed(long)).await;
            node.work(Vec::new());
            node.ask("deed", "k").await;
            for step in [3600, -7200, 86_400, -86_400, 90, -90] {
                node.clock.sleep(7 * SECOND).await;
                house.clock.step(step * 1000);
            }
            node.until("deed", "k", State::Done, Duration::from_hours(2)).await;
            let job = node.job("deed", "k").await;
            assert_eq!((job.fence, job.crashes, node.queue.tallies().1), (1, 0, 0));
        });
    }
}
