//! What is thrown away goes by its age alone, a page at a time, and takes with it what hangs on it and nothing else.

use super::{Fresh, on_each, one_of_each};
use crate::domain::{AlarmName, Author, Class, Counts, Files, Post, Room};
use crate::store::alarms::{self, Severity};
use crate::store::crawl::prune::{self, Aged, DAY};
use crate::store::crawl::{comments, creators, export, grown, listed, posts, raw, shelf, table};
use crate::store::{Error, Store};

fn post(id: &str, creator: &str, likes: i64) -> Post {
    let creator = Author { id: creator.to_owned(), nickname: "n".to_owned(), ..Author::default() };
    let counts = Counts { likes: Some(likes), ..Counts::default() };
    Post { id: id.to_owned(), creator, text: "t".to_owned(), counts, ..Post::default() }
}

/// Keeps a page of posts as one would at a moment of the clock.
async fn keep(store: &Store, all: Vec<Post>) {
    let kept = store.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            creators::meet(tx, all.iter().map(|post| &post.creator)).await?;
            posts::keep(tx, &[&all]).await?;
            for post in &all {
                listed::put(tx, "likes", "owner", std::iter::once(post.id.as_str())).await?;
                let said = crate::domain::Comment { id: format!("c{}", post.id), ..Default::default() };
                raw::keep(tx, "comment", &[(&said.id, &raw::pack("{}"))]).await?;
                comments::keep(tx, &post.id, None, &[said]).await?;
                raw::keep(tx, "post", &[(&post.id, &raw::pack("{}"))]).await?;
            }
            Ok(())
        })
    });
    kept.await.unwrap();
}

/// How many rows each table has, as it would be given out.
async fn rows(store: &Store, name: &'static str) -> Vec<export::Row> {
    let (to, mut from) = tokio::sync::mpsc::channel(64);
    let wanted = export::Wanted::default();
    let read = store.read::<_, Error, _>(move |tx| {
        Box::pin(async move { export::rows(tx, table::table(name).unwrap(), &wanted, to).await })
    });
    read.await.unwrap();
    let mut all = Vec::new();
    while let Some(page) = from.recv().await {
        all.extend(page);
    }
    all
}

#[test]
fn what_is_old_goes_with_all_that_hangs_on_it_and_nothing_else_goes() {
    on_each(async |store, ambient| {
        let begin = store.now();
        for page in 0..12 {
            keep(&store, (0..100).map(|n| post(&format!("old{page}-{n}"), "gone", n)).collect()).await;
        }
        ambient.clock.jump(std::time::Duration::from_hours(24 * 10));
        keep(&store, vec![post("new1", "stays", 1), post("new2", "stays", 2)]).await;
        let before = begin + std::time::Duration::from_hours(24 * 5);
        let mut pages = 0;
        loop {
            let old = store.read::<_, Error, _>(move |tx| Box::pin(async move { prune::old_posts(tx, before).await }));
            let old = old.await.unwrap();
            if old.is_empty() {
                break;
            }
            pages += 1;
            store
                .write::<_, Error, _>(move |tx| Box::pin(async move { prune::drop_posts(tx, &old).await }))
                .await
                .unwrap();
        }
        assert_eq!(pages, 3, "a page at a time");
        for (name, left) in [("posts", 2), ("lists", 2), ("comments", 2), ("snapshots", 2), ("raw", 4)] {
            assert_eq!(rows(&store, name).await.len(), left, "{name}");
        }
        assert_eq!(rows(&store, "raw").await[0][3], export::Field::Text("{}".to_owned()));
        let late = begin + std::time::Duration::from_hours(24 * 50);
        let people = store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                let old = prune::old_people(tx, late).await?;
                prune::drop_people(tx, &old).await?;
                Ok(old)
            })
        });
        assert_eq!(people.await.unwrap(), ["gone"], "who has a post stays");
        let traces =
            store.write::<_, Error, _>(move |tx| Box::pin(async move { prune::drop_traces(tx, "owner").await }));
        assert_eq!((traces.await.unwrap(), rows(&store, "lists").await.len()), (2, 0));
        for (what, name, n) in [(Aged::Comments, "comments", 2), (Aged::Raw, "raw", 4), (Aged::Counts, "snapshots", 2)]
        {
            let gone =
                store.write::<_, Error, _>(move |tx| Box::pin(async move { prune::drop_aged(tx, what, late).await }));
            assert_eq!((gone.await.unwrap(), rows(&store, name).await.len()), (n, 0), "{name}");
        }
    });
}

