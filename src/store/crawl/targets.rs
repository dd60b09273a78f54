//! The targets as they were taken over last, and what is taken of each: when next, and how the last round ended.

use std::fmt;

use sqlx::FromRow;

use crate::domain::{Class, Millis};
use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const TARGETS: &str = "SELECT name, said, subject, removed_at, paused_at FROM target";
const TARGET: &str = "SELECT name, said, subject, removed_at, paused_at FROM target WHERE name = $1";
const PUT: Batch = Batch::of_both(
    &[("v_name", Of::Text), ("v_said", Of::Text), ("v_now", Of::Number)],
    "INSERT INTO target (name, said, made_at, changed_at) SELECT v_name, v_said, v_now, v_now FROM v
        WHERE v_name IS NOT NULL
    ON CONFLICT (name) DO UPDATE SET said = excluded.said, changed_at = excluded.changed_at, removed_at = NULL,
        subject = NULL",
);
const REMOVE: &str = "UPDATE target SET removed_at = $1 WHERE name = $2";
/// One that stands in no queue file any more.
const ERASE: &str = "DELETE FROM target WHERE name = $1 AND removed_at IS NOT NULL";
const PAUSE: &str = "UPDATE target SET paused_at = $1 WHERE name = $2 AND removed_at IS NULL RETURNING name";
const SUBJECT: &str = "UPDATE target SET subject = $1 WHERE name = $2";
const COURSES: &str =
    "SELECT target, take, profile, next_at, job, rounds, ended_at, class, said, found, fresh, yielded_at,
    silent_at, full_at, whole_from, whole_to, begun, doubted_at, reread_as FROM course ORDER BY target, take";
const COURSE: &str =
    "SELECT target, take, profile, next_at, job, rounds, ended_at, class, said, found, fresh, yielded_at,
    silent_at, full_at, whole_from, whole_to, begun, doubted_at, reread_as FROM course WHERE target = $1 AND take = $2";
const ADD: Batch = Batch::of_both(
    &[("v_target", Of::Text), ("v_take", Of::Text), ("v_profile", Of::Text), ("v_next", Of::Number)],
    "INSERT INTO course (target, take, profile, next_at, rounds, found, fresh)
    SELECT v_target, v_take, v_profile, v_next, CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM v
        WHERE v_target IS NOT NULL
    ON CONFLICT (target, take) DO UPDATE SET profile = excluded.profile, next_at = excluded.next_at",
);
const ANEW: &str = "UPDATE course SET ended_at = NULL, class = NULL, said = NULL, found = CAST(0 AS BIGINT),
    fresh = CAST(0 AS BIGINT), yielded_at = NULL, silent_at = NULL, full_at = NULL, whole_from = NULL, whole_to = NULL,
    begun = NULL, doubted_at = NULL, reread_as = NULL
    WHERE target = $1 AND take = $2";
macro_rules! due {
    ($locked:literal) => {
        concat!(
            "SELECT target, take, profile, next_at, job, rounds, ended_at, class, said, found, fresh, yielded_at,
                silent_at, full_at, whole_from, whole_to, begun, doubted_at, reread_as FROM course WHERE next_at <= $1 ORDER BY next_at LIMIT $2",
            $locked
        )
    };
}
const DUE: &str = due!("");
const DUE_LOCKED: &str = due!(" FOR UPDATE SKIP LOCKED");
const NEXT: &str = "SELECT next_at FROM course ORDER BY next_at LIMIT 1";
const HOLD: &str = "UPDATE course SET next_at = $1 WHERE target = $2";
const DROP: &str = "DELETE FROM course WHERE target = $1 AND take = $2";
const SENT: &str = "UPDATE course SET next_at = $1, job = COALESCE($2, job) WHERE target = $3 AND take = $4";
const ENDED: &str =
    "UPDATE course SET rounds = rounds + 1, ended_at = $1, class = $2, said = $3, found = $4, fresh = $5,
    yielded_at = CASE WHEN $4 > CAST(0 AS BIGINT) THEN $1 ELSE yielded_at END,
    silent_at = CASE WHEN $4 > CAST(0 AS BIGINT) THEN NULL ELSE silent_at END,
    full_at = COALESCE($6, full_at), whole_from = COALESCE($7, whole_from), whole_to = COALESCE($8, whole_to),
    begun = CASE WHEN $9 THEN NULL ELSE begun END
    WHERE target = $10 AND take = $11";
