//! What an edit of the queue file does to rounds that are under way, on both databases.

use std::time::Duration;

use super::*;
use crate::config::{QueueText, check_queue};
use crate::domain::Platform;
use crate::store::Store;
use crate::store::jobs::{End, New, State};
use crate::store::kit::{BEGIN, insert, on_each, settle, take};
use crate::target::serving::{Server, Wanted};

const KIND: &str = "read";

/// One room that serves everything.
fn served() -> Served {
    let pages = |_: &mut Tx, _: Wanted<'_>| -> crate::store::Work<'_, Result<Option<u64>, Error>> {
        Box::pin(async { Ok(None) })
    };
    Served::default().with(Server { kind: KIND, takes: Take::ALL, pages_read: |_| None, pages })
}

const PAGE: &str = "url = \"https://www.douyin.com/user/MS4w\"\nevery = \"7d\"\n";

fn targets_of(more: &str) -> Vec<Target> {
    let text = format!("[[target]]\nname = \"c\"\n{more}\n");
    let text = QueueText { file: "queue.toml".into(), read: Some(Ok(text.into_bytes())) };
    check_queue(&text, &[crate::config::Profile::new("main", Platform::Douyin)]).unwrap().all
}

async fn save(store: &Store, more: &str) -> Plan {
    let wanted = targets_of(more);
    let saved = store.write::<_, Error, _>(move |tx| Box::pin(async move { apply(tx, &served(), &wanted).await }));
    saved.await.unwrap()
}

/// The course of the posts, and the state of its job with the moment of its next run.
async fn posts(store: &Store) -> (Option<Course>, State, Millis) {
    let read = store.read::<_, Error, _>(|tx| {
        Box::pin(async move {
            let course = targets::course(tx, "c", "posts").await?;
            let job = jobs::outlines(tx, KIND, &["c/posts@1", "nobody"]).await?.remove(0);
            Ok((course, job.state, Millis(job.run_at)))
        })
    });
    read.await.unwrap()
}

/// Lets the round of the posts wait for an hour, as the job of their course, whose next round comes in a week.
async fn wait(store: &Store) {
    let new = New { kind: KIND.to_owned(), key: "c/posts@1".to_owned(), ..crate::store::kit::new(1) };
    insert(store, vec![new]).await;
    let job = take(store, 1, "node/a").await.remove(0);
    let end = End::done(job.id, job.fence, job.kind);
    let run_at = Some(BEGIN + Duration::from_hours(1));
    settle(store, vec![End { state: State::Snoozed, run_at, snoozes: 1, ..end }]).await;
    let sent = store.write::<_, Error, _>(|tx| {
        Box::pin(async move {
            let week = tx.now() + Duration::from_hours(7 * 24);
            targets::sent(tx, targets::CourseName { target: "c", take: "posts" }, week, Some("c/posts@1")).await?;
            targets::silent(tx, "c", "posts").await
        })
    });
    sent.await.unwrap();
}

#[test]
fn an_edit_cancels_the_rounds_that_nobody_wants_any_more_and_no_others() {
    for (edit, is_stopped) in [
        ("take = [\"posts\"]\nmax = 5\npriority = 3\nnote = \"x\"", false),
        ("take = [\"posts\", \"profile\"]", false),
        ("take = [\"posts\"]\nprofile = \"main\"", true),
        ("take = [\"posts\"]\nbetween = \"2026-01-01|2026-12-31\"", true),
        ("take = [\"posts\", \"following\"]\norder = \"old\"", true),
        ("take = [\"profile\"]", true),
    ] {
        on_each(async |store, _| {
            save(&store, &format!("{PAGE}take = [\"posts\"]")).await;
            wait(&store).await;
            let plan = save(&store, &format!("{PAGE}{edit}")).await;
            let (course, state, _) = posts(&store).await;
            assert_eq!(
                (plan.stopped.len(), state == State::Cancelled),
                (usize::from(is_stopped), is_stopped),
                "{edit}"
            );
            if edit.contains("[\"profile\"]") {
                assert_eq!(course, None);
                return;
            }
            let course = course.unwrap();
            assert_eq!(
                (course.next_at <= BEGIN.0 + 1000, course.silent_at.is_none()),
                (is_stopped, is_stopped),
                "{edit}"
            );
        });
    }
}

#[test]
fn a_round_that_slept_while_the_file_paused_it_goes_on_when_the_file_lets_it() {
    on_each(async |store, _| {
        save(&store, &format!("{PAGE}take = [\"posts\"]")).await;
        wait(&store).await;
        save(&store, &format!("{PAGE}take = [\"posts\"]\npaused = true")).await;
        let (course, state, run_at) = posts(&store).await;
        assert_eq!((course.unwrap().next_at, state), (NEVER.0, State::Snoozed));
        assert!(run_at > BEGIN + Duration::from_mins(50), "the control: it still sleeps");
        save(&store, &format!("{PAGE}take = [\"posts\"]")).await;
        let (_, state, run_at) = posts(&store).await;
        assert!(state == State::Snoozed && run_at < BEGIN + Duration::from_mins(1), "{run_at}");
    });
}
