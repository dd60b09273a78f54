//! Group commit: shared syncs, separate fates, and what a schema from elsewhere gets to hear.

use sqlx::ConnectOptions;

use super::*;
use crate::store::{Error, MigrateError, OpenError, gates};

#[test]
fn closures_share_a_commit_and_not_their_fate() {
    on_each(async |store, _| {
        let works = (0..64).map(|i| {
            let store = store.clone();
            async move {
                let outcome: Result<(), String> = store
                    .write(move |tx| {
                        Box::pin(async move {
                            jobs::insert(tx, &[new(i)]).await.map_err(|e| e.to_string())?;
                            if i % 2 == 0 { Ok(()) } else { Err("this one changed its mind".to_owned()) }
                        })
                    })
                    .await;
                assert_eq!(outcome.is_ok(), i % 2 == 0);
            }
        });
        let mut all = tokio::task::JoinSet::new();
        works.for_each(|work| drop(all.spawn(work)));
        while let Some(ended) = all.join_next().await {
            ended.unwrap();
        }
        assert_eq!(counts(&store).await, [("look".to_owned(), jobs::State::Queued, 32)]);
        if store.file().is_some() {
            let commits = store.counts().commits.load(Ordering::Relaxed);
            assert!(commits < 64, "{commits} commits for 64 closures");
        }
    });
}

impl From<Error> for String {
    fn from(error: Error) -> Self {
        error.to_string()
    }
}

#[test]
fn a_gate_is_paused_and_closed_apart() {
    on_each(async |store, ambient| {
        let gate = async |store: &Store| {
            store.read::<_, Error, _>(|tx| Box::pin(gates::list(tx))).await.unwrap().into_iter().next()
        };
        let until = ambient.clock.now() + Duration::from_mins(1);
        store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    gates::pause(tx, gates::Scope::Lane, "l", true).await?;
                    gates::close(tx, &puzzle("l", until)).await
                })
            })
            .await
            .unwrap();
        let both = gate(&store).await.unwrap();
        assert_eq!((both.paused, both.open_at), (true, Some(until.0)));
        store.write::<_, Error, _>(|tx| Box::pin(gates::open(tx, "l"))).await.unwrap();
        let paused = gate(&store).await.unwrap();
        assert_eq!((paused.paused, paused.open_at), (true, None));
        store.write::<_, Error, _>(|tx| Box::pin(gates::pause(tx, gates::Scope::Lane, "l", false))).await.unwrap();
        assert!(gate(&store).await.is_none());
    });
}

#[test]
fn a_database_from_the_future_is_refused_by_name_and_left_alone() {
    let fresh = Fresh::sqlite();
    let Place::Sqlite(file) = &fresh.place else { unreachable!() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (store, house) = fresh.open().await;
        drop(store);
        house.leave(Duration::from_secs(5)).await;
        let mut db = sqlx::sqlite::SqliteConnectOptions::new().filename(file).connect().await.unwrap();
        sqlx::query("INSERT INTO radard_schema VALUES (99, 'from afar', 'x', '9.1.0', 0)")
            .execute(&mut db)
            .await
            .unwrap();
        drop(db);
        for access in [Access::Write, Access::Read] {
            let refused = Store::open(&fresh.place, access, fresh.ambient.clone()).await.map(drop).unwrap_err();
            let OpenError::Migrate(MigrateError::Newer { found, program, .. }) = refused else { panic!("{refused}") };
            assert_eq!((found, program.as_str()), (99, "9.1.0"));
        }
    });
}

#[test]
fn a_data_directory_has_one_holder() {
    let fresh = Fresh::sqlite();
    let held = crate::store::DirLock::take(&fresh.dir).unwrap();
    let refused = crate::store::DirLock::take(&fresh.dir).unwrap_err().to_string();
    assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
    drop(held);
    crate::store::DirLock::take(&fresh.dir).unwrap();
}
