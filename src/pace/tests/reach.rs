//! Hosts that cannot be reached: one request goes first, an outage is known everywhere, and one try ends it.

use std::time::Duration;

use super::harness::*;
use crate::domain::{Class, Millis};
use crate::pace::{By, First, Pace, Sending, Turn};
use crate::store::kit::{Fresh, one_of_each};
use crate::store::{Error, Store, alarms, gates, stops};

const HOST: &str = "www.example.test:443";

async fn open(store: &Store, fresh: &Fresh) -> Pace {
    Pace::open(store.clone(), &with(Vec::new()), fresh.ambient.clone()).await.unwrap()
}

fn to_host(lane: &str) -> Sending {
    Sending { lane: lane.into(), endpoint: "douyin.posts".into(), ..Sending::default() }.at(HOST)
}

async fn first(pace: &Pace) -> Option<First> {
    match pace.turn(&to_host("a")).await {
        Turn::First(first) => Some(first),
        Turn::Go | Turn::Failed(_) => None,
    }
}

async fn fail(pace: &Pace) -> Option<(Duration, String)> {
    let first = first(pace).await;
    pace.unanswered(&to_host("a"), "no connection", first).await.unwrap()
}

async fn open_alarms(store: &Store) -> Vec<String> {
    let open = store.read::<_, Error, _>(|tx| Box::pin(alarms::open(tx))).await.unwrap();
    open.into_iter().map(|alarm| format!("{} {}", alarm.name, alarm.subject)).collect()
}

#[test]
fn the_third_request_without_an_answer_stops_everyone_and_one_answer_lets_all_go() {
    for fresh in one_of_each() {
        fresh.live(async |store| {
            let (pace, clock) = (open(&store, &fresh).await, &fresh.ambient.clock);
            assert_eq!([fail(&pace).await, fail(&pace).await], [None, None]);
            assert!(pace.answered(&to_host("a"), None).is_none());
            assert_eq!([fail(&pace).await, fail(&pace).await], [None, None], "an answer ends the row");
            let (wait, host) = fail(&pace).await.unwrap();
            assert_eq!((host.as_str(), open_alarms(&store).await), (HOST, vec![format!("host_unreachable {HOST}")]));
            // Another lane, another process, another start: nobody goes.
            let again = open(&store, &fresh).await;
            for pace in [&pace, &again] {
                let refused = pace.pass(&to_host("b"), Duration::ZERO).await.unwrap().unwrap_err();
                assert_eq!((refused.by, refused.line.as_str()), (By::Stop(Class::Network), HOST));
                assert!(refused.wait <= wait);
                let other = to_host("b").at("live.example.test:443");
                assert!(pace.pass(&other, Duration::ZERO).await.unwrap().is_ok(), "other hosts go on");
            }
            let close = store.write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    for lane in ["a", "b"] {
                        let open_at = tx.now() + Duration::from_hours(9);
                        let (class, reason, subject) = (Class::Network, "no", Some(HOST));
                        gates::close(tx, &gates::Closing { lane, open_at, class, reason, subject }).await?;
                    }
                    Ok(())
                })
            });
            close.await.unwrap();
            clock.jump(wait);
            let mut tries = 0;
            for pace in [&pace, &again, &pace, &again] {
                tries += usize::from(pace.pass(&to_host("b"), Duration::ZERO).await.unwrap().is_ok());
            }
            assert_eq!(tries, 1, "one try, in whichever process");
            let (longer, _) = fail(&again).await.unwrap();
            assert!(longer > Duration::from_secs(30), "the second wait is longer: {longer:?}");
            clock.jump(longer);
            let rung = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
            let bell = rung.clone();
            again.when_reached(move || bell.store(true, std::sync::atomic::Ordering::Relaxed));
            assert!(again.pass(&to_host("b"), Duration::ZERO).await.unwrap().is_ok());
            again.reached(again.answered(&to_host("b"), None).unwrap()).await.unwrap();
            assert!(rung.load(std::sync::atomic::Ordering::Relaxed), "whoever waits is woken");
            assert_eq!(open_alarms(&store).await, Vec::<String>::new());
            let gates = store.read::<_, Error, _>(|tx| Box::pin(gates::list(tx))).await.unwrap();
            assert!(gates.is_empty(), "every lane is open: {gates:?}");
            assert!(store.read::<_, Error, _>(|tx| Box::pin(stops::list(tx))).await.unwrap().is_empty());
            for pace in [&pace, &again, &pace] {
                assert!(pace.pass(&to_host("b"), Duration::ZERO).await.unwrap().is_ok(), "all go on");
            }
        });
    }
}

#[test]
fn one_request_goes_first_and_the_others_learn_from_it() {
    let fresh = Fresh::sqlite();
    fresh.live(async |store| {
        let pace = open(&store, &fresh).await;
        let one = first(&pace).await;
        assert!(one.is_some());
        let to_a = to_host("a");
        let others = || async { (pace.turn(&to_host("b")).await, pace.turn(&to_host("c")).await) };
        let (seen, _) = tokio::join!(others(), pace.unanswered(&to_a, "refused", one));
        assert!(matches!(seen, (Turn::Failed(_), Turn::Failed(_) | Turn::First(_))), "{seen:?}");
        drop(seen);
        let one = first(&pace).await;
        let (seen, _) = tokio::join!(others(), async { pace.answered(&to_a, one) });
        assert!(matches!(seen, (Turn::Go, Turn::Go)), "{seen:?}");
        assert!(matches!(pace.turn(&to_host("a")).await, Turn::Go), "it has answered a moment ago");
        fresh.ambient.clock.jump(Duration::from_secs(2));
        let one = first(&pace).await;
        assert!(one.is_some(), "it has not answered lately");
        // Whoever went first is gone without an end: another goes first.
        let (next, ()) = tokio::join!(first(&pace), async { drop(one) });
        assert!(next.is_some());
    });
}

#[test]
fn what_is_sent_to_a_file_host_stops_that_host_alone() {
    let fresh = Fresh::sqlite();
    fresh.live(async |store| {
        let pace = open(&store, &fresh).await;
        let file = |host: &str| Sending { endpoint: "media".into(), ..Sending::default() }.at(host);
        let retry_after = Some(Duration::from_hours(1));
        let told = crate::pace::Told { class: Class::Rate, reason: "429".into(), retry_after };
        pace.tell(&file("a:443"), &told).await.unwrap();
        pace.tell(&file("a:443"), &told).await.unwrap();
        let all = store.read::<_, Error, _>(|tx| Box::pin(stops::list(tx))).await.unwrap();
        assert_eq!((all.len(), all[0].times, Millis(all[0].until - all[0].since)), (1, 1, Millis(3_600_000)));
        assert!(pace.pass(&file("a:443"), Duration::ZERO).await.unwrap().is_err());
        assert!(pace.pass(&file("b:443"), Duration::ZERO).await.unwrap().is_ok());
    });
}