#[test]
fn who_is_forgotten_takes_what_was_sent_of_their_words_and_rooms_along() {
    on_each(async |store, _| {
        let by = |id: &str| Author { id: id.to_owned(), nickname: "n".to_owned(), ..Author::default() };
        let kept = store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                for (who, post) in [("voice", "p1"), ("other", "p1"), ("other", "p2")] {
                    let id = format!("{who}-{post}");
                    let said = crate::domain::Comment { id: id.clone(), author: by(who), ..Default::default() };
                    comments::keep(tx, post, None, &[said]).await?;
                    raw::keep(tx, "comment", &[(&id, &raw::pack("{}"))]).await?;
                    shelf::room(tx, &Room { number: who.to_owned(), owner: by(who), ..Room::default() }).await?;
                    raw::keep(tx, "room", &[(who, &raw::pack("{}"))]).await?;
                }
                prune::drop_posts(tx, &["p2".to_owned()]).await?;
                prune::drop_traces(tx, "voice").await
            })
        });
        assert_eq!(kept.await.unwrap(), 4, "a comment, a room, its numbers, and what was sent of it");
        let mut left = rows(&store, "raw").await.into_iter().map(|mut row| row.swap_remove(1)).collect::<Vec<_>>();
        left.sort_by_key(|id| format!("{id:?}"));
        assert_eq!(left, ["other", "other-p1"].map(|id| export::Field::Text(id.to_owned())));
    });
}

#[test]
fn of_an_old_day_the_last_numbers_stay() {
    on_each(async |store, ambient| {
        let begin = store.now();
        let hours = 30;
        for n in 0..hours {
            keep(&store, vec![post("a", "c", n), post("b", "c", n / 7)]).await;
            ambient.clock.jump(std::time::Duration::from_hours(1));
        }
        let counted = rows(&store, "snapshots").await;
        assert_eq!(counted.len(), 30 + 5, "a number that stays the same is not counted again");
        let first = store.read::<_, Error, _>(|tx| Box::pin(prune::next_day(tx))).await.unwrap().unwrap();
        assert_eq!(first.0, begin.0 - begin.0.rem_euclid(DAY));
        let mut day = first;
        while day.0 + DAY <= store.now().0 {
            let gone = store
                .write::<_, Error, _>(move |tx| Box::pin(async move { prune::thin(tx, day).await }))
                .await
                .unwrap();
            if gone == 0 {
                day = store.read::<_, Error, _>(|tx| Box::pin(prune::next_day(tx))).await.unwrap().unwrap();
            }
        }
        let of_day = |row: &export::Row, id: &str| match row.as_slice() {
            [_, export::Field::Text(of), export::Field::Number(at), ..] if of == id => Some(at.div_euclid(DAY)),
            _ => None,
        };
        let left = rows(&store, "snapshots").await;
        for id in ["a", "b"] {
            let days: Vec<i64> = left.iter().filter_map(|row| of_day(row, id)).filter(|at| *at < day.0 / DAY).collect();
            let mut once = days.clone();
            once.dedup();
            assert!(!days.is_empty() && days == once, "one a day: {days:?}");
            let last = counted.iter().rfind(|row| of_day(row, id) == days.first().copied()).unwrap();
            assert!(left.contains(last), "and it is the last");
        }
    });
}

