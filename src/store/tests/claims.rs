//! Who is taken when: keys, priorities, turns, gates, fences, crashes, counts.

use std::sync::Arc;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::store::jobs::{Inserted, Orphans, State};
use crate::store::{Error, gates};

#[test]
fn the_same_key_is_the_same_job_and_other_work_under_it_is_refused() {
    on_each(async |store, _| {
        let other = jobs::New { payload: "{\"a\":1}".into(), ..new("k") };
        let outcomes = insert(&store, vec![new("k"), new("k"), other, new("k2")]).await;
        let [Inserted::New(first), Inserted::Same(same), Inserted::Clash(clash), Inserted::New(_)] = outcomes[..]
        else {
            panic!("{outcomes:?}")
        };
        assert_eq!((first, first), (same, clash));
        let taken = take(&store, 9, "a").await;
        settle(&store, taken.iter().map(done).collect()).await;
        assert_eq!(insert(&store, vec![new("k")]).await, [Inserted::Same(first)], "a done job keeps its key");
    });
}

#[test]
fn targets_take_turns_within_a_priority() {
    on_each(async |store, _| {
        let of = |target: &str, key: &str, priority| jobs::New {
            target: target.into(),
            priority,
            ..new(format!("{target}{key}"))
        };
        let many: Vec<_> = (0..4).map(|i| of("a", &i.to_string(), 0)).collect();
        insert(&store, many).await;
        insert(&store, vec![of("b", "0", 0), of("b", "1", 0), of("c", "0", 5)]).await;
        let order: Vec<_> = take(&store, 3, "w").await.into_iter().map(|j| j.key).collect();
        assert_eq!(order, ["c0", "a0", "b0"], "the urgent one, then one of each");
        insert(&store, vec![of("d", "0", 0)]).await;
        let mut rest: Vec<_> = take(&store, 2, "w").await.into_iter().map(|j| j.key).collect();
        rest.sort();
        assert_eq!(rest, ["a1", "b1"], "a newcomer does not jump what waited, and nobody waits for a long line");
        let mut rest: Vec<_> = take(&store, 2, "w").await.into_iter().map(|j| j.key).collect();
        rest.sort();
        assert_eq!(rest, ["a2", "d0"]);
        insert(&store, vec![of("a", "4", 0), of("", "x", 0), of("", "y", 0)]).await;
        let mut rest: Vec<_> = take(&store, 3, "w").await.into_iter().map(|j| j.key).collect();
        rest.sort();
        assert_eq!(rest, ["a3", "x", "y"], "who has no target stands alone, and waits for nobody's long line");
    });
}

#[test]
fn a_closed_lane_a_paused_kind_and_a_later_job_are_passed_over() {
    on_each(async |store, ambient| {
        let later = jobs::New { run_at: Some(BEGIN + Duration::from_secs(5)), ..new("later") };
        let shut = jobs::New { lane: "shut".into(), ..new("shut") };
        let other = jobs::New { kind: "other".into(), ..new("other") };
        insert(&store, vec![later, shut, other, new("now")]).await;
        let until = BEGIN + Duration::from_mins(1);
        store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    gates::close(tx, &puzzle("shut", until)).await?;
                    gates::pause(tx, gates::Scope::Kind, "other", true).await
                })
            })
            .await
            .unwrap();
        let keys = async || take(&store, 9, "w").await.into_iter().map(|j| j.key).collect::<Vec<_>>();
        assert_eq!(keys().await, ["now"]);
        assert_eq!(
            store.read::<_, Error, _>(|tx| Box::pin(jobs::next_due(tx))).await.unwrap(),
            Some(BEGIN + Duration::from_secs(5))
        );
        ambient.clock.jump(Duration::from_secs(61));
        assert_eq!(store.write::<_, Error, _>(|tx| Box::pin(jobs::promote(tx))).await.unwrap(), 1);
        let mut open = keys().await;
        open.sort();
        assert_eq!(open, ["later", "shut"], "a lane opens by itself; a pause stays");
    });
}