const BEGIN: &str = "UPDATE course SET begun = $1 WHERE target = $2 AND take = $3";
const DOUBT: &str = "UPDATE course SET doubted_at = COALESCE(doubted_at, $1), reread_as = $2,
    next_at = CASE WHEN next_at = $3 THEN next_at ELSE $4 END WHERE target = $5 AND take = $6";
const SETTLE: &str = "UPDATE course SET doubted_at = NULL, reread_as = NULL WHERE target = $1 AND take = $2";
const MISSED: &str = "UPDATE course SET class = $1, said = $2 WHERE target = $3 AND take = $4";
const SILENT: &str = "UPDATE course SET silent_at = $1 WHERE target = $2 AND take = $3";

pub(in crate::store) const STATEMENTS: &[&str] = &[
    TARGETS, TARGET, REMOVE, ERASE, PAUSE, SUBJECT, COURSES, COURSE, ANEW, DUE, DUE_LOCKED, NEXT, HOLD, DROP, SENT,
    ENDED, MISSED, SILENT, BEGIN, DOUBT, SETTLE,
];
pub(in crate::store) const BATCHES: &[Batch] = &[PUT, ADD];

/// A target as it was taken over.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// What it says, as the room that crawls wrote it down.
    pub said: String,
    /// What it turned out to be about, once that was found out.
    pub subject: Option<String>,
    /// When it was taken out of the file.
    pub removed_at: Option<i64>,
    /// When a person held it back.
    pub paused_at: Option<i64>,
}

/// One thing that is taken of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
pub struct Course {
    /// Of which target.
    pub target: String,
    /// What.
    pub take: String,
    /// In whose name; empty for a guest.
    pub profile: String,
    /// When it is next.
    pub next_at: i64,
    /// The key of the job that was sent last.
    pub job: Option<String>,
    /// Rounds that ended.
    pub rounds: i64,
    /// When the last one did.
    pub ended_at: Option<i64>,
    /// How it ended, or the failure of its present round.
    pub class: Option<Class>,
    /// The same in words, when it did not end well.
    pub said: Option<String>,
    /// What it found.
    pub found: i64,
    /// What of that was never seen before.
    pub fresh: i64,
    /// When one found something.
    pub yielded_at: Option<i64>,
    /// Since when it is known to be silent.
    pub silent_at: Option<i64>,
    /// When all of it was read last.
    pub full_at: Option<i64>,
    /// From when on nothing of it is missing.
    pub whole_from: Option<i64>,
    /// And until when.
    pub whole_to: Option<i64>,
    /// The key of a job that began an incremental read and has not finished it.
    pub begun: Option<String>,
    /// Since when its last complete read is doubted.
    pub doubted_at: Option<i64>,
    /// In whose name a doubted list is read again, if that is another profile.
    pub reread_as: Option<String>,
}

impl Course {
    /// What it is called.
    pub fn name(&self) -> CourseName<'_> {
        CourseName { target: &self.target, take: &self.take }
    }

    /// What its last round found, and how much of that was new; nothing before a round has ended.
    pub fn last_counts(&self) -> Option<(i64, i64)> {
        self.ended_at.map(|_| (self.found, self.fresh))
    }
}

/// The name of a course: what is taken of which target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CourseName<'a> {
    /// The target.
    pub target: &'a str,
    /// What is taken.
    pub take: &'a str,
}

impl fmt::Display for CourseName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.target, self.take)
    }
}

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round<'a> {
    /// In which class.
    pub class: Class,
    /// Why, when not well.
    pub said: Option<&'a str>,
    /// What it found.
    pub found: i64,
    /// What of that was never seen before.
    pub fresh: i64,
    /// Whether it read all of it, and that is believed.
    pub is_full: bool,
    /// Whether it read as far as it was meant to.
    pub is_finished: bool,
    /// From when until when nothing is missing now.
    pub whole: Option<(Millis, Millis)>,
}

