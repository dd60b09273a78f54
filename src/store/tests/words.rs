//! Columns that hold words of a closed set: a word that this program does not know is an error that names the column.

use super::*;
use crate::store::captures::{self, Standing};
use crate::store::crawl::targets;
use crate::store::engine::tx::on;
use crate::store::{Error, gates};

/// Writes what no program of ours writes.
async fn spoil(store: &Store, sql: &'static str) {
    let spoiled = store.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            on!(tx, db => sqlx::query(sql).execute(db).await.map(drop)).map_err(Error::in_act("spoil a row"))
        })
    });
    spoiled.await.unwrap();
}

#[test]
fn an_unknown_word_is_an_error_that_names_its_column() {
    on_each(async |store, _| {
        let add = store.write::<_, Error, _>(|tx| {
            Box::pin(async move {
                targets::add(tx, &[("a", "posts", "", tx.now())]).await?;
                gates::close(tx, &puzzle("shut", tx.now() + Duration::from_hours(1))).await
            })
        });
        add.await.unwrap();
        let gates = async || store.read::<_, Error, _>(|tx| Box::pin(gates::list(tx))).await;
        let courses = async || store.read::<_, Error, _>(|tx| Box::pin(targets::courses(tx))).await;
        let known = gates().await.unwrap().remove(0);
        assert_eq!((known.scope, known.class), (gates::Scope::Lane, Some(Class::Risk)));
        assert_eq!(courses().await.unwrap()[0].class, None);

        spoil(&store, "UPDATE course SET class = 'odd'").await;
        let said = courses().await.unwrap_err().to_string();
        assert!(said.contains("class") && said.contains("`odd` is not a class: one of ok gone"), "{said}");
        spoil(&store, "UPDATE gate SET scope = 'house'").await;
        let said = gates().await.unwrap_err().to_string();
        assert!(
            said.contains("scope") && said.contains("`house` is not a scope of a gate: one of lane kind"),
            "{said}"
        );
    });
}

/// One such row would stop the whole queue.
#[test]
fn an_unknown_state_of_a_job_counts_as_unknown() {
    on_each(async |store, _| {
        insert(&store, vec![new("a")]).await;
        spoil(&store, "UPDATE job SET state = 'odd'").await;
        let filter = jobs::Filter { limit: 10, ..jobs::Filter::default() };
        let found = store.read::<_, Error, _>(|tx| Box::pin(async move { jobs::list(tx, &filter).await })).await;
        assert_eq!(found.unwrap()[0].state, jobs::State::Unknown);
    });
}

#[test]
fn a_capture_is_read_as_it_was_judged() {
    on_each(async |store, _| {
        let judged = store.write::<_, Error, _>(|tx| {
            Box::pin(async move {
                let fresh = captures::Fresh {
                    profile: "main",
                    platform: "douyin",
                    source: "login",
                    is_made: false,
                    cookies: 1,
                    ends_at: None,
                };
                let id = captures::add(tx, fresh).await?.id;
                let before = captures::of(tx, "main").await?;
                captures::judge(tx, id, Standing::Refused, Class::Auth, "no").await?;
                Ok((before, captures::of(tx, "main").await?))
            })
        });
        let (before, after) = judged.await.unwrap();
        assert_eq!((before[0].standing, before[0].class), (Standing::Waiting, None));
        assert_eq!((after[0].standing, after[0].class), (Standing::Refused, Some(Class::Auth)));
        let shown = serde_json::to_value(&after[0]).unwrap();
        assert_eq!((&shown["standing"], &shown["class"]), (&"refused".into(), &"auth".into()));
    });
}
