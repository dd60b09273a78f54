//! What a clock wrote that was a year ahead, after it was set right: nothing waits for that year.

use super::*;
use crate::store::crawl::doubts::{self, Kept, Sweep};
use crate::store::crawl::{listed, targets};
use crate::store::{Error, Store, ahead, captures, clocks, gates, keys};

const YEAR_MS: i64 = 365 * 24 * 3_600_000;
const HOUR_MS: i64 = 3_600_000;

async fn do_in<F>(store: &Store, work: F)
where
    F: for<'t> FnOnce(&'t mut crate::store::Tx) -> crate::store::Work<'t, Result<(), Error>> + Send + 'static,
{
    store.write::<_, Error, _>(work).await.unwrap();
}

/// What has to be set back, and what has not: jobs by their key with their times.
async fn run_ats(store: &Store) -> Vec<(String, i64)> {
    let filter = jobs::Filter { limit: 100, ..jobs::Filter::default() };
    let read = store.read::<_, Error, _>(move |tx| Box::pin(async move { jobs::list(tx, &filter).await }));
    let mut all: Vec<_> = read.await.unwrap().into_iter().map(|job| (job.key.clone(), job.run_at)).collect();
    all.sort();
    all
}

#[test]
fn what_a_wrong_clock_put_off_for_a_year_is_set_back_and_the_rest_stays() {
    on_each(async |store, ambient| {
        let begin = ambient.clock.now().0;
        // A person asked for this one, by a clock that was right.
        insert(&store, vec![jobs::New { run_at: Some(Millis(begin + 2 * YEAR_MS)), ..new("asked") }]).await;
        ambient.clock.step(YEAR_MS);
        insert(&store, vec![jobs::New { run_at: Some(Millis(begin + YEAR_MS + HOUR_MS)), ..new("in an hour") }]).await;
        insert(&store, vec![new("snoozed"), new("held")]).await;
        let taken = take(&store, 2, "gone/1").await;
        let snoozed = taken.iter().find(|job| job.key == "snoozed").unwrap();
        let (state, run_at) = (jobs::State::Snoozed, Some(Millis(begin + YEAR_MS + 2 * HOUR_MS)));
        settle(&store, vec![jobs::End { state, run_at, ..jobs::End::done(snoozed.id, snoozed.fence, "look".into()) }])
            .await;
        do_in(&store, |tx| {
            Box::pin(async move {
                let open_at = tx.now() + Duration::from_hours(3);
                let fresh = captures::Fresh {
                    profile: "main",
                    platform: "douyin",
                    source: "file",
                    is_made: false,
                    cookies: 1,
                    ends_at: None,
                };
                gates::close(tx, &puzzle("shut", open_at)).await?;
                let id = captures::add(tx, fresh).await?.id;
                captures::prove(tx, id).await?;
                let until = tx.now() + Duration::from_hours(1);
                let visit = keys::New { pass: keys::Pass::Visit, hash: "hash", until, opened_by: None };
                keys::begin(tx, visit).await?;
                clocks::backed_up(tx).await?;
                targets::add(tx, &[("a", "posts", "", tx.now())]).await?;
                let whole = Some((tx.now(), tx.now()));
                let round = targets::Round {
                    class: Class::Ok,
                    said: None,
                    found: 1,
                    fresh: 1,
                    is_full: true,
                    is_finished: true,
                    whole,
                };
                targets::ended(tx, targets::CourseName { target: "a", take: "posts" }, round).await?;
                listed::put(tx, "likes", "owner", std::iter::once("item")).await?;
                Ok(())
            })
        })
        .await;
        ambient.clock.step(-YEAR_MS);
        let now = ambient.clock.now().0;
        // The control: as it stands all of that waits.
        assert!(run_ats(&store).await.iter().filter(|(_, at)| *at > now + YEAR_MS / 2).count() >= 3);
        do_in(&store, |tx| Box::pin(async move { ahead::set_back(tx).await.map(drop) })).await;
        do_in(&store, |tx| Box::pin(async move { ahead::set_sightings_back(tx).await.map(drop) })).await;

        let of = run_ats(&store).await;
        let at = |key: &str| of.iter().find(|(known, _)| known == key).unwrap().1;
        assert_eq!(at("asked"), begin + 2 * YEAR_MS, "what a person asked for stays");
        assert_eq!((at("in an hour") - now, at("snoozed") - now), (HOUR_MS, 2 * HOUR_MS), "a wait keeps its length");
        let read = store.read::<_, Error, _>(|tx| {
            Box::pin(async move {
                let (gates, captures) = (gates::list(tx).await?, captures::all(tx).await?);
                let visit = keys::visit(tx, "hash").await?;
                Ok((gates, captures, visit, clocks::backup_at(tx).await?, targets::courses(tx).await?))
            })
        });
        let (gates, captures, visit, backup, courses) = read.await.unwrap();
        assert_eq!(gates[0].open_at, Some(now + 3 * HOUR_MS));
        assert_eq!((captures[0].proved_at, captures[0].made_at), (Some(now), now));
        assert_eq!(visit.map(|visit| visit.expires_at), Some(now + HOUR_MS));
        assert_eq!(backup, Some(Millis(now)));
        let course = &courses[0];
        assert_eq!([course.ended_at, course.yielded_at, course.full_at], [Some(now); 3]);
        assert_eq!([course.whole_from, course.whole_to], [None; 2], "nobody knows from when on nothing is missing");
        // Its worker is gone, and the lease of an hour and a bit is the longest it can have.
        ambient.clock.jump(Duration::from_hours(2));
        let expired = jobs::Orphans::Expired(ambient.clock.now());
        let freed = store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                let row = |row: &jobs::Rescue, now| jobs::Rescued {
                    state: jobs::State::Queued,
                    crashes: row.crashes,
                    crashed_at: now,
                    error: String::new(),
                };
                Ok(jobs::rescue(tx, &expired, row).await?.len())
            })
        });
        assert_eq!(freed.await.unwrap(), 1);
        let likes = Kept::Listed { list: "likes", owner: "owner".to_owned() };
        let gone = store.write::<_, Error, _>(move |tx| {
            Box::pin(async move { doubts::sweep(tx, &likes, tx.now(), Sweep::All).await })
        });
        assert_eq!(gone.await.unwrap(), 1, "what was not seen again is noticed to be gone");
    });
}

#[test]
fn a_wrong_clock_costs_no_copy() {
    let fresh = Fresh::sqlite();
    let name = |day: &str| fresh.dir.join(format!("radard-{day}T040000000Z.db"));
    let days = ["20270110", "20270111", "20270112", "20280110"];
    for day in days {
        std::fs::write(name(day), b"SQLite format 3\0").unwrap();
    }
    let week = Duration::from_hours(7 * 24);
    // In January 2027, and after the clock was set back by years.
    for now in [BEGIN.0, BEGIN.0 - 7 * YEAR_MS] {
        assert_eq!(super::backups::of(&fresh).thin_out(week, Millis(now), None), 0);
        assert!(days.iter().all(|day| name(day).exists()), "at {now}");
    }
}
