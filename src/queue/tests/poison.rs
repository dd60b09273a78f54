//! A job that kills the process which runs it, and those who happen to be near.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Notify;

use super::kit::{Deed, Diary, House, SECOND, Script, deed};
use crate::queue::ask::Ask;
use crate::queue::kinds::Kinds;
use crate::queue::outcome::Settled;
use crate::store::jobs::State;

/// Ends the life of the machine in the middle of each run; gives the script and what it rings.
fn bomb(house: &House, remembers: bool) -> (Script, Arc<Notify>) {
    let boom = Arc::new(Notify::new());
    let (rung, clock) = (boom.clone(), house.clock.clone());
    let script = Script::new(move |lease| {
        let (rung, clock) = (rung.clone(), clock.clone());
        async move {
            if remembers {
                lease.remember(&lease.remembered::<u32>().map_or(1, |n| n + 1)).await?;
            }
            rung.notify_one();
            let _lent = clock.lend();
            std::future::pending().await
        }
    });
    (script, boom)
}

/// P6: dead after exactly three processes, and the work that was in the same hands is done all the same.
#[test]
fn a_job_that_kills_three_processes_is_dead_and_the_others_are_done() {
    for house in House::each(31) {
        let runs = Diary::new();
        let (script, boom) = bomb(&house, false);
        let kinds = |runs: &Diary<String>| {
            let (runs, clock) = (runs.clone(), house.clock.clone());
            let others = Script::new(move |lease| {
                runs.note(lease.key().to_owned());
                let clock = clock.clone();
                async move {
                    let _lent = clock.lend();
                    clock.sleep(SECOND).await;
                    Ok(Settled::Done(json!("fine")))
                }
            });
            Kinds::default().with::<Deed<0>>(script.clone()).with::<Deed<1>>(others)
        };
        for boot in 1..=3 {
            house.live(async |life| {
                let node = life.resting(&format!("one/boot{boot}"), kinds(&runs)).await;
                if boot == 1 {
                    let bomb =
                        Ask { kind: "deed".into(), key: "bomb".into(), payload: json!({}), priority: 9, run_at: None };
                    node.queue.ask(bomb).await.unwrap();
                    for n in 0..20 {
                        node.ask("other", &n.to_string()).await;
                    }
                }
                node.work(Vec::new());
                boom.notified().await;
            });
        }
        house.live(async |life| {
            let node = life.working("one/boot4", kinds(&runs)).await;
            node.until("deed", "bomb", State::Dead, SECOND).await;
            let bomb = node.job("deed", "bomb").await;
            assert_eq!((bomb.crashes, bomb.attempts), (3, 0));
            assert!(bomb.last_error.unwrap().starts_with("poison: 3 processes died while holding it"));
            for n in 0..20 {
                node.until("other", &n.to_string(), State::Done, Duration::from_mins(2)).await;
            }
            assert_eq!(node.alarms().await, ["jobs_dead deed"]);
            assert_eq!(node.count(State::Dead).await, 1);
        });
    }
}

/// P6, the other half: who comes further each time is not poison, however often the process dies.
#[test]
fn a_job_that_comes_further_each_time_is_not_poison() {
    for house in House::each(32) {
        let (script, boom) = bomb(&house, true);
        for boot in 1..=6 {
            house.live(async |life| {
                let node = life.working(&format!("one/boot{boot}"), deed(script.clone())).await;
                node.ask("deed", "k").await;
                boom.notified().await;
            });
        }
        house.live(async |life| {
            let last = Diary::new();
            let told = last.clone();
            let reader = Script::new(move |lease| {
                told.note(lease.remembered::<u32>());
                async { Ok(Settled::Done(json!("whole"))) }
            });
            let node = life.working("one/boot7", deed(reader)).await;
            node.until("deed", "k", State::Done, 5 * SECOND).await;
            assert_eq!(node.job("deed", "k").await.crashes, 1);
            assert_eq!(last.all(), [Some(6)]);
        });
    }
}

/// P6: crashes count only if they fall within the window.
#[test]
fn crashes_that_lie_far_apart_are_not_poison() {
    for house in House::each(33) {
        let (script, boom) = bomb(&house, false);
        for boot in 1..=5 {
            house.live(async |life| {
                let node = life.working(&format!("one/boot{boot}"), deed(script.clone())).await;
                node.ask("deed", "k").await;
                boom.notified().await;
            });
            house.clock.jump(Duration::from_hours(40));
        }
        house.live(async |life| {
            let node = life.working("one/boot6", deed(Script::done())).await;
            node.until("deed", "k", State::Done, 5 * SECOND).await;
        });
    }
}
