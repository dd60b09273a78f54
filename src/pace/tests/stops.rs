//! P36, P37: who is asked to wait waits to the second, and a sign of risk is answered with silence and one try.

use std::time::Duration;

use super::harness::*;
use crate::domain::Class;
use crate::pace::{Pace, Permit, Sending, Told, Wait};
use crate::store::alarms;
use crate::store::kit::{Fresh, one_of_each};
use crate::store::stops::{self, Stopped};
use crate::store::{Error, Store};

const SECOND: Duration = Duration::from_secs(1);

async fn open(store: &Store, fresh: &Fresh) -> Pace {
    Pace::open(store.clone(), &with(Vec::new()), fresh.ambient.clone()).await.unwrap()
}

async fn all(store: &Store) -> Vec<Stopped> {
    store.read::<_, Error, _>(|tx| Box::pin(stops::list(tx))).await.unwrap()
}

fn of(account: &str) -> Sending {
    Sending { lane: format!("{account}/posts"), account: Some(account.to_owned()), ..of_main() }
}

async fn now(pace: &Pace, sending: &Sending) -> Result<Permit, Wait> {
    pace.pass(sending, Duration::ZERO).await.unwrap()
}

async fn tell(pace: &Pace, sending: &Sending, class: Class, after: Option<Duration>) {
    let told = Told { class, reason: "please solve this".to_owned(), retry_after: after };
    pace.tell(sending, &told).await.unwrap();
}

#[test]
fn a_wait_that_was_asked_for_is_kept_to_the_second_also_after_a_restart() {
    for fresh in one_of_each() {
        fresh.live(async |store| {
            let pace = open(&store, &fresh).await;
            tell(&pace, &of("a"), Class::Rate, Some(90 * SECOND)).await;
            tell(&pace, &of("a"), Class::Rate, Some(30 * SECOND)).await;
            assert!(now(&pace, &of("b")).await.is_ok(), "other accounts go on");
            fresh.ambient.clock.jump(89 * SECOND);
            for pace in [&pace, &open(&store, &fresh).await] {
                let wait = now(pace, &of("a")).await.unwrap_err();
                assert_eq!((wait.wait, wait.rule.as_str(), wait.line.as_str()), (SECOND, "rate", "account a"));
                assert!(
                    wait.to_string().contains("`account a` is stopped for 1 s (rate: please solve this)"),
                    "{wait}"
                );
            }
            fresh.ambient.clock.jump(SECOND);
            assert!(now(&pace, &of("a")).await.is_ok());
        });
    }
}

#[test]
fn a_wait_beyond_a_day_is_cut_where_people_can_see_it() {
    let fresh = Fresh::sqlite();
    fresh.live(async |store| {
        let pace = open(&store, &fresh).await;
        tell(&pace, &of("a"), Class::Rate, Some(Duration::from_hours(100))).await;
        let [stop] = &all(&store).await[..] else { panic!() };
        assert_eq!((stop.until - stop.since, stop.asked_ms), (86_400_000, Some(360_000_000)));
        fresh.ambient.clock.jump(Duration::from_hours(24));
        assert!(now(&pace, &of("a")).await.is_ok());
    });
}

