//! Copies made under load, damaged copies, and the way back.

use super::*;
use crate::store::backup;
use crate::store::copies::Copies;

const DAY: Duration = Duration::from_hours(24);

pub(super) fn of(fresh: &Fresh) -> Copies {
    Copies { backups: fresh.dir.clone(), data: fresh.dir.clone() }
}

#[test]
fn a_copy_made_under_load_holds_all_that_was_acknowledged_before_it() {
    let fresh = Fresh::sqlite();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (store, _house) = fresh.open().await;
        for round in 0..5u32 {
            insert(&store, (0..50).map(|i| new(format!("{round}-{i}"))).collect()).await;
            let busy = store.clone();
            let mut load = tokio::task::JoinSet::new();
            load.spawn(async move {
                for i in 0..100 {
                    insert(&busy, vec![new(format!("load-{round}-{i}"))]).await;
                }
            });
            fresh.ambient.clock.jump(Duration::from_secs(1));
            let made = backup::create(&store, &fresh.dir).await.unwrap();
            assert!(made.jobs >= i64::from(round + 1) * 50, "{made:?}");
            assert_eq!(backup::verify(&made.file).await.unwrap(), made);
            load.join_next().await.unwrap().unwrap();
        }
        assert_eq!(of(&fresh).thin_out(DAY, store.now(), None), 4, "of one day the newest stays");
    });
}

#[test]
fn copies_stay_for_days_one_of_each_and_the_newest_for_ever() {
    let fresh = Fresh::sqlite();
    let name = |moment: &str| fresh.dir.join(format!("radard-{moment}0000000Z.db"));
    // Copies of the other sorts go by their age alone; what only looks like one is not touched.
    let other = |name: &str| fresh.dir.join(format!("{name}.db"));
    let (old, late) = (["before-migration", "replaced"], ["before-migration", "replaced", "radard-notes"]);
    let (old, late) = (
        old.map(|p| other(&format!("{p}-20270101T040000000Z"))),
        late.map(|p| other(&format!("{p}-20270113T040000000Z"))),
    );
    old.iter().chain(&late).for_each(|file| std::fs::write(file, b"SQLite format 3\0").unwrap());
    let days = ["20270101T04", "20270112T04", "20270113T04", "20270113T05", "20270113T06", "20270114T04"];
    for moment in days {
        std::fs::write(name(moment), b"SQLite format 3\0").unwrap();
    }
    // What only has the name of a copy stands for none, and is left alone.
    std::fs::create_dir(name("20270113T23")).unwrap();
    std::fs::write(name("20270112T23"), "").unwrap();
    let there = || days.into_iter().filter(|moment| name(moment).exists()).collect::<Vec<_>>();
    // The clock of the story shows 15 January.
    assert_eq!(of(&fresh).thin_out(7 * DAY, Millis(BEGIN.0), None), 5);
    assert!(!old.iter().any(|file| file.exists()) && late.iter().all(|file| file.exists()));
    assert_eq!(there(), ["20270112T04", "20270113T06", "20270114T04"], "many copies of a day push out no other day");
    assert_eq!(of(&fresh).thin_out(7 * DAY, Millis(BEGIN.0) + 100 * DAY, None), 4);
    assert_eq!(late.map(|file| file.exists()), [false, false, true]);
    assert_eq!(there(), ["20270114T04"], "the newest, however old it is");
    // A clock was set back: what was made just now has an earlier name than another copy of its day.
    let (made, other) = (name("20270120T04"), name("20270120T05"));
    for file in [&made, &other] {
        std::fs::write(file, b"SQLite format 3\0").unwrap();
    }
    of(&fresh).thin_out(7 * DAY, Millis(BEGIN.0) + 100 * DAY, Some(&made));
    assert!(made.exists(), "what was just made and proved stays");
}

#[test]
fn a_damaged_copy_is_refused_and_the_database_stays() {
    let fresh = Fresh::sqlite();
    let Place::Sqlite(file) = fresh.place.clone() else { unreachable!() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (store, house) = fresh.open().await;
        insert(&store, (0..500).map(new).collect()).await;
        let made = backup::create(&store, &fresh.dir).await.unwrap();
        insert(&store, vec![new("after")]).await;
        drop(store);
        house.leave(Duration::from_secs(5)).await;

        let mut bytes = std::fs::read(&made.file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 3000].fill(0xEE);
        let hurt = fresh.dir.join("hurt.db");
        std::fs::write(&hurt, &bytes).unwrap();
        let before = std::fs::read(&file).unwrap();
        let refused = backup::restore(&hurt, &file, &fresh.ambient.clock).await.unwrap_err();
        assert!(matches!(refused, backup::BackupError::Damaged { .. }), "{refused}");
        assert_eq!(std::fs::read(&file).unwrap(), before);

        let aside = backup::restore(&made.file, &file, &fresh.ambient.clock).await.unwrap().unwrap();
        assert_eq!(backup::verify(&aside).await.unwrap().jobs, 501, "the old database lies aside, whole");
        let (store, _house) = fresh.open().await;
        let count: i64 = counts(&store).await.iter().map(|c| c.2).sum();
        assert_eq!(count, 500);
    });
}