#[test]
fn a_worker_that_lost_its_lease_changes_nothing() {
    on_each(async |store, ambient| {
        insert(&store, vec![new("k")]).await;
        let [slow] = &take(&store, 1, "node/a").await[..] else { panic!() };
        ambient.clock.jump(Duration::from_secs(61));
        let now = ambient.clock.now();
        let rescued = store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    let again = |row: &jobs::Rescue, at| jobs::Rescued {
                        state: State::Queued,
                        crashes: row.crashes + 1,
                        crashed_at: at,
                        error: "its worker is gone".into(),
                    };
                    let back = jobs::rescue(tx, &Orphans::Expired(now), again).await?;
                    jobs::promote(tx).await?;
                    Ok(back.len())
                })
            })
            .await
            .unwrap();
        assert_eq!(rescued, 1);
        let [quick] = &take(&store, 1, "node/b").await[..] else { panic!() };
        assert_eq!((quick.crashes, quick.fence), (1, slow.fence + 1));
        assert!(settle(&store, vec![done(slow)]).await.is_empty());
        assert_eq!(settle(&store, vec![done(quick)]).await, [quick.id]);
        assert!(settle(&store, vec![done(quick)]).await.is_empty(), "an end is written once");
        let progress = store
            .write::<_, Error, _>({
                let (id, fence) = (slow.id, slow.fence);
                move |tx| Box::pin(async move { jobs::progress(tx, &[(id, fence, "{}")]).await })
            })
            .await
            .unwrap();
        assert!(!progress);
    });
}

#[test]
fn a_renewal_waits_for_nobody_who_writes_one_of_its_jobs() {
    on_each(async |store, ambient| {
        if store.file().is_some() {
            return; // One writer, who waits for nobody.
        }
        insert(&store, vec![new("ending"), new("running")]).await;
        let taken = take(&store, 2, "node/a").await;
        let ids: Vec<_> = taken.iter().map(|job| job.id).collect();
        let end = done(taken.iter().find(|job| job.key == "ending").unwrap());
        let renewed = Arc::new(tokio::sync::Notify::new());
        let (locked, written) = tokio::sync::oneshot::channel();
        let mut writing = tokio::task::JoinSet::new();
        writing.spawn({
            let (store, renewed) = (store.clone(), renewed.clone());
            async move {
                let settled = store.write::<_, Error, _>(move |tx| {
                    Box::pin(async move {
                        let kept = jobs::settle(tx, &[end]).await?;
                        let _nobody_waits = locked.send(());
                        renewed.notified().await;
                        Ok(kept)
                    })
                });
                settled.await.unwrap()
            }
        });
        written.await.unwrap();
        let until = ambient.clock.now() + Duration::from_hours(1);
        let mut kept = store
            .write::<_, Error, _>({
                let ids = ids.clone();
                move |tx| Box::pin(async move { jobs::renew(tx, "node/a", &ids, until).await })
            })
            .await
            .unwrap();
        kept.sort();
        let mut both = ids.clone();
        both.sort();
        assert_eq!(kept, both, "whose end is being written is not lost");
        renewed.notify_one();
        assert_eq!(writing.join_next().await.unwrap().unwrap().len(), 1);
        ambient.clock.jump(Duration::from_mins(2));
        let now = ambient.clock.now();
        let expired = store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move { jobs::rescue(tx, &Orphans::Expired(now), |_, _| unreachable!()).await })
            })
            .await
            .unwrap();
        assert!(expired.is_empty(), "the other was renewed: {expired:?}");
    });
}

#[test]
fn two_who_queue_the_same_keys_in_other_orders_both_get_through() {
    on_each(async |store, _| {
        for round in 0..40 {
            let forth: Vec<_> = (0..40).map(|n| new(format!("{round}-{n}"))).collect();
            let back: Vec<_> = forth.iter().rev().cloned().collect();
            let outcomes = tokio::join!(insert(&store, forth), insert(&store, back));
            let fresh = [outcomes.0, outcomes.1].concat();
            let fresh = fresh.iter().filter(|outcome| matches!(outcome, Inserted::New(_))).count();
            assert_eq!(fresh, 40);
        }
    });
}

#[test]
fn what_an_earlier_life_of_this_node_held_comes_back_and_another_nodes_does_not() {
    on_each(async |store, _| {
        insert(&store, vec![new("mine"), new("theirs"), new("alive")]).await;
        for owner in ["one/old", "two/x", "one/now"] {
            assert_eq!(take(&store, 1, owner).await.len(), 1);
        }
        let which = Orphans::LeftBehind { node: "one/".into(), alive: "one/now".into() };
        let back = store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    let dead = |_: &jobs::Rescue, at| jobs::Rescued {
                        state: State::Dead,
                        crashes: 3,
                        crashed_at: at,
                        error: "poison".into(),
                    };
                    jobs::rescue(tx, &which, dead).await
                })
            })
            .await
            .unwrap();
        assert_eq!(back.len(), 1);
        assert_eq!(back[0].0.lease_owner.as_deref(), Some("one/old"));
        assert_eq!(
            counts(&store).await,
            [("look".to_owned(), State::Dead, 1), ("look".to_owned(), State::Running, 2)]
                .into_iter()
                .collect::<Vec<_>>()
        );
        let revived = store.write::<_, Error, _>(|tx| Box::pin(jobs::retry_kind(tx, "look"))).await.unwrap();
        assert_eq!(revived.len(), 1);
    });
}

