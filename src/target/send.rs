//! Sends one round of something that is taken of a target.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::phase::waits_for_posts;
use super::serving::Served;
use super::spec::Spec;
use super::times::{NEVER, next};
use crate::domain::{Class, Millis, Take};
use crate::queue::{Ask, AskError, Queue};
use crate::store::crawl::targets::{self, Course};
use crate::store::jobs;
use crate::store::{Error, Tx};

/// Comments that wait for posts are looked at again after this long at least, and at most.
const AGAIN: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(5));

/// What became of a round that was to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    /// It is queued, as the job of this key.
    Begun(String),
    /// The one before is still under way.
    UnderWay,
    /// It comes after the first round of the posts.
    AfterPosts,
    /// The target was written down by another version.
    Unreadable,
}

/// Where rounds are sent.
#[derive(Clone, Copy)]
pub(super) struct To<'a> {
    pub(super) queue: &'a Queue,
    pub(super) served: &'a Served,
}

/// Sends a round of `course`, unless the one before is still under way, and notes when the next is: at `next_at`, or as
/// the target says.
pub(super) async fn send(tx: &mut Tx, to: To<'_>, course: &Course, next_at: Option<i64>) -> Result<Sent, AskError> {
    let (name, kind) = (course.name(), to.served.kind_of(&course.take));
    let target = targets::target(tx, &course.target).await?;
    let Some(spec) = target.and_then(|target| Spec::read(&target.said)) else {
        targets::sent(tx, name, NEVER, None).await?;
        return Ok(Sent::Unreadable);
    };
    let now = tx.now();
    // What stood still for long is made up for once.
    let coming = next_at.map_or_else(|| next(&spec, now), Millis);
    let before = match &course.job {
        Some(key) => jobs::find_key(tx, kind, key).await?,
        None => None,
    };
    if before.as_ref().is_some_and(|job| !job.state.is_over()) {
        tracing::debug!("`{name}` is still under way, so its next round waits");
        targets::sent(tx, name, coming, None).await?;
        return Ok(Sent::UnderWay);
    }
    if let Some(again) = after_posts(tx, to.served, course).await? {
        targets::sent(tx, name, now + again, None).await?;
        return Ok(Sent::AfterPosts);
    }
    if let Some(dead) = before.filter(|job| job.state == jobs::State::Dead) {
        let class = dead.class.unwrap_or(Class::Local);
        targets::missed(tx, name, class, dead.last_error.as_deref().unwrap_or_default()).await?;
    }
    let key = new_key(tx, kind, course).await?;
    let ask = Ask {
        kind: kind.to_owned(),
        key: key.clone(),
        payload: json!({
            "target": course.target, "take": course.take,
            "profile": course.reread_as.as_ref().unwrap_or(&course.profile), "about": spec.about(),
        }),
        priority: i32::try_from(spec.priority).unwrap_or(0),
        run_at: None,
    };
    to.queue.ask_within(tx, ask).await?;
    targets::sent(tx, name, coming, Some(&key)).await?;
    Ok(Sent::Begun(key))
}

/// After how long comments are looked at again that wait for the first round of the posts; nothing when they do not wait.
async fn after_posts(tx: &mut Tx, served: &Served, course: &Course) -> Result<Option<Duration>, Error> {
    if course.take != Take::Comments.as_str() || course.ended_at.is_some() {
        return Ok(None);
    }
    let Some(posts) = targets::course(tx, &course.target, Take::Posts.as_str()).await? else { return Ok(None) };
    let keys: Vec<&str> = posts.job.as_deref().into_iter().collect();
    let job = jobs::outlines(tx, served.kind_of(&posts.take), &keys).await?.into_iter().next();
    let now = tx.now();
    if !waits_for_posts(course, &posts, job.as_ref(), now) {
        return Ok(None);
    }
    // A list that takes hours is looked at less often than one that takes a minute.
    let age = job.map_or(Duration::ZERO, |job| now.since(Millis(job.created_at)));
    Ok(Some((age / 8).clamp(AGAIN.0, AGAIN.1)))
}

/// A key that no job has. A round that replaces another one may begin in the same second.
async fn new_key(tx: &mut Tx, kind: &str, course: &Course) -> Result<String, Error> {
    let slot = Timestamp::from_millisecond(tx.now().0).map(|at| at.strftime("%Y-%m-%dT%H:%M:%S").to_string());
    let first = format!("{}/{}@{}", course.target, course.take, slot.unwrap_or_default());
    let mut key = first.clone();
    for nth in 2.. {
        if jobs::find_key(tx, kind, &key).await?.is_none() {
            break;
        }
        key = format!("{first}.{nth}");
    }
    Ok(key)
}
