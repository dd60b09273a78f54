//! Runs that break, and runs that do not end.

use serde_json::json;

use super::kit::{Deed, House, SECOND, Script, deed};
use crate::domain::Class;
use crate::queue::kinds::Kinds;
use crate::queue::outcome::Settled;
use crate::store::jobs::State;

/// Rule 14: a panic is ours, and it is the end of one run only.
#[test]
fn a_panic_is_one_failed_attempt_and_the_worker_goes_on() {
    for house in House::each(51) {
        house.live(async |life| {
            let script = Script::new(|lease| async move {
                assert!(lease.key() != "bad" || lease.attempt() > 2, "the answer had no end");
                Ok(Settled::Done(json!(lease.attempt())))
            });
            let node = life.working("one/1", deed(script)).await;
            for n in 0..20 {
                node.ask("deed", &n.to_string()).await;
            }
            node.ask("deed", "bad").await;
            node.quiet().await;
            let bad = node.job("deed", "bad").await;
            assert_eq!((bad.state, bad.class, bad.attempts), (State::Failed, Some(Class::Local), 1));
            assert_eq!(bad.last_error.as_deref(), Some("the run panicked: the answer had no end"));
            assert_eq!(node.count(State::Done).await, 20);
            node.until("deed", "bad", State::Done, 60 * SECOND).await;
            assert!(node.people.statuses().iter().all(|task| task.restarts == 0));
        });
    }
}

/// Rule 16. The limit of a run is on the machine's clock, as a socket that hangs, hangs for real.
#[test]
fn a_run_that_takes_longer_than_its_kind_allows_is_dropped() {
    for house in House::each(52) {
        house.live(async |life| {
            let stuck = Script::new(|_| std::future::pending());
            let node = life.working("one/1", Kinds::default().with::<Deed<2>>(stuck)).await;
            node.ask("brief", "k").await;
            node.quiet().await;
            let job = node.job("brief", "k").await;
            assert_eq!((job.state, job.class, job.attempts), (State::Failed, Some(Class::Local), 1));
            let error = job.last_error.unwrap();
            assert_eq!(error, "the run took longer than 30 ms, which is all that its kind allows");
            assert_eq!(node.queue.in_hand(), 0);
        });
    }
}

/// A payload is read when it is asked for; one that an older version wrote may not be readable any more.
#[test]
fn a_payload_that_cannot_be_read_any_more_is_a_failure_and_not_a_crash() {
    for house in House::each(53) {
        house.live(async |life| {
            let node = life.working("one/1", deed(Script::done())).await;
            let row = crate::store::jobs::New {
                kind: "deed".into(),
                target: String::new(),
                key: "old".into(),
                lane: "deed".into(),
                payload: "{\"lane\":7}".into(),
                priority: 0,
                run_at: None,
                attempts_max: 1,
            };
            node.write(move |tx| {
                Box::pin(async move { crate::store::jobs::insert(tx, std::slice::from_ref(&row)).await })
            })
            .await;
            node.queue.wake();
            node.quiet().await;
            let job = node.job("deed", "old").await;
            assert_eq!((job.state, job.class), (State::Dead, Some(Class::Local)));
            assert!(job.last_error.unwrap().starts_with("cannot read the payload of `deed`"));
        });
    }
}
