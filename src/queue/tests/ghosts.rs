//! A worker that stood still past its lease and wakes up: it may talk, and nobody listens.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Notify;

use super::kit::{Diary, House, Life, Node, SECOND, Script, deed, rules, soak};
use crate::domain::{AlarmName, Class, Miss};
use crate::queue::lease::{Lease, Lost};
use crate::queue::outcome::Settled;
use crate::queue::rules::Rules;
use crate::store::jobs::{self, State};
use crate::store::{Error, alarms};

/// Two workers: `slow` falls asleep with each job until it is woken, `quick` takes over, and waits to be let go.
struct Stage {
    slow: Node,
    quick: Node,
    wake: Arc<Notify>,
    go: Arc<Notify>,
    /// What the ghost was told when it tried to write.
    told: Diary<String>,
}

impl Stage {
    async fn new(life: &Life<'_>) -> Self {
        let (wake, go, told) = (Arc::new(Notify::new()), Arc::new(Notify::new()), Diary::new());
        let clock = life.house.clock.clone();
        let ghost = Script::new({
            let (clock, wake, told) = (clock.clone(), wake.clone(), told.clone());
            move |lease| {
                let (clock, wake, told) = (clock.clone(), wake.clone(), told.clone());
                async move {
                    let lent = clock.lend();
                    wake.notified().await;
                    drop(lent);
                    told.note(tries_to_write(&lease).await);
                    if lease.key().ends_with('7') {
                        Err(Miss::new(Class::Gone, "a ghost says so"))
                    } else {
                        Ok(done("ghost"))
                    }
                }
            }
        });
        let heir = Script::new({
            let go = go.clone();
            move |_| {
                let (clock, go) = (clock.clone(), go.clone());
                async move {
                    let lent = clock.lend();
                    go.notified().await;
                    drop(lent);
                    Ok(done("heir"))
                }
            }
        });
        // The one that tends starts first: on a database of its own it takes everything back that others hold.
        let quick = life.node(Rules { poll: 15 * SECOND, ..rules("quick/1") }, deed(heir)).await;
        quick.work(Vec::new());
        quick.quiet().await;
        let slow = life.resting("slow/1", deed(ghost)).await;
        slow.queue.start_workers(&slow.people, |_| true);
        Self { slow, quick, wake, go, told }
    }

    /// Lets the slow worker take `key` and sleep until the other has taken it over.
    async fn haunt(&self, key: &str) {
        self.slow.ask("deed", key).await;
        self.slow.quiet().await;
        assert_eq!(self.slow.job("deed", key).await.lease_owner.as_deref(), Some("slow/1"));
        self.quick.clock.sleep(Duration::from_mins(2)).await;
        assert_eq!(self.quick.job("deed", key).await.lease_owner.as_deref(), Some("quick/1"));
    }
}

fn done(by: &str) -> Settled {
    Settled::Done(json!(by))
}

/// Both ways in which a run may write before its end.
async fn tries_to_write(lease: &Lease) -> String {
    let remembered = lease.remember(&"a ghost was here").await.is_err();
    let wrote = lease
        .write::<_, Lost, _>(|tx| {
            Box::pin(async move {
                let severity = alarms::Severity::Notice;
                let raise = alarms::Raise {
                    name: AlarmName::JobsDead,
                    subject: String::new(),
                    severity,
                    class: Class::Local,
                    detail: String::new(),
                };
                Ok(alarms::raise(tx, &raise).await?)
            })
        })
        .await;
    format!("{remembered} {}", matches!(wrote, Err(Lost::Fence)))
}

/// P5: in each round the worker wakes before or after its heir has finished, and ends well or badly.
#[test]
fn a_worker_that_lost_its_lease_changes_nothing() {
    for house in House::each(21) {
        let rounds = if soak() { 1000 } else { 100 };
        house.live(async |life| {
            let stage = Stage::new(life).await;
            for round in 0..rounds {
                let key = round.to_string();
                stage.haunt(&key).await;
                if round % 2 == 0 {
                    stage.go.notify_one();
                    stage.quick.until("deed", &key, State::Done, SECOND).await;
                    stage.wake.notify_one();
                } else {
                    stage.wake.notify_one();
                    stage.quick.quiet().await;
                    stage.go.notify_one();
                }
                stage.quick.until("deed", &key, State::Done, SECOND).await;
            }
            stage.quick.quiet().await;
            assert_eq!(overwritten(&stage.quick).await, 0);
            assert_eq!(stage.slow.queue.tallies().1, rounds, "each lost end is counted");
            assert_eq!(stage.quick.queue.tallies().1, 0, "the heir lost nothing");
            assert!(stage.told.all().iter().all(|told| told == "true true"), "a ghost wrote: {:?}", stage.told.all());
            assert_eq!(stage.quick.alarms_ever().await, 0, "a ghost raised an alarm");
            assert_eq!(stage.slow.queue.in_hand(), 0);
        });
    }
}

/// P5, the control: a worker that writes with whatever fence the row has overwrites its heir.
#[test]
fn a_worker_without_a_fence_overwrites_its_heir() {
    for house in House::each(22) {
        house.live(async |life| {
            let stage = Stage::new(life).await;
            stage.haunt("k").await;
            let row = stage.quick.job("deed", "k").await;
            let end = jobs::End::done(row.id, row.fence, row.kind);
            let naive = jobs::End { result: Some("\"ghost\"".into()), ..end };
            let write = stage.slow.store.write::<_, Error, _>(move |tx| {
                Box::pin(async move { jobs::settle(tx, std::slice::from_ref(&naive)).await })
            });
            assert_eq!(write.await.unwrap().len(), 1);
            stage.go.notify_one();
            stage.quick.quiet().await;
            assert_eq!(overwritten(&stage.quick).await, 1);
            assert_eq!(stage.quick.queue.tallies().1, 1);
        });
    }
}

/// Jobs whose result is not that of the worker that held them last, or that were done more than once.
async fn overwritten(node: &Node) -> usize {
    let jobs = node.jobs(None).await;
    jobs.iter()
        .filter(|job| job.result.as_deref() != Some("\"heir\"") || job.fence != 2 || job.class != Some(Class::Ok))
        .count()
}
