//! Asking for work: checked at the door, queued many at a time, answered after the commit.
//!
//! Those who ask at the same moment share one statement and one commit. A key that exists is not an error: the same
//! payload gets the same job back, another payload is refused with the job that has the key.

use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::job::Hopeless;
use super::kinds::{Kinds, Unfit};
use crate::domain::amount::roughly_long;
use crate::domain::canonical::canonical;
use crate::domain::{JobId, Millis};
use crate::store::jobs::{self, Inserted};
use crate::store::{self, Store};
use crate::supervise::{Failure, Stop};

/// Those who may wait to be answered at once.
pub(super) const WAITING: usize = 1024;
/// As many jobs as this are not kept waiting for more.
const BATCH: usize = 256;
/// Statements that are under way at once where each has a connection of its own: one is written while another syncs.
const SHARED_AT_ONCE: usize = 2;
/// Fewer jobs than this are not worth a statement beside one that is under way: they wait for it, and for more.
const APART: usize = 32;
/// How often those who were just answered are let go before the next batch is closed, so that who asks again at once
/// does not have to wait for a second commit.
const COURTESY: usize = 2;
/// The longest key.
const KEY: usize = 512;

/// Work that somebody asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The kind.
    pub kind: String,
    /// What makes it the same work as another of its kind.
    pub key: String,
    /// The kind's own fields.
    #[serde(default = "nothing")]
    pub payload: Value,
    /// Higher goes first, from -100 to 100.
    #[serde(default)]
    pub priority: i32,
    /// Not before this moment.
    #[serde(default)]
    pub run_at: Option<Millis>,
}

fn nothing() -> Value {
    Value::Object(serde_json::Map::default())
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It is queued now.
    New(JobId),
    /// It was there.
    Same(JobId),
    /// It was there and is dead: it runs again only when a person retries it.
    Dead(JobId),
}

impl Asked {
    /// The job, new or old.
    pub const fn id(self) -> JobId {
        match self {
            Self::New(id) | Self::Same(id) | Self::Dead(id) => id,
        }
    }
}

/// Why work was refused.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AskError {
    /// Nobody here does this.
    #[error("there is no kind `{kind}`: one of {}", .known.join(" "))]
    Kind {
        /// What was asked for.
        kind: String,
        /// What there is.
        known: Vec<&'static str>,
    },
    /// The payload is not what the kind needs.
    #[error("the payload does not fit kind `{kind}`: {why}")]
    Payload {
        /// The kind.
        kind: String,
        /// What is wrong.
        why: String,
    },
    /// Such a job can never succeed.
    #[error("such a job of kind `{kind}` can never succeed: {}", .hopeless.why)]
    Hopeless {
        /// The kind.
        kind: String,
        /// Why, and what to do.
        hopeless: Hopeless,
    },
    /// The key is empty, too long, or has control characters.
    #[error("the key must have 1 to {KEY} bytes and no control characters")]
    Key,
    /// The priority is out of range.
    #[error("priority {0} is not between -100 and 100")]
    Priority(i32),
    /// The payload is larger than allowed.
    #[error("the payload has {}; `queue.body_limit_kib` allows {}", roughly_long(*.bytes), roughly_long(*.limit))]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Other work has the key.
    #[error("job {id} of kind `{kind}` has the key `{key}` with another payload")]
    Clash {
        /// The job that has it.
        id: JobId,
        /// The kind.
        kind: String,
        /// The key.
        key: String,
    },
    /// The store refused; nothing was queued.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Jobs on their way to the batch, with the way back.
pub(super) struct Asking {
    news: Vec<jobs::New>,
    reply: oneshot::Sender<Result<Vec<Inserted>, store::Error>>,
}

/// Checks `ask` and gives the row it would be.
pub(super) fn check(kinds: &Kinds, limit: usize, ask: &Ask) -> Result<jobs::New, AskError> {
    let known = kinds.get(&ask.kind);
    let known = known.ok_or_else(|| AskError::Kind { kind: ask.kind.clone(), known: kinds.names() })?;
    if ask.key.is_empty() || ask.key.len() > KEY || ask.key.chars().any(char::is_control) {
        return Err(AskError::Key);
    }
    if !(-100..=100).contains(&ask.priority) {
        return Err(AskError::Priority(ask.priority));
    }
    let payload = canonical(&ask.payload);
    if payload.len() > limit {
        return Err(AskError::TooLarge { bytes: payload.len(), limit });
    }
    let unfit = |why| AskError::Payload { kind: ask.kind.clone(), why };
    let place = (known.place)(&ask.payload).map_err(|no| match no {
        Unfit::Unreadable(why) => unfit(why),
        Unfit::Hopeless(hopeless) => AskError::Hopeless { kind: ask.kind.clone(), hopeless },
    })?;
    for (name, text) in [("lane", &place.lane), ("target", &place.target)] {
        if text.contains(char::is_control) {
            return Err(unfit(format!("the {name} of such a job would hold a control character")));
        }
    }
    Ok(jobs::New {
        kind: ask.kind.clone(),
        key: ask.key.clone(),
        lane: place.lane,
        target: place.target,
        payload,
        priority: ask.priority,
        run_at: ask.run_at,
        attempts_max: known.attempts,
    })
}