/// Every target, also those that were removed.
pub async fn targets(tx: &mut Tx) -> Result<Vec<Target>, Error> {
    on!(tx, db => sqlx::query_as(TARGETS).fetch_all(db).await).map_err(Error::in_act("list targets"))
}

/// The target of this name.
pub async fn target(tx: &mut Tx, name: &str) -> Result<Option<Target>, Error> {
    on!(tx, db => sqlx::query_as(TARGET).bind(name).fetch_optional(db).await).map_err(Error::in_act("find a target"))
}

/// Writes down what targets say: each by its name.
pub async fn put(tx: &mut Tx, targets: &[(&str, &str)]) -> Result<(), Error> {
    let now = tx.now.0;
    for page in targets.chunks(256) {
        let rows: Vec<[Cell<'_>; 3]> =
            page.iter().map(|(name, said)| [(*name).into(), (*said).into(), now.into()]).collect();
        let _none: Vec<(i64,)> = PUT.run(tx, &rows).await.map_err(Error::in_act("write down targets"))?;
    }
    Ok(())
}

/// Notes that a target is no more; what it found stays.
pub async fn remove(tx: &mut Tx, name: &str) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(REMOVE).bind(now).bind(name).execute(db).await.map(drop))
        .map_err(Error::in_act("remove a target"))
}

/// Throws away a target that was removed.
pub async fn erase(tx: &mut Tx, name: &str) -> Result<(), Error> {
    on!(tx, db => sqlx::query(ERASE).bind(name).execute(db).await.map(drop))
        .map_err(Error::in_act("throw away a removed target"))
}

/// Holds a target back, or lets it go on; false when there is none.
pub async fn pause(tx: &mut Tx, name: &str, is_paused: bool) -> Result<bool, Error> {
    let at = is_paused.then_some(tx.now.0);
    let found: Result<Option<(String,)>, _> =
        on!(tx, db => sqlx::query_as(PAUSE).bind(at).bind(name).fetch_optional(db).await);
    Ok(found.map_err(Error::in_act("pause a target"))?.is_some())
}

/// Notes what a target turned out to be about.
pub async fn found_out(tx: &mut Tx, name: &str, subject: &str) -> Result<(), Error> {
    on!(tx, db => sqlx::query(SUBJECT).bind(subject).bind(name).execute(db).await.map(drop))
        .map_err(Error::in_act("note what a target is about"))
}

/// Everything that is taken, by target.
pub async fn courses(tx: &mut Tx) -> Result<Vec<Course>, Error> {
    on!(tx, db => sqlx::query_as(COURSES).fetch_all(db).await).map_err(Error::in_act("list what is taken"))
}

/// One thing that is taken.
pub async fn course(tx: &mut Tx, target: &str, take: &str) -> Result<Option<Course>, Error> {
    on!(tx, db => sqlx::query_as(COURSE).bind(target).bind(take).fetch_optional(db).await)
        .map_err(Error::in_act("find what is taken"))
}

/// Adds what is to be taken, or moves its next time: target, what, in whose name, when.
pub async fn add(tx: &mut Tx, courses: &[(&str, &str, &str, Millis)]) -> Result<(), Error> {
    for page in courses.chunks(256) {
        let rows: Vec<[Cell<'_>; 4]> = page
            .iter()
            .map(|(target, take, profile, next)| [(*target).into(), (*take).into(), (*profile).into(), next.0.into()])
            .collect();
        let _none: Vec<(i64,)> = ADD.run(tx, &rows).await.map_err(Error::in_act("add what is taken"))?;
    }
    Ok(())
}

/// Clears how far it was read and how its last round ended: from now on it is about other records.
pub async fn begin_anew(tx: &mut Tx, target: &str, take: &str) -> Result<(), Error> {
    on!(tx, db => sqlx::query(ANEW).bind(target).bind(take).execute(db).await.map(drop))
        .map_err(Error::in_act("begin anew with what is taken"))
}

/// What is due now, the longest first; at most so many. Of several processes that look at once each is given what no
/// other was.
pub async fn due(tx: &mut Tx, most: i64) -> Result<Vec<Course>, Error> {
    let (now, due) = (tx.now.0, tx.pick(DUE, DUE_LOCKED));
    on!(tx, db => sqlx::query_as(due).bind(now).bind(most).fetch_all(db).await)
        .map_err(Error::in_act("look for what is due"))
}

/// When the next of them is due.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Millis>, Error> {
    let next: Result<Option<(i64,)>, _> = on!(tx, db => sqlx::query_as(NEXT).fetch_optional(db).await);
    Ok(next.map_err(Error::in_act("look for what is due next"))?.map(|(at,)| Millis(at)))
}