#[test]
fn how_much_there_is_is_noted_once_a_day() {
    on_each(async |store, _| {
        keep(&store, vec![post("a", "c", 1)]).await;
        let counts = store.read::<_, Error, _>(|tx| Box::pin(grown::count(tx))).await.unwrap();
        assert!(counts.contains(&("posts", 1)) && counts.contains(&("raw", 2)), "{counts:?}");
        for (day, amount) in [(1, 5), (2, 6), (2, 7), (9, 8)] {
            let noted = store.write::<_, Error, _>(move |tx| {
                Box::pin(async move { grown::note(tx, day, &[("posts", amount)], day - 7).await })
            });
            noted.await.unwrap();
        }
        let since = store.read::<_, Error, _>(|tx| Box::pin(grown::since(tx, 0))).await.unwrap();
        assert_eq!(since, [(2, "posts".to_owned(), 7), (9, "posts".to_owned(), 8)]);
    });
}

/// The columns `names` of the only row of a table.
async fn fields<const N: usize>(store: &Store, name: &'static str, names: [&str; N]) -> [export::Field; N] {
    let rows = rows(store, name).await;
    let [row] = rows.as_slice() else { panic!("{} rows", rows.len()) };
    let columns = table::table(name).unwrap().columns;
    names.map(|name| row[columns.iter().position(|column| column.name == name).unwrap()].clone())
}

#[test]
fn addresses_are_those_that_were_sent_last_and_what_is_not_said_stays() {
    on_each(async |store, ambient| {
        use export::Field::{List, None, Number, Text};
        let list = |items: &[&str]| List(items.iter().map(|item| (*item).to_owned()).collect());
        let text = |text: &str| Text(text.to_owned());
        let files = |cover: Option<&str>, media: &[&str]| Files {
            cover: cover.map(str::to_owned),
            media: media.iter().map(|url| (*url).to_owned()).collect(),
        };
        let names = ["hashtags", "cover", "media", "media_at", "kind", "privacy", "link"];
        let link = |page: &str| Text(format!("https://www.douyin.com/{page}/p"));
        let begin = store.now();
        keep(&store, vec![post("p", "c", 1)]).await;
        let bare = [None, None, None, None, None, None, link("video")];
        assert_eq!(fields(&store, "posts", names).await, bare, "nothing is made up");
        let full = Post {
            kind: Some(68),
            privacy: Some(2),
            hashtags: Some(vec!["a".into(), "夜市".into()]),
            files: files(Some("https://c"), &["https://1", "https://2"]),
            ..post("p", "c", 1)
        };
        keep(&store, vec![full.clone()]).await;
        let [tags, at] = [list(&["a", "夜市"]), Number(begin.0)];
        let [cover, media] = [text("https://c"), list(&["https://1", "https://2"])];
        let known = [tags, cover, media, at, text("images"), text("friends"), link("note")];
        assert_eq!(fields(&store, "posts", names).await, known);
        ambient.clock.jump(std::time::Duration::from_hours(1));
        keep(&store, vec![post("p", "c", 1)]).await;
        assert_eq!(fields(&store, "posts", names).await, known, "an answer that does not say it changes nothing");
        let other = Post {
            kind: Some(122),
            privacy: Some(0),
            hashtags: Some(Vec::new()),
            files: files(Some("https://d"), &[]),
            ..full
        };
        keep(&store, vec![other]).await;
        let at = Number(store.now().0);
        let now = [list(&[]), text("https://d"), None, at, text("122"), text("public"), link("video")];
        assert_eq!(fields(&store, "posts", names).await, now, "no old address stands beside a new time");
    });
}

#[test]
fn the_state_of_a_room_is_a_word() {
    on_each(async |store, _| {
        for (status, state) in [(Some(2), Some("live")), (Some(4), Some("ended")), (Some(7), Some("7")), (None, None)] {
            let room = Room { number: "1".to_owned(), status, ..Room::default() };
            let kept = store.write::<_, Error, _>(move |tx| Box::pin(async move { shelf::room(tx, &room).await }));
            kept.await.unwrap();
            let expected = state.map_or(export::Field::None, |state| export::Field::Text(state.to_owned()));
            assert_eq!(fields(&store, "rooms", ["state"]).await, [expected]);
        }
    });
}

