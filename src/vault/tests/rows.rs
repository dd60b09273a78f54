//! Sealing on both databases: alone, in somebody's transaction, through rotations, beside another process.

use std::fs;

use uuid::Uuid;

use super::*;
use crate::store::kit::{Fresh, one_of_each};
use crate::store::vault as rows;
use crate::store::{Store, Tx, Work};

/// Runs `story` on each database that is at hand.
#[expect(clippy::needless_pass_by_value, reason = "a story is written where it is given")]
fn on_each(run: impl AsyncFn(&Fresh, Store, Folder)) {
    for fresh in one_of_each() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let (store, _house) = fresh.open().await;
            Box::pin(run(&fresh, store, Folder::new())).await;
        });
    }
}

async fn write<T: Send + 'static>(
    store: &Store,
    work: impl for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    store.write::<T, Error, _>(work).await
}

fn slot(row: impl std::fmt::Display) -> Slot {
    Slot::new("grant", row.to_string(), "token")
}

async fn put(store: &Store, vault: &Vault, row: impl std::fmt::Display, text: &str) -> Result<(), Error> {
    let (vault, slot, secret) = (vault.clone(), slot(row), secret(text));
    write(store, move |tx| Box::pin(async move { vault.put(tx, &slot, &secret).await })).await
}

async fn get(store: &Store, vault: &Vault, row: impl std::fmt::Display) -> Result<Option<String>, Error> {
    let (vault, slot) = (vault.clone(), slot(row));
    let found = store.read::<_, Error, _>(|tx| Box::pin(async move { vault.get(tx, &slot).await })).await?;
    Ok(found.map(|secret| secret.reveal().clone()))
}

async fn keys(store: &Store) -> Vec<rows::WrappedKey> {
    store.read::<_, crate::store::Error, _>(|tx| Box::pin(rows::keys(tx))).await.unwrap()
}

async fn counts(store: &Store) -> rows::Counts {
    store.read::<_, crate::store::Error, _>(|tx| Box::pin(rows::counts(tx))).await.unwrap()
}

/// What lies sealed under `row`, put in the place of what lies under `other`.
async fn change(store: &Store, row: &str, bytes: impl FnOnce(Vec<u8>) -> Vec<u8> + Send + 'static) {
    let at = slot(row);
    let done = store.write::<_, crate::store::Error, _>(move |tx| {
        Box::pin(async move {
            let found = rows::find(tx, at.at()).await?.unwrap();
            let key_id = found.key_id;
            rows::put(tx, at.at(), key_id, &bytes(found.bytes)).await
        })
    });
    done.await.unwrap();
}

async fn begin(store: &Store, vault: &Vault) -> bool {
    let vault = vault.clone();
    write(store, move |tx| Box::pin(async move { vault.begin_rotation(tx).await })).await.unwrap()
}

async fn page(store: &Store, vault: &Vault, after: Uuid) -> Page {
    let vault = vault.clone();
    write(store, move |tx| Box::pin(async move { vault.reseal_page(tx, after).await })).await.unwrap()
}

async fn end(store: &Store, vault: &Vault) -> bool {
    let vault = vault.clone();
    write(store, move |tx| Box::pin(async move { vault.end_rotation(tx).await })).await.unwrap()
}

#[test]
fn what_was_put_is_got_replaced_and_forgotten() {
    on_each(async |_, store, folder| {
        let vault = vault(&folder.key("k"));
        assert_eq!(get(&store, &vault, 1).await, Ok(None));
        put(&store, &vault, 1, "cookie").await.unwrap();
        put(&store, &vault, 2, "").await.unwrap();
        put(&store, &vault, 1, "another").await.unwrap();
        assert_eq!(get(&store, &vault, 1).await, Ok(Some("another".to_owned())));
        assert_eq!(get(&store, &vault, 2).await, Ok(Some(String::new())));
        for expected in [true, false] {
            let (vault, slot) = (vault.clone(), slot(1));
            let gone = write(&store, move |tx| Box::pin(async move { vault.forget(tx, &slot).await }));
            assert_eq!(gone.await, Ok(expected));
        }
        assert_eq!(get(&store, &vault, 1).await, Ok(None));
        assert_eq!(keys(&store).await.len(), 1, "one data key for all");
    });
}

