//! Many who ask for the same work at once.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use super::kit::{House, Life, Node, SECOND, Script, deed, rules};
use crate::domain::{Class, Miss};
use crate::queue::ask::{Ask, AskError, Asked};
use crate::queue::outcome::Settled;
use crate::store::jobs::State;

/// P3: 64 clients ask two nodes for the same keys, whatever state those keys are in.
#[test]
fn work_that_many_ask_for_at_once_is_one_row_in_every_state() {
    for house in House::each(3) {
        house.live(async |life| {
            let (one, two) = both(life).await;
            one.work(Vec::new());
            for state in State::ALL {
                one.ask("deed", state.as_str()).await;
            }
            one.quiet().await;
            let Asked::Same(id) = one.ask("deed", "cancelled").await else { panic!("it was asked for") };
            one.queue.cancel(id).await.unwrap();
            two.queue.ask(later("queued-later")).await.unwrap();
            for state in State::ALL {
                let expected = if state == State::Queued { State::Done } else { state };
                assert_eq!(one.state("deed", state.as_str()).await, expected, "the story is set up wrongly");
            }
            let before = shape(&one).await;
            let keys: Vec<_> = before.iter().map(|(key, _)| key.clone()).collect();
            let mut askers = JoinSet::new();
            for n in 0..64 {
                let (queue, keys) = (if n % 2 == 0 { one.queue.clone() } else { two.queue.clone() }, keys.clone());
                askers.spawn(async move {
                    for key in keys {
                        let ask = |payload| Ask { payload, ..later(&key) };
                        assert!(
                            matches!(queue.ask(ask(json!({}))).await, Ok(Asked::Same(_) | Asked::Dead(_))),
                            "{key}"
                        );
                        let other = queue.ask(ask(json!({"target": "else"}))).await;
                        assert!(matches!(other, Err(AskError::Clash { .. })), "{key}: {other:?}");
                    }
                });
            }
            while let Some(asker) = askers.join_next().await {
                asker.unwrap();
            }
            assert_eq!(shape(&one).await, before);
        });
    }
}

/// P3, while nothing is there yet: one of the askers makes the row and all are given the same job.
#[test]
fn new_work_that_many_ask_for_at_once_is_made_once() {
    for house in House::each(4) {
        house.live(async |life| {
            let (one, two) = both(life).await;
            let keys = 25;
            let mut askers = JoinSet::new();
            for n in 0..64 {
                let queue = if n % 2 == 0 { one.queue.clone() } else { two.queue.clone() };
                askers.spawn(async move {
                    let mut made = 0;
                    let mut ids = Vec::new();
                    for key in 0..keys {
                        let asked = queue.ask(Ask { run_at: None, ..later(&format!("k{key}")) }).await.unwrap();
                        made += usize::from(matches!(asked, Asked::New(_)));
                        ids.push(asked.id());
                    }
                    (made, ids)
                });
            }
            let (mut made, mut told) = (0, BTreeSet::new());
            while let Some(asker) = askers.join_next().await {
                let (new, ids) = asker.unwrap();
                made += new;
                told.insert(format!("{ids:?}"));
            }
            assert_eq!((made, told.len()), (keys, 1), "each is new to one asker, and all are told the same");
            assert_eq!(one.jobs(None).await.len(), keys);
            assert_eq!(usize::try_from(one.count(State::Queued).await).unwrap(), keys);
        });
    }
}

async fn both(life: &Life<'_>) -> (Node, Node) {
    let clock = life.house.clock.clone();
    let script = Script::new(move |lease| {
        let clock = clock.clone();
        async move {
            match lease.key() {
                "running" | "cancelled" => {
                    let _lent = clock.lend();
                    std::future::pending().await
                }
                "snoozed" => Err(Miss::waiting(Class::Rate, Duration::from_hours(1), "slowly")),
                "failed" => Err(Miss::new(Class::Network, "cut").after(Some(600 * SECOND))),
                "dead" => Err(Miss::new(Class::Gone, "no more")),
                "unknown" => Ok(Settled::Unknown("no answer".into())),
                _ => Ok(Settled::Done(json!(1))),
            }
        }
    });
    let one = life.node(rules("one/1"), deed(script.clone())).await;
    (one, life.node(rules("two/1"), deed(script)).await)
}

fn later(key: &str) -> Ask {
    let run_at = Some(crate::store::kit::BEGIN + Duration::from_hours(5));
    Ask { kind: "deed".into(), key: key.into(), payload: json!({}), priority: 0, run_at }
}

/// Keys and states.
async fn shape(node: &Node) -> Vec<(String, State)> {
    node.jobs(None).await.into_iter().map(|job| (job.key, job.state)).collect()
}
