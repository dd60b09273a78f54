//! Dead letters: kept with their cause, and given another life by a person.

use std::time::Duration;

use super::kit::{Deed, House, SECOND, Script, deed};
use crate::domain::{Class, JobId, Miss};
use crate::queue::kinds::Kinds;
use crate::store::jobs::{self, State};

/// P9: by id and by kind; each keeps its key, and its cause until it ended better.
#[test]
fn dead_jobs_are_given_another_life_one_by_one_and_by_kind() {
    for house in House::each(61) {
        house.live(async |life| {
            let gone = || Script::missing(|_| Miss::new(Class::Gone, "the post is no more"));
            let node =
                life.working("one/boot1", Kinds::default().with::<Deed<0>>(gone()).with::<Deed<1>>(gone())).await;
            for n in 0..600 {
                node.ask("deed", &n.to_string()).await;
            }
            node.ask("other", "alone").await;
            node.quiet().await;
            assert_eq!(node.count(State::Dead).await, 601);
            assert_eq!(node.alarms().await, ["jobs_dead deed", "jobs_dead other"]);
        });
        house.clock.jump(Duration::from_hours(24));
        house.live(async |life| {
            let kinds = Kinds::default().with::<Deed<0>>(Script::done()).with::<Deed<1>>(Script::done());
            let node = life.working("one/boot2", kinds).await;
            let dead = node.job("deed", "17").await;
            assert_eq!(dead.last_error.as_deref(), Some("the post is no more"));
            assert_eq!(node.queue.retry(JobId(dead.id)).await.unwrap(), Some((State::Dead, true)));
            node.until("deed", "17", State::Done, SECOND).await;
            assert_eq!(node.queue.retry(JobId(dead.id)).await.unwrap(), Some((State::Done, false)), "done is done");
            assert_eq!(node.queue.retry_kind("deed").await.unwrap(), 599);
            node.until("deed", "599", State::Done, 5 * SECOND).await;
            node.clock.sleep(20 * SECOND).await;
            assert_eq!((node.count(State::Done).await, node.count(State::Dead).await), (600, 1));
            assert_eq!(node.state("other", "alone").await, State::Dead, "another kind was not asked for");
            assert_eq!(node.alarms().await, ["jobs_dead other"], "an alarm whose cause is gone closes by itself");
            let revived = node.job("deed", "17").await;
            assert_eq!((revived.id, revived.attempts, revived.last_error), (dead.id, 0, None));
        });
    }
}

/// P9 and P56: a cause fits on one line, whatever the other side wrote into it, and is no longer than it needs to be.
#[test]
fn a_cause_is_one_line_of_bounded_length() {
    for house in House::each(62) {
        house.live(async |life| {
            let nasty = format!("first\nsecond\r\u{1b}[31mred\0{}", "長".repeat(5000));
            let node =
                life.working("one/1", deed(Script::missing(move |_| Miss::new(Class::Gone, nasty.clone())))).await;
            node.ask("deed", "k").await;
            node.quiet().await;
            let error = node.job("deed", "k").await.last_error.unwrap();
            assert!(error.starts_with("first second  [31mred 長"), "{error}");
            assert!(error.len() <= 2000 && !error.contains(char::is_control));
        });
    }
}

/// What is old goes, page by page, and its key is free again.
#[test]
fn old_jobs_are_thrown_away_when_their_time_is_over() {
    for house in House::each(63) {
        house.live(async |life| {
            let script = Script::new(|lease| async move {
                if lease.key().starts_with("bad") {
                    return Err(Miss::new(Class::Gone, "no more"));
                }
                Ok(crate::queue::outcome::Settled::Done(serde_json::json!(1)))
            });
            let node = life.working("one/1", deed(script)).await;
            for n in 0..300 {
                node.ask("deed", &n.to_string()).await;
            }
            node.ask("deed", "bad").await;
            node.quiet().await;
            let sweep = async || {
                while prune(&node).await > 0 {}
                (node.count(State::Done).await, node.count(State::Dead).await, node.jobs(None).await.len())
            };
            house.clock.jump(Duration::from_hours(13 * 24));
            assert_eq!(sweep().await, (300, 1, 301));
            house.clock.jump(Duration::from_hours(2 * 24));
            assert_eq!(sweep().await, (0, 1, 1));
            assert!(matches!(node.ask("deed", "7").await, crate::queue::ask::Asked::New(_)));
            house.clock.jump(Duration::from_hours(80 * 24));
            assert_eq!(sweep().await.1, 0);
        });
    }
}

/// One page of what the house does now and then.
async fn prune(node: &super::kit::Node) -> usize {
    let (done_for, dead_for) = (Duration::from_hours(14 * 24), Duration::from_hours(90 * 24));
    node.write(move |tx| {
        Box::pin(async move {
            let done = jobs::prune(tx, State::Done, tx.now() - done_for).await?;
            Ok(done + jobs::prune(tx, State::Dead, tx.now() - dead_for).await?)
        })
    })
    .await
}