#[test]
fn a_value_stands_or_falls_with_its_transaction() {
    on_each(async |_, store, folder| {
        let vault = vault(&folder.key("k"));
        let fail = async |row: u32| {
            let (vault, slot) = (vault.clone(), slot(row));
            let failed: Result<(), _> = write(&store, move |tx| {
                Box::pin(async move {
                    vault.put(tx, &slot, &secret("cookie")).await?;
                    Err(Error::TooLong { what: "the story".to_owned() })
                })
            })
            .await;
            assert!(failed.is_err());
        };
        fail(1).await;
        assert_eq!((get(&store, &vault, 1).await, keys(&store).await.len()), (Ok(None), 0));
        put(&store, &vault, 2, "cookie").await.unwrap();
        fail(2).await;
        assert_eq!(get(&store, &vault, 2).await, Ok(Some("cookie".to_owned())));
    });
}

#[test]
fn swapped_and_edited_values_do_not_open() {
    on_each(async |_, store, folder| {
        let vault = vault(&folder.key("k"));
        for row in ["a", "b"] {
            put(&store, &vault, row, row).await.unwrap();
        }
        let b = store.read::<_, crate::store::Error, _>(|tx| {
            Box::pin(rows::find(tx, rows::At { table: "grant", row: "b", column: "token" }))
        });
        let b = b.await.unwrap().unwrap().bytes;
        let moved = b.clone();
        change(&store, "a", move |_| moved).await;
        let refused = get(&store, &vault, "a").await.unwrap_err();
        assert_eq!(refused, Error::Damaged { what: "grant/a/token".to_owned() });
        change(&store, "a", move |_| b).await;
        change(&store, "b", |mut bytes| {
            *bytes.last_mut().unwrap() ^= 1;
            bytes
        })
        .await;
        assert!(matches!(get(&store, &vault, "b").await, Err(Error::Damaged { .. })));
    });
}

#[test]
fn a_missing_key_a_wrong_one_and_a_damaged_row_are_told_apart() {
    on_each(async |fresh, store, folder| {
        let (file, none) = (folder.key("k"), folder.0.join("none"));
        assert!(matches!(put(&store, &vault(&none), 1, "x").await, Err(Error::Missing { .. })));
        assert_eq!(data_keys(&fresh.place, &fresh.ambient).await.unwrap(), [], "looking makes no key");
        put(&store, &vault(&file), 1, "x").await.unwrap();
        let found = data_keys(&fresh.place, &fresh.ambient).await.unwrap();
        assert_eq!(vault(&file).fits(&found), Ok(Fit::Fits));
        assert_eq!((vault(&file).fits(&[]), vault(&none).fits(&[])), (Ok(Fit::Ready), Ok(Fit::Unused)));
        assert!(matches!(vault(&none).fits(&found), Err(Error::Lost { .. })));
        assert!(matches!(get(&store, &vault(&none), 1).await, Err(Error::Lost { .. })));
        assert!(matches!(put(&store, &vault(&none), 2, "x").await, Err(Error::Lost { .. })));
        let wrong = vault(&folder.key("other"));
        assert!(matches!(wrong.fits(&found), Err(Error::Wrong { .. })));
        assert!(matches!(get(&store, &wrong, 1).await, Err(Error::Wrong { .. })));
        assert!(matches!(put(&store, &wrong, 2, "x").await, Err(Error::Wrong { .. })));
        let mut hurt = found.clone();
        *hurt[0].wrapped.last_mut().unwrap() ^= 1;
        assert!(matches!(vault(&file).fits(&hurt), Err(Error::Damaged { .. })));
        let mut renamed = found;
        renamed[0].id = Uuid::nil();
        assert!(matches!(vault(&file).fits(&renamed), Err(Error::Damaged { .. })), "a key is bound to its own row");
    });
}