/// Sends `news` to the batch and waits for its commit.
pub(super) async fn submit(to: &mpsc::Sender<Asking>, news: Vec<jobs::New>) -> Result<Vec<Inserted>, store::Error> {
    let closed = store::Error::Closed { act: "queue jobs" };
    let (reply, answer) = oneshot::channel();
    to.send(Asking { news, reply }).await.map_err(|_| closed.clone())?;
    answer.await.map_err(|_| closed)?
}

/// Queues one job by the shortest way, for who asks while nobody else does and has no commit to share.
pub(super) async fn write_one(store: &Store, new: jobs::New) -> Result<Inserted, store::Error> {
    store.write_one(move |tx| Box::pin(async move { jobs::insert_one(tx, &new).await })).await
}

/// Serves those who ask until the house stops and nobody is left waiting.
pub(super) async fn serve(store: Store, inbox: &mut mpsc::Receiver<Asking>, stop: Stop) -> Result<(), Failure> {
    let at_once = if store.is_shared() { SHARED_AT_ONCE } else { 1 };
    let mut writes = JoinSet::new();
    loop {
        let first = tokio::select! {
            biased;
            Some(_) = writes.join_next(), if !writes.is_empty() => continue,
            () = stop.asked(), if !inbox.is_closed() => {
                inbox.close();
                continue;
            }
            first = inbox.recv(), if writes.len() < at_once => first,
        };
        let Some(first) = first else { break };
        let mut batch = vec![first];
        let jobs = gather(inbox, &mut batch).await;
        if jobs < APART && writes.join_next().await.is_some() {
            gather(inbox, &mut batch).await;
        }
        writes.spawn(write(store.clone(), batch));
    }
    while writes.join_next().await.is_some() {}
    Ok(())
}

/// Lets those who were just answered ask again, and takes whoever asks; gives how many jobs that makes.
async fn gather(inbox: &mut mpsc::Receiver<Asking>, batch: &mut Vec<Asking>) -> usize {
    let mut jobs = batch.iter().map(|asking| asking.news.len()).sum();
    for _ in 0..COURTESY {
        tokio::task::yield_now().await;
        while jobs < BATCH
            && let Ok(asking) = inbox.try_recv()
        {
            jobs += asking.news.len();
            batch.push(asking);
        }
    }
    jobs
}

/// Queues a batch and answers everyone in it. A job that the database refuses harms nobody else: then each who asked has
/// a commit of their own.
async fn write(store: Store, batch: Vec<Asking>) {
    let (mut news, mut replies) = (Vec::new(), Vec::new());
    for asking in batch {
        let from = news.len();
        news.extend(asking.news);
        replies.push((from..news.len(), asking.reply));
    }
    let news = Arc::new(news);
    match insert(&store, &news, 0..news.len()).await {
        Ok(outcomes) => {
            for (range, reply) in replies {
                let _gone = reply.send(Ok(outcomes.get(range).unwrap_or_default().to_vec()));
            }
        }
        Err(error) if error.is_passing() || error.is_fatal() || replies.len() == 1 => {
            for (_, reply) in replies {
                let _gone = reply.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for (range, reply) in replies {
                let _gone = reply.send(insert(&store, &news, range).await);
            }
        }
    }
}

async fn insert(store: &Store, news: &Arc<Vec<jobs::New>>, range: Range<usize>) -> Result<Vec<Inserted>, store::Error> {
    let news = news.clone();
    let insert = store.write_alone::<_, store::Error, _>(move |tx| {
        Box::pin(async move { jobs::insert(tx, news.get(range).unwrap_or_default()).await })
    });
    insert.await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::kit::one_of_each;

    fn asking(key: &str, lane: &str) -> (Asking, oneshot::Receiver<Result<Vec<Inserted>, store::Error>>) {
        let new = jobs::New {
            kind: "deed".to_owned(),
            key: key.to_owned(),
            lane: lane.to_owned(),
            target: String::new(),
            payload: "{}".to_owned(),
            priority: 0,
            run_at: None,
            attempts_max: 5,
        };
        let (reply, answer) = oneshot::channel();
        (Asking { news: vec![new], reply }, answer)
    }

    #[test]
    fn a_job_that_the_database_refuses_harms_no_other_of_its_batch() {
        for fresh in one_of_each() {
            fresh.live(async |store| {
                // PostgreSQL refuses a NUL in a text.
                let asked = [asking("before", "l"), asking("bad", "l\0"), asking("behind", "l")];
                let (batch, answers): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
                write(store, batch).await;
                let mut told = Vec::new();
                for answer in answers {
                    told.push(answer.await.unwrap().is_ok());
                }
                assert_eq!(told, [true, !fresh.is_shared(), true]);
            });
        }
    }
}