#[test]
fn a_sign_of_risk_is_followed_by_hours_of_silence_and_one_try() {
    for fresh in one_of_each() {
        fresh.live(async |store| {
            let (pace, clock) = (open(&store, &fresh).await, &fresh.ambient.clock);
            let granted = now(&pace, &of("a")).await.unwrap();
            assert!(granted.is_fresh());
            tell(&pace, &of("a"), Class::Risk, None).await;
            assert!(!granted.is_fresh(), "what was granted before is not sent any more");
            let open_alarms = store.read::<_, Error, _>(|tx| Box::pin(alarms::open(tx))).await.unwrap();
            let raised: Vec<_> =
                open_alarms.iter().map(|alarm| (alarm.name.as_str(), alarm.subject.as_str())).collect();
            assert_eq!(raised, [("lane_closed", "a/posts")], "also when no job met it");
            assert!(now(&pace, &of("b")).await.is_ok(), "other accounts go on");
            // What was still on its way comes back well, and proves nothing.
            tell(&pace, &of("a"), Class::Ok, None).await;
            let wait = now(&pace, &of("a")).await.unwrap_err().wait;
            assert!((6..8).contains(&(wait.as_secs() / 3600)), "{wait:?}");

            clock.jump(wait.saturating_sub(SECOND));
            let again = open(&store, &fresh).await;
            assert!(now(&again, &of("a")).await.is_err(), "a restart opens nothing");
            clock.jump(SECOND);
            // Two processes, many tasks: one try.
            let mut tries = Vec::new();
            for pace in [&pace, &again, &pace, &again, &open(&store, &fresh).await] {
                tries.extend(now(pace, &of("a")).await.ok());
            }
            assert_eq!(tries.len(), 1);
            assert!(tries[0].is_fresh());
            tell(&again, &of("a"), Class::Risk, None).await;
            let wait = now(&again, &of("a")).await.unwrap_err().wait;
            assert!(wait >= Duration::from_hours(6), "the try was refused: {wait:?}");
            assert_eq!(all(&store).await[0].times, 2);

            clock.jump(wait);
            assert!(now(&again, &of("a")).await.is_ok());
            // Nobody tells how it ended: after a while somebody else may try.
            clock.jump(Duration::from_mins(2));
            assert!(now(&again, &of("a")).await.is_ok());
            tell(&again, &of("a"), Class::Ok, None).await;
            assert!(all(&store).await.is_empty());
            for _ in 0..3 {
                assert!(now(&again, &of("a")).await.is_ok(), "all go on");
            }
        });
    }
}

/// A wait that is asked for while the account is stopped does not make the stop one of those that end by themselves.
#[test]
fn a_sign_of_risk_keeps_its_name_and_its_lane_whatever_is_answered_meanwhile() {
    for fresh in one_of_each() {
        fresh.live(async |store| {
            let pace = open(&store, &fresh).await;
            tell(&pace, &of("a"), Class::Risk, None).await;
            fresh.ambient.clock.jump(SECOND);
            let other = Sending { lane: "a/likes".to_owned(), ..of("a") };
            tell(&pace, &other, Class::Rate, Some(40 * SECOND)).await;
            tell(&pace, &other, Class::Risk, None).await;
            let stops = all(&store).await;
            let [stop] = &stops[..] else { panic!("{stops:?}") };
            assert_eq!(
                (stop.class.as_str(), stop.lane.as_str(), stop.is_breaker),
                ("risk", "a/posts", true),
                "{stop:?}"
            );
            for pace in [&pace, &open(&store, &fresh).await] {
                let wait = now(pace, &of("a")).await.unwrap_err();
                assert_eq!(wait.rule, "risk", "{wait}");
            }
            let raised = store.read::<_, Error, _>(|tx| Box::pin(alarms::open(tx))).await.unwrap();
            let raised: Vec<_> = raised.iter().map(|alarm| (alarm.subject.as_str(), alarm.count)).collect();
            assert_eq!(raised, [("a/posts", 2)], "one cause, one alarm");
            let lifted = store.write::<_, Error, _>(|tx| Box::pin(stops::lift_lane(tx, "a/posts")));
            lifted.await.unwrap();
            assert!(all(&store).await.is_empty());
        });
    }
}

#[test]
fn a_person_who_opens_the_lane_lifts_the_stop() {
    for fresh in one_of_each() {
        fresh.live(async |store| {
            let pace = open(&store, &fresh).await;
            for account in ["a", "b"] {
                tell(&pace, &of(account), Class::Risk, None).await;
                assert!(now(&pace, &of(account)).await.is_err());
            }
            let lifted = store.write::<_, Error, _>(|tx| Box::pin(stops::lift_lane(tx, "a/posts")));
            lifted.await.unwrap();
            assert!(now(&pace, &of("a")).await.is_ok());
            assert!(now(&pace, &of("b")).await.is_err());
        });
    }
}