#[test]
fn a_rotation_seals_everything_anew_and_everything_stays_readable() {
    on_each(async |_, store, folder| {
        let file = folder.key("k");
        // Two processes: what one knows the other must find out.
        let (one, other) = (vault(&file), vault(&file));
        assert!(!begin(&store, &one).await, "nothing was ever sealed");
        for row in 0..250 {
            put(&store, &one, row, &format!("cookie {row}")).await.unwrap();
        }
        assert_eq!(get(&store, &other, 7).await, Ok(Some("cookie 7".to_owned())));
        let before = keys(&store).await;
        assert!(begin(&store, &one).await);
        let (mut after, mut sealed, mut pages) = (Uuid::nil(), 0, 0);
        loop {
            let page = page(&store, &one, after).await;
            sealed += page.sealed;
            pages += 1;
            for row in [0, 100, 249] {
                assert_eq!(get(&store, &other, row).await, Ok(Some(format!("cookie {row}"))), "page {pages}");
            }
            put(&store, &other, "new", "put meanwhile").await.unwrap();
            assert!(begin(&store, &other).await, "it goes on with the same keys");
            assert_eq!(keys(&store).await.len(), 2);
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!((sealed, pages), (250, 4));
        assert!(end(&store, &one).await);
        let now = keys(&store).await;
        assert_eq!((now.len(), now[0].id == before[0].id), (1, false));
        for row in 0..250 {
            assert_eq!(get(&store, &other, row).await, Ok(Some(format!("cookie {row}"))));
        }
        let all = rows::Counts { begun: true, rotating: false, current: 251, leaving: 0 };
        assert_eq!(counts(&store).await, all);
    });
}

#[test]
fn a_half_done_rotation_goes_on_in_the_next_life() {
    on_each(async |_, store, folder| {
        let file = folder.key("k");
        let first = vault(&file);
        for row in 0..150 {
            put(&store, &first, row, &format!("cookie {row}")).await.unwrap();
        }
        begin(&store, &first).await;
        page(&store, &first, Uuid::nil()).await;
        assert!(!end(&store, &first).await, "half of it lies under the old key, which stays");
        assert_eq!(counts(&store).await, rows::Counts { begun: true, rotating: true, current: 100, leaving: 50 });
        let second = vault(&file);
        assert!(begin(&store, &second).await);
        assert_eq!(page(&store, &second, Uuid::nil()).await.sealed, 50);
        assert!(end(&store, &second).await);
        assert_eq!(get(&store, &second, 149).await, Ok(Some("cookie 149".to_owned())));
    });
}

#[test]
fn a_damaged_value_keeps_its_key_and_is_named() {
    on_each(async |_, store, folder| {
        let vault = vault(&folder.key("k"));
        for row in ["a", "b", "c"] {
            put(&store, &vault, row, row).await.unwrap();
        }
        change(&store, "b", |_| vec![1; 60]).await;
        begin(&store, &vault).await;
        let page = page(&store, &vault, Uuid::nil()).await;
        assert_eq!((page.sealed, page.damaged), (2, vec!["grant/b/token".to_owned()]));
        assert!(!end(&store, &vault).await);
        put(&store, &vault, "b", "set anew").await.unwrap();
        assert!(end(&store, &vault).await);
        assert_eq!(get(&store, &vault, "b").await, Ok(Some("set anew".to_owned())));
    });
}

#[test]
fn another_master_key_opens_everything_and_the_old_one_nothing() {
    on_each(async |_, store, folder| {
        let (old, new) = (folder.key("old"), folder.key("new"));
        let before = vault(&old);
        put(&store, &before, 1, "cookie").await.unwrap();
        begin(&store, &before).await;
        let master = Master::of_file(&new, &Register::default()).unwrap();
        let exchanged = write(&store, move |tx| Box::pin(async move { before.exchange_master(tx, &master).await }));
        assert_eq!(exchanged.await, Ok(2), "also the one that a rotation is about to drop");
        assert_eq!(get(&store, &vault(&new), 1).await, Ok(Some("cookie".to_owned())));
        assert!(matches!(get(&store, &vault(&old), 1).await, Err(Error::Wrong { .. })));
    });
}

#[test]
fn those_who_seal_first_at_the_same_time_agree_on_one_key() {
    on_each(async |_, store, folder| {
        let file = folder.key("k");
        let mut all = tokio::task::JoinSet::new();
        for row in 0..16 {
            let (store, vault) = (store.clone(), vault(&file));
            all.spawn(async move { put(&store, &vault, row, "cookie").await });
        }
        while let Some(done) = all.join_next().await {
            done.unwrap().unwrap();
        }
        assert_eq!((keys(&store).await.len(), counts(&store).await.current), (1, 16));
    });
}

#[test]
fn sealing_beside_rotations_loses_nothing() {
    on_each(async |_, store, folder| {
        let file = folder.key("k");
        put(&store, &vault(&file), "first", "cookie").await.unwrap();
        let mut all = tokio::task::JoinSet::new();
        for who in 0..4 {
            let (store, vault) = (store.clone(), vault(&file));
            all.spawn(async move {
                for n in 0..40 {
                    let text = format!("cookie {n}");
                    put(&store, &vault, who, &text).await.unwrap();
                    assert_eq!(get(&store, &vault, who).await, Ok(Some(text)));
                }
            });
        }
        let rotating = vault(&file);
        let mut rotations = 0;
        while !all.is_empty() {
            begin(&store, &rotating).await;
            while page(&store, &rotating, Uuid::nil()).await.next.is_some() {}
            assert!(end(&store, &rotating).await, "nothing is sealed under a key that goes");
            rotations += 1;
            while let Some(done) = all.try_join_next() {
                done.unwrap();
            }
        }
        assert!(rotations > 1, "{rotations} rotations are no load");
        let fresh = vault(&file);
        for who in 0..4 {
            assert_eq!(get(&store, &fresh, who).await, Ok(Some("cookie 39".to_owned())));
        }
    });
}

#[test]
fn nothing_of_a_value_stands_in_the_database() {
    on_each(async |fresh, store, folder| {
        let vault = vault(&folder.key("k"));
        put(&store, &vault, 1, "canary-canary").await.unwrap();
        let crate::store::Place::Sqlite(file) = &fresh.place else { return };
        let name = file.display();
        let bytes = [format!("{name}"), format!("{name}-wal")].map(|file| fs::read(file).unwrap()).concat();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(holds("grant") && !holds("canary"));
    });
}

#[test]
fn credentials_join_what_was_given_and_never_go_before_it() {
    on_each(async |_, store, folder| {
        let register = Register::default();
        let source = Source { given: None, file: folder.key("k"), register: register.clone() };
        let vault = Vault::new(source);
        let mut given = crate::config::Secrets::default();
        given.fill("tiktok-app-key", secret("from-a-file"));
        let all = Credentials::new(store.clone(), vault.clone(), given.clone());
        assert_eq!(all.set("weekly-token", secret("sealed-token")).await, Ok(true));
        assert_eq!(all.set("tiktok-app-key", secret("sealed-key")).await, Ok(false), "a file gives another");
        let now = |all: &Credentials, name: &str| all.now().get(name).map(|secret| secret.reveal().clone());
        assert_eq!(now(&all, "weekly-token"), Some("sealed-token".to_owned()));
        assert_eq!(now(&all, "tiktok-app-key"), Some("from-a-file".to_owned()));
        assert_eq!(register.redact("sealed-token sealed-key"), "… …", "the log knows both");
        let elsewhere = Credentials::new(store.clone(), vault, given);
        elsewhere.refresh().await.unwrap();
        assert_eq!(now(&elsewhere, "weekly-token"), Some("sealed-token".to_owned()), "another process has it too");
        let listed: Vec<_> = all.list().await.unwrap().into_iter().map(|e| (e.name, e.length, e.used)).collect();
        assert_eq!(listed, [("tiktok-app-key".to_owned(), 10, false), ("weekly-token".to_owned(), 12, true)]);
        assert_eq!(all.forget("weekly-token").await, Ok(true));
        assert_eq!((all.forget("weekly-token").await, now(&all, "weekly-token")), (Ok(false), None));
        for outside in ["store-url", "vault-key", "no-such"] {
            assert!(matches!(all.set(outside, secret("x")).await, Err(SetError::Name { .. })), "{outside}");
        }
    });
}

#[test]
fn a_credential_that_does_not_open_is_left_out_alone() {
    on_each(async |_, store, folder| {
        let source = Source { given: None, file: folder.key("k"), register: Register::default() };
        let all = Credentials::new(store.clone(), Vault::new(source), crate::config::Secrets::default());
        for name in ["weekly-token", "tiktok-app-key"] {
            all.set(name, secret("sealed-value")).await.unwrap();
        }
        let hurt = store.write::<_, crate::store::Error, _>(|tx| {
            Box::pin(async move {
                let at = rows::At { table: "credential", row: "weekly-token", column: "value" };
                let found = rows::find(tx, at).await?.unwrap();
                rows::put(tx, at, found.key_id, &[1; 50]).await
            })
        });
        hurt.await.unwrap();
        all.refresh().await.unwrap();
        let shut: Vec<_> = all.shut().into_iter().map(|(name, _)| name).collect();
        assert_eq!(shut, ["weekly-token"]);
        assert!(all.now().get("weekly-token").is_none() && all.now().get("tiktok-app-key").is_some());
    });
}
