//! Processes that die with work in their hands.

use std::time::Duration;

use serde_json::json;

use super::kit::{Diary, House, SECOND, Script, deed, rules};
use crate::domain::Millis;
use crate::queue::outcome::Settled;
use crate::queue::rules::Rules;
use crate::store::jobs::State;

/// P4, the same node: what it held comes back as soon as it does.
#[test]
fn work_of_a_dead_process_comes_back_at_once_when_the_node_does() {
    for house in House::each(11) {
        house.live(async |life| {
            let node = life.resting("one/boot1", deed(Script::stuck(&house.clock))).await;
            for n in 0..40 {
                node.ask("deed", &n.to_string()).await;
            }
            node.work(Vec::new());
            node.until("deed", "15", State::Running, SECOND).await;
        });
        house.live(async |life| {
            let node = life.resting("one/boot2", deed(Script::done())).await;
            let held = node.jobs(Some(State::Running)).await.len();
            assert!(held >= 16, "only {held} jobs were in the hands of the process that died");
            node.work(Vec::new());
            for n in 0..40 {
                node.until("deed", &n.to_string(), State::Done, 5 * SECOND).await;
            }
            let rows = node.jobs(None).await;
            assert_eq!(rows.iter().filter(|job| job.crashes == 1).count(), held);
            assert!(rows.iter().all(|job| job.attempts == 0), "a crash is no failed attempt");
        });
    }
}

/// P4, another node: it waits for the lease to end, and takes over within a sweep of that.
#[test]
fn work_of_a_dead_node_is_taken_over_when_its_lease_has_ended() {
    for house in House::each(12).filter(House::is_shared) {
        house.live(async |life| {
            let node = life.working("one/boot1", deed(Script::stuck(&house.clock))).await;
            node.ask("deed", "k").await;
            // Long enough for several heartbeats: a lease that was never renewed would be long gone.
            node.clock.sleep(Duration::from_mins(10)).await;
            assert_eq!(node.state("deed", "k").await, State::Running);
        });
        let died = house.clock.now();
        house.live(async |life| {
            let (taken, clock) = (Diary::new(), house.clock.clone());
            let noted = taken.clone();
            let heir = Script::new(move |_| {
                noted.note(clock.now());
                async { Ok(Settled::Done(json!(1))) }
            });
            let node = life.working("two/boot1", deed(heir)).await;
            node.clock.sleep(30 * SECOND).await;
            let job = node.job("deed", "k").await;
            assert_eq!((job.state, job.lease_owner.as_deref()), (State::Running, Some("one/boot1")));
            node.until("deed", "k", State::Done, 60 * SECOND).await;
            let took = taken.all()[0].since(died);
            assert!(took <= 75 * SECOND, "taken over after {took:?}");
        });
    }
}

/// P4, the control: without anyone to tend the queue, the work stays where the dead process left it.
#[test]
fn work_of_a_dead_process_stays_stuck_when_nobody_tends_the_queue() {
    for house in House::each(13) {
        house.live(async |life| {
            let node = life.working("one/boot1", deed(Script::stuck(&house.clock))).await;
            node.ask("deed", "k").await;
            node.until("deed", "k", State::Running, SECOND).await;
        });
        house.live(async |life| {
            let node = life.resting("one/boot2", deed(Script::done())).await;
            node.queue.start_workers(&node.people, |_| true);
            node.clock.sleep(Duration::from_hours(24)).await;
            assert_eq!(node.state("deed", "k").await, State::Running);
        });
    }
}

/// A lease may be made shorter while the queue works; the heartbeat keeps up with it.
#[test]
fn a_heartbeat_follows_a_lease_that_was_changed() {
    for house in House::each(14) {
        house.live(async |life| {
            let slow = Rules { lease: Duration::from_hours(1), sweep: Duration::from_hours(1), ..rules("one/boot1") };
            let node = life.node(slow.clone(), deed(Script::stuck(&house.clock))).await;
            node.work(Vec::new());
            node.ask("deed", "k").await;
            node.clock.sleep(SECOND).await;
            node.queue.set_rules(Rules { lease: 6 * SECOND, ..slow });
            for _ in 0..60 {
                node.clock.sleep(SECOND).await;
                let job = node.job("deed", "k").await;
                let left = Millis(job.lease_until.unwrap()).since(house.clock.now());
                assert!(left > SECOND && left <= 6 * SECOND, "{left:?} are left of a lease of 6 s");
            }
            assert_eq!((node.job("deed", "k").await.fence, node.queue.tallies().1), (1, 0));
        });
    }
}