/// Moves everything of a target to `next`.
pub async fn hold(tx: &mut Tx, target: &str, next: Millis) -> Result<(), Error> {
    on!(tx, db => sqlx::query(HOLD).bind(next.0).bind(target).execute(db).await.map(drop))
        .map_err(Error::in_act("hold what is taken"))
}

/// Takes it no more.
pub async fn drop_one(tx: &mut Tx, target: &str, take: &str) -> Result<(), Error> {
    on!(tx, db => sqlx::query(DROP).bind(target).bind(take).execute(db).await.map(drop))
        .map_err(Error::in_act("drop what is taken"))
}

/// Notes when it is next, and by which job it is taken now.
pub async fn sent(tx: &mut Tx, course: CourseName<'_>, next: Millis, job: Option<&str>) -> Result<(), Error> {
    on!(tx, db => sqlx::query(SENT).bind(next.0).bind(job).bind(course.target).bind(course.take).execute(db).await.map(drop))
        .map_err(Error::in_act("note when it is taken next"))
}

/// Notes how a round ended.
pub async fn ended(tx: &mut Tx, course: CourseName<'_>, round: Round<'_>) -> Result<(), Error> {
    let now = tx.now.0;
    let full = round.is_full.then_some(now);
    let (from, to) = round.whole.map(|(from, to)| (from.0, to.0)).unzip();
    on!(tx, db => sqlx::query(ENDED).bind(now).bind(round.class.as_str()).bind(round.said).bind(round.found)
        .bind(round.fresh).bind(full).bind(from).bind(to).bind(round.is_finished).bind(course.target).bind(course.take).execute(db).await.map(drop))
    .map_err(Error::in_act("note how a round ended"))
}

/// Notes what a round meets that goes on later.
pub async fn missed(tx: &mut Tx, course: CourseName<'_>, class: Class, said: &str) -> Result<(), Error> {
    on!(tx, db => sqlx::query(MISSED).bind(class.as_str()).bind(said).bind(course.target).bind(course.take).execute(db).await.map(drop))
        .map_err(Error::in_act("note what a round meets"))
}

/// Notes that it is silent, though it was not.
pub async fn silent(tx: &mut Tx, target: &str, take: &str) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(SILENT).bind(now).bind(target).bind(take).execute(db).await.map(drop))
        .map_err(Error::in_act("note that it is silent"))
}

/// Stores that the job `key` began an incremental read: until it has finished, nobody knows what lies behind its pages.
pub async fn begin(tx: &mut Tx, course: CourseName<'_>, key: &str) -> Result<(), Error> {
    on!(tx, db => sqlx::query(BEGIN).bind(key).bind(course.target).bind(course.take).execute(db).await.map(drop))
        .map_err(Error::in_act("store that a read has begun"))
}

/// When a doubted list is read again, and in whose name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reread<'a> {
    /// When; a target that is held back (`never`) stays so.
    pub at: Millis,
    /// What stands for never.
    pub never: Millis,
    /// In the name of another profile, if there is one.
    pub profile: Option<&'a str>,
}

/// Stores that the last read is doubted.
pub async fn doubt(tx: &mut Tx, course: CourseName<'_>, reread: Reread<'_>) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(DOUBT).bind(now).bind(reread.profile).bind(reread.never.0).bind(reread.at.0).bind(course.target)
        .bind(course.take).execute(db).await.map(drop))
    .map_err(Error::in_act("store that a read is doubted"))
}

/// Stores that no read is doubted any more.
pub async fn settle(tx: &mut Tx, course: CourseName<'_>) -> Result<(), Error> {
    on!(tx, db => sqlx::query(SETTLE).bind(course.target).bind(course.take).execute(db).await.map(drop))
        .map_err(Error::in_act("store that a read is settled"))
}
