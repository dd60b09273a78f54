//! People go first: a person's request takes the next free slot, and no limit is exceeded for it.

use std::time::Duration;

use super::harness::*;
use crate::ambient::Ambient;
use crate::config::{Config, Tolerance};
use crate::domain::Held;
use crate::pace::{Pace, Rank, Sending};
use crate::store::Store;
use crate::store::kit::{Fresh, one_of_each};

const SECOND: Duration = Duration::from_secs(1);
/// A minute, and the margin that a limit keeps.
const SPACING: Duration = Duration::from_millis(61_500);
/// Background senders that never run out of work.
const CROWD: usize = 8;

async fn open(store: &Store, config: &Config, ambient: &Ambient) -> Pace {
    Pace::open(store.clone(), config, ambient.clone()).await.unwrap()
}

/// How long each of eight requests of `rank` waits at `pace` while `crowd` sends in the background.
async fn waits(rank: Rank, pace: &Pace, crowd: &Pace, sending: &Sending, ambient: &Ambient) -> (Vec<Duration>, usize) {
    let (server, span) = (Server::default(), MINUTE * 15);
    let person = async {
        let mut waits = Vec::new();
        for nth in 0..8 {
            ambient.clock.sleep(SECOND * (25 + nth * 7)).await;
            let begun = ambient.clock.steady();
            // As a command does: it comes back a little later than it could.
            while ambient.clock.steady().saturating_sub(begun) < SPACING * 2 {
                match pace.pass_as(rank, sending, Duration::ZERO).await.unwrap() {
                    Ok(permit) => {
                        server.note(ambient.clock.steady());
                        permit.answered();
                        break;
                    }
                    Err(wait) => ambient.clock.sleep(wait.wait + Duration::from_millis(50)).await,
                }
            }
            waits.push(ambient.clock.steady().saturating_sub(begun));
        }
        waits
    };
    let background = async {
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..CROWD {
            let (ambient, server, mut paced) = (ambient.clone(), server.clone(), Paced(crowd.clone(), sending.clone()));
            all.spawn(async move { send_for(span, &ambient, &server, &mut paced).await });
        }
        while all.join_next().await.is_some() {}
    };
    let (waits, ()) = tokio::join!(person, background);
    (waits, server.most_in_any(MINUTE))
}

#[test]
fn a_person_takes_the_next_free_slot_however_much_waits_in_the_background() {
    for fresh in one_of_each() {
        fresh.live(async |store| {
            let config = with(vec![per_account("posts", 3, MINUTE)]);
            let one = open(&store, &config, &fresh.ambient).await;
            // Another process does the background work.
            let other = open(&store, &config, &fresh.ambient).await;
            for crowd in [&one, &other] {
                let (waits, most) = waits(Rank::Person, &one, crowd, &of_main(), &fresh.ambient).await;
                assert!(waits.iter().all(|wait| *wait <= SPACING) && most <= 3, "{waits:?}, {most} in a minute");
            }
            let (waits, most) = waits(Rank::Background, &one, &one, &of_main(), &fresh.ambient).await;
            assert!(waits.iter().any(|wait| *wait > SPACING) && most <= 3, "the control: {waits:?}");
        });
    }
}

#[test]
fn a_person_goes_first_in_the_gaps_of_an_account_too() {
    let fresh = Fresh::sqlite();
    fresh.live(async |store| {
        let mut config = with(Vec::new());
        config.pace.tolerance = Tolerance::Careful;
        let pace = open(&store, &config, &fresh.ambient).await;
        let sending = Sending { endpoint: "douyin.post".to_owned(), ..of_main() };
        let (waits, most) = waits(Rank::Person, &pace, &pace, &sending, &fresh.ambient).await;
        assert!(waits.iter().all(|wait| *wait <= SPACING + SECOND * 6) && most <= 6, "{waits:?}, {most} in a minute");
    });
}

#[test]
fn a_look_keeps_the_next_slot_for_whoever_comes_back_for_it() {
    for fresh in one_of_each() {
        fresh.live(async |store| {
            let config = with(vec![per_account("posts", 1, MINUTE)]);
            let one = open(&store, &config, &fresh.ambient).await;
            let other = open(&store, &config, &fresh.ambient).await;
            let clock = &fresh.ambient.clock;
            let now = async |pace: &Pace, rank| pace.pass_as(rank, &of_main(), Duration::ZERO).await.unwrap();
            assert_eq!(one.look(&of_main()).await.unwrap(), Ok(()));
            assert!(now(&other, Rank::Background).await.is_err(), "it is free, and kept");
            assert!(now(&one, Rank::Person).await.is_ok());
            let wait = one.look(&of_main()).await.unwrap().unwrap_err();
            assert_eq!(wait.held, Held::Limit("posts".into()));
            assert!(wait.wait > MINUTE && wait.wait <= SPACING, "{wait:?}");
            clock.jump(wait.wait);
            let kept = now(&other, Rank::Background).await.unwrap_err();
            assert!(kept.wait <= SECOND * 2, "{kept:?}");
            assert!(now(&one, Rank::Person).await.is_ok(), "for whoever comes back");
            // Whoever does not come back holds nobody up.
            let wait = one.look(&of_main()).await.unwrap().unwrap_err();
            clock.jump(wait.wait + SECOND * 2);
            assert!(now(&other, Rank::Background).await.is_ok());
        });
    }
}
