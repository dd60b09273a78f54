//! Pages of several jobs share a transaction, and nothing else.

use std::sync::atomic::AtomicBool;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::config::{QueueText, check_queue};
use crate::domain::{Author, Class, Post, Take};
use crate::platform::douyin::link::Kind;
use crate::platform::douyin::list::Progress;
use crate::platform::douyin::mode::Rows;
use crate::store::crawl::{posts::said_below_one, targets::Course};
use crate::store::jobs::Claimed;
use crate::store::kit::{insert, new, one_of_each, take};
use crate::store::{Error, Store};
use crate::target::Spec;

fn page(store: &Store, job: &Claimed, text: &str) -> Page {
    let file = "[[target]]\nname = \"t\"\nurl = \"https://www.douyin.com/user/MS4w\"\ntake = [\"posts\"]\n";
    let file = QueueText { file: "queue.toml".into(), read: Some(Ok(file.into())) };
    let spec = Spec::of(&check_queue(&file, &[]).unwrap().all[0]);
    let brief = Brief {
        key: String::new(),
        most_checks: 30,
        target: "t".to_owned(),
        profile: String::new(),
        spec,
        take: Take::Posts,
        page: Some((Kind::User, "MS4w".to_owned())),
        course: Course::default(),
        is_full_due: false,
    };
    let creator = Author { id: "MS4w".to_owned(), ..Author::default() };
    let counts = crate::domain::Counts { comments: Some(1), ..crate::domain::Counts::default() };
    let post = Post { id: job.key.clone(), text: text.to_owned(), creator, counts, ..Post::default() };
    let haul = Haul { rows: Rows::Posts(vec![post]), raw: Vec::new(), of: 1, progress: Progress::default() };
    let round = Round::new(store.now(), Leg::Whole, &brief.about());
    let lease = Lease::new(store.clone(), job, Arc::new(AtomicBool::new(false)), CancellationToken::new());
    Page { lease, brief: Arc::new(brief), round, haul, sent: Vec::new() }
}

/// Whether the post of each of these jobs was kept.
async fn kept(store: &Store, jobs: &[Claimed]) -> Vec<bool> {
    let ids: Vec<String> = jobs.iter().map(|job| job.key.clone()).collect();
    let read = store.read::<_, Error, _>(move |tx| {
        Box::pin(async move {
            let mut kept = Vec::new();
            for id in &ids {
                kept.push(said_below_one(tx, id).await?.is_some());
            }
            Ok(kept)
        })
    });
    read.await.unwrap()
}

#[test]
fn a_page_that_cannot_be_kept_takes_no_other_with_it() {
    for fresh in one_of_each() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (store, house) = fresh.open().await;
            insert(&store, (0..4).map(new).collect()).await;
            let mut jobs = take(&store, 4, "node/a").await;
            assert_eq!(jobs.len(), 4);
            jobs[1].fence -= 1;
            // PostgreSQL keeps no text with such a byte.
            let texts = ["a", "b", "c", "\0"];
            let pages = || jobs.iter().zip(texts).map(|(job, text)| page(&store, job, text));
            assert!(keep_all(pages().map(Arc::new).collect()).await.is_err());
            assert_eq!(kept(&store, &jobs).await, [false; 4], "what is refused together is not kept");
            let keeper = Keeper::start(&house);
            let [a, b, c, d] = pages().map(|page| keeper.keep(page)).collect::<Vec<_>>().try_into().ok().unwrap();
            // All are brought before any is taken: nothing else runs meanwhile.
            let (a, b, c, d) = tokio::join!(a, b, c, d);
            assert_eq!((a.unwrap().found, c.unwrap().found), (1, 1));
            assert_eq!(b.unwrap_err().class, Class::Local, "its job is somebody else's");
            assert_eq!(d.is_err(), fresh.is_shared());
            assert_eq!(kept(&store, &jobs).await, [true, false, true, !fresh.is_shared()]);
        });
    }
}