#[test]
fn pages_that_are_kept_together_are_kept_as_one_after_the_other() {
    for (together, apart) in one_of_each().into_iter().zip(one_of_each()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let stores = [together.open().await.0, apart.open().await.0];
            for round in 0..12_i64 {
                // Some posts stand in several of the pages; some change, some are new, some come back.
                let made = |id: i64| Post {
                    text: format!("t{}", (id + round) / 9),
                    ..post(&format!("p{id}"), "c", (id + round) / 5)
                };
                let pages: Vec<Vec<Post>> =
                    (0..6).map(|page| (0..40).map(|n| made((page * 31 + n * 7 + round * 3) % 170)).collect()).collect();
                let (all, each) = (pages.clone(), pages);
                let at_once = stores[0].write::<_, Error, _>(move |tx| {
                    Box::pin(async move { posts::keep(tx, &all.iter().map(Vec::as_slice).collect::<Vec<_>>()).await })
                });
                let one_by_one = stores[1].write::<_, Error, _>(move |tx| {
                    Box::pin(async move {
                        let mut met = Vec::new();
                        for page in &each {
                            met.extend(posts::keep(tx, &[page]).await?);
                        }
                        Ok(met)
                    })
                });
                let (at_once, one_by_one) = (at_once.await.unwrap(), one_by_one.await.unwrap());
                assert_eq!(at_once, one_by_one, "{round}");
                assert!(at_once.iter().any(|met| met.changed > 0) || round == 0);
                for store in &stores {
                    let gone = format!("p{}", round * 13);
                    let gone = store.write::<_, Error, _>(move |tx| {
                        Box::pin(async move { posts::gone(tx, &gone, crate::domain::Class::Gone).await })
                    });
                    gone.await.unwrap();
                }
                together.ambient.clock.jump(std::time::Duration::from_mins(1));
                apart.ambient.clock.jump(std::time::Duration::from_mins(1));
            }
            for name in ["posts", "snapshots"] {
                let [mut left, mut right] = [rows(&stores[0], name).await, rows(&stores[1], name).await];
                left.sort_by_key(|row| format!("{row:?}"));
                right.sort_by_key(|row| format!("{row:?}"));
                assert!(left.len() > 160, "{name} {}", left.len());
                assert_eq!(left, right, "{name}");
            }
        });
    }
}

#[test]
fn forgetting_waits_for_no_reader_and_empties_the_log_once_it_is_free() {
    let fresh = Fresh::sqlite();
    fresh.live(async |store| {
        let (ready, holds) = tokio::sync::oneshot::channel::<()>();
        let (release, end) = tokio::sync::oneshot::channel::<()>();
        let reading = store.read::<_, Error, _>(move |tx| {
            Box::pin(async move {
                tx.run("read", "BEGIN").await?;
                alarms::open(tx).await?;
                let _somebody_waits = ready.send(());
                let _in_the_end = end.await;
                tx.run("read", "ROLLBACK").await
            })
        });
        let raise = async |erases: bool| {
            let raised = store.write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    if erases {
                        tx.erase().await?;
                    }
                    let (name, subject, detail) = (AlarmName::DiskLow, "d".to_owned(), String::new());
                    let raise =
                        alarms::Raise { name, subject, severity: Severity::Notice, class: Class::Local, detail };
                    alarms::raise(tx, &raise).await
                })
            });
            raised.await.unwrap();
        };
        let writing = async {
            holds.await.unwrap();
            // What comes behind the first commit has been done when the second is answered.
            raise(true).await;
            raise(false).await;
            assert!(store.wal_bytes() > 0, "the control: the reader needs the log");
            release.send(()).unwrap();
        };
        let (read, ()) = tokio::join!(reading, writing);
        read.unwrap();
        raise(false).await;
        raise(false).await;
        assert_eq!(store.wal_bytes(), 0);
    });
}