#[test]
fn leases_are_renewed_together_in_batches_of_every_size() {
    on_each(async |store, _| {
        let mut held = Vec::new();
        for size in [1, 1, 1, 2, 4, 8, 17] {
            insert(&store, (0..size).map(|n| new(format!("{size} {n} {}", held.len()))).collect()).await;
            held.extend(take(&store, size, "w").await.into_iter().map(|job| job.id));
            let (ours, stranger) = (held.clone(), vec![Uuid::max()]);
            let kept = store.write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    let all = [ours, stranger].concat();
                    jobs::renew(tx, "w", &all, BEGIN + Duration::from_hours(1)).await
                })
            });
            let mut kept = kept.await.unwrap();
            kept.sort();
            held.sort();
            assert_eq!(kept, held);
        }
    });
}

#[derive(Debug, Clone)]
enum Move {
    Insert(u8, u8),
    Take(u8),
    Settle(u8),
    Cancel(u8),
    Retry(u8),
    Fold,
    Later,
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        3 => (0u8..40, 0u8..3).prop_map(|(k, t)| Move::Insert(k, t)),
        2 => (1u8..6).prop_map(Move::Take),
        2 => (0u8..4).prop_map(Move::Settle),
        1 => (0u8..40).prop_map(Move::Cancel),
        1 => (0u8..40).prop_map(Move::Retry),
        1 => Just(Move::Fold),
        1 => Just(Move::Later),
    ]
}

/// Plays `moves`; after each, the counts equal the rows, and no job is in two hands.
async fn play(store: &Store, ambient: &Ambient, moves: &[Move]) {
    let mut hands: Vec<jobs::Claimed> = Vec::new();
    let id_of = async |key: u8| {
        let found = store
            .read::<_, Error, _>(move |tx| Box::pin(async move { jobs::find_key(tx, "look", &key.to_string()).await }));
        found.await.unwrap().map(|job| crate::domain::JobId(job.id))
    };
    for step in moves {
        match step {
            Move::Insert(key, target) => {
                insert(store, vec![jobs::New { target: target.to_string(), ..new(key) }]).await;
            }
            Move::Take(n) => {
                for job in take(store, usize::from(*n), "w").await {
                    hands.retain(|held| held.id != job.id);
                    hands.push(job);
                }
            }
            Move::Settle(how) => {
                let Some(job) = hands.pop() else { continue };
                let later = jobs::End {
                    state: State::Failed,
                    run_at: Some(ambient.clock.now() + Duration::from_secs(1)),
                    attempts: 1,
                    ..done(&job)
                };
                settle(store, vec![if *how == 0 { later } else { done(&job) }]).await;
            }
            Move::Cancel(key) => {
                if let Some(id) = id_of(*key).await {
                    store.write::<_, Error, _>(move |tx| Box::pin(jobs::cancel(tx, id))).await.unwrap();
                }
            }
            Move::Retry(key) => {
                if let Some(id) = id_of(*key).await {
                    store.write::<_, Error, _>(move |tx| Box::pin(jobs::retry(tx, id))).await.unwrap();
                }
            }
            Move::Fold => drop(store.write::<_, Error, _>(|tx| Box::pin(jobs::fold(tx))).await.unwrap()),
            Move::Later => {
                ambient.clock.jump(Duration::from_secs(2));
                store.write::<_, Error, _>(|tx| Box::pin(jobs::promote(tx))).await.unwrap();
            }
        }
        agree(store).await;
    }
}

async fn agree(store: &Store) {
    let filter = jobs::Filter { limit: 1000, ..Default::default() };
    let all = store.read::<_, Error, _>(|tx| Box::pin(async move { jobs::list(tx, &filter).await })).await.unwrap();
    let mut truth = std::collections::BTreeMap::new();
    for job in &all {
        *truth.entry(job.state).or_insert(0) += 1;
    }
    let counted = counts(store).await.into_iter().map(|(_, state, n)| (state, n)).collect();
    assert_eq!(truth, counted);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_done_to_jobs_the_counts_equal_the_rows(moves in prop::collection::vec(any_move(), 1..40)) {
        on_each(async |store, ambient| play(&store, &ambient, &moves).await);
    }
}
