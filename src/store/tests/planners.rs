//! Several processes that send out what is due: nothing goes out twice.

use tokio::sync::oneshot;

use super::on_each;
use crate::domain::Millis;
use crate::store::crawl::targets::{self, Course};
use crate::store::{Error, Store};

/// Takes what is due, says so, and sends it out when it may.
async fn send(store: &Store, looked: oneshot::Sender<usize>, go: oneshot::Receiver<()>) -> Vec<Course> {
    let sent = store.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            let due = targets::due(tx, 100).await?;
            let _nobody_waits = looked.send(due.len());
            let _nobody_waits = go.await;
            for course in &due {
                targets::sent(tx, course.name(), Millis(i64::MAX), Some("job")).await?;
            }
            Ok(due)
        })
    });
    sent.await.unwrap()
}

#[test]
fn what_one_planner_sends_out_no_other_does() {
    on_each(async |store, _| {
        let made = store.write::<_, Error, _>(|tx| {
            Box::pin(async move {
                for n in 0..20 {
                    let name = format!("t{n}");
                    targets::put(tx, &[(&name, "{}")]).await?;
                    targets::add(tx, &[(&name, "posts", "", Millis(n))]).await?;
                }
                Ok(())
            })
        });
        made.await.unwrap();
        let (looked, seen) = oneshot::channel();
        let (go, may) = oneshot::channel();
        let mut first = tokio::task::JoinSet::new();
        let one = store.clone();
        first.spawn(async move { send(&one, looked, may).await });
        assert_eq!(seen.await, Ok(20));
        let (looked, also_seen) = oneshot::channel();
        // There is one writer on SQLite: whoever comes next waits there, and is passed over on a server.
        let mut held = Some(go);
        if !store.is_shared() {
            held.take().unwrap().send(()).unwrap();
        }
        let (_, may) = oneshot::channel();
        assert!(send(&store, looked, may).await.is_empty());
        assert_eq!(also_seen.await, Ok(0), "what another has in its hands is passed over");
        if let Some(go) = held {
            go.send(()).unwrap();
        }
        assert_eq!(first.join_next().await.unwrap().unwrap().len(), 20);
        let (looked, after) = oneshot::channel();
        let (_, may) = oneshot::channel();
        send(&store, looked, may).await;
        assert_eq!(after.await, Ok(0), "nothing is left");
    });
}
