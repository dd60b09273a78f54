//! Throwing away what has been kept long enough, a few rows at a time: whoever writes meanwhile waits for no more than
//! one page of it.

use crate::domain::Millis;
use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

/// Rows that go in one transaction.
const PAGE: i64 = 500;
/// The milliseconds of a day.
pub const DAY: i64 = 86_400_000;

/// What grows with every round, and is thrown away by its age alone: what it is called, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aged {
    /// Numbers of posts, creators, rooms.
    Counts,
    /// What was said below posts and was not seen again.
    Comments,
    /// Who stood in a list and stands there no more.
    Gone,
    /// What the site sent.
    Raw,
}

const POSTS: &str = "SELECT id FROM post WHERE last_at < $1 LIMIT $2";
const POSTS_OF: &str = "SELECT id FROM post WHERE creator = $1 LIMIT $2";
const PEOPLE: &str = "SELECT id FROM creator WHERE last_at < $1 AND (profile_at IS NULL OR profile_at < $1)
    AND NOT EXISTS (SELECT 1 FROM post WHERE post.creator = creator.id)
    AND NOT EXISTS (SELECT 1 FROM listed WHERE listed.item = creator.id)
    AND NOT EXISTS (SELECT 1 FROM comment WHERE comment.creator = creator.id) LIMIT $2";
pub(in crate::store) const COUNTS: &[&str] = &[
    "DELETE FROM post_count WHERE (post, at) IN (SELECT post, at FROM post_count WHERE at < $1 LIMIT $2)",
    "DELETE FROM creator_count WHERE (creator, at) IN (SELECT creator, at FROM creator_count WHERE at < $1 LIMIT $2)",
    "DELETE FROM room_count WHERE (number, at) IN (SELECT number, at FROM room_count WHERE at < $1 LIMIT $2)",
];
const COMMENTS: &str = "DELETE FROM comment WHERE id IN (SELECT id FROM comment WHERE last_at < $1 LIMIT $2)";
const GONE: &str = "DELETE FROM listed WHERE (list, owner, item) IN
    (SELECT list, owner, item FROM listed WHERE gone_at < $1 LIMIT $2)";
const RAW: &str = "DELETE FROM raw WHERE (kind, id) IN (SELECT kind, id FROM raw WHERE at < $1 LIMIT $2)";
/// Of a day, all numbers but the last.
pub(in crate::store) const THIN: &[&str] = &[
    "DELETE FROM post_count WHERE (post, at) IN (SELECT post, at FROM post_count AS early WHERE at >= $1 AND at < $2
        AND EXISTS (SELECT 1 FROM post_count AS late WHERE late.post = early.post AND late.at > early.at AND late.at < $2)
        LIMIT $3)",
    "DELETE FROM creator_count WHERE (creator, at) IN (SELECT creator, at FROM creator_count AS early
        WHERE at >= $1 AND at < $2 AND EXISTS
            (SELECT 1 FROM creator_count AS late WHERE late.creator = early.creator AND late.at > early.at AND late.at < $2)
        LIMIT $3)",
    "DELETE FROM room_count WHERE (number, at) IN (SELECT number, at FROM room_count AS early
        WHERE at >= $1 AND at < $2 AND EXISTS
            (SELECT 1 FROM room_count AS late WHERE late.number = early.number AND late.at > early.at AND late.at < $2)
        LIMIT $3)",
];
const FIRST: &str = "SELECT MIN(at) FROM (SELECT MIN(at) AS at FROM post_count UNION ALL
    SELECT MIN(at) FROM creator_count UNION ALL SELECT MIN(at) FROM room_count) AS firsts";
const THINNED: &str = "SELECT until FROM thinned WHERE what = 'counts'";
const NOTE: &str = "INSERT INTO thinned (what, until) VALUES ('counts', $1)
    ON CONFLICT (what) DO UPDATE SET until = excluded.until";
const SAID_BY: &str = "SELECT id FROM comment WHERE creator = $1 LIMIT $2";
const STANDS: &str = "DELETE FROM listed WHERE (list, owner, item) IN
    (SELECT list, owner, item FROM listed WHERE item = $1 OR owner = $1 LIMIT $2)";
pub(in crate::store) const DOUBTED: &[&str] = &[
    "DELETE FROM missed WHERE item = $1 OR owner = $1",
    "DELETE FROM doubt WHERE owner = $1",
    "DELETE FROM believed WHERE owner = $1",
];
const ROOM_COUNTS: &str = "DELETE FROM room_count WHERE number IN (SELECT number FROM room WHERE owner = $1)";
const SENT_OF_ROOMS: &str = "DELETE FROM raw WHERE kind = 'room' AND id IN (SELECT number FROM room WHERE owner = $1)";
const ROOMS: &str = "DELETE FROM room WHERE owner = $1";

pub(in crate::store) const STATEMENTS: &[&str] = &[
    POSTS,
    POSTS_OF,
    PEOPLE,
    COMMENTS,
    GONE,
    RAW,
    FIRST,
    THINNED,
    NOTE,
    SAID_BY,
    STANDS,
    ROOM_COUNTS,
    SENT_OF_ROOMS,
    ROOMS,
];

const IDS: &[(&str, Of)] = &[("v_id", Of::Text)];
/// All that hangs on a post, and the post.
pub(in crate::store) const OF_POSTS: &[Batch] = &[
    Batch::of_both(IDS, "DELETE FROM post_count WHERE post IN (SELECT v_id FROM v)"),
    Batch::of_both(IDS, "DELETE FROM post_change WHERE post IN (SELECT v_id FROM v)"),
    Batch::of_both(
        IDS,
        "DELETE FROM raw WHERE kind = 'comment'
            AND id IN (SELECT id FROM comment WHERE post IN (SELECT v_id FROM v))",
    ),
    Batch::of_both(IDS, "DELETE FROM comment WHERE post IN (SELECT v_id FROM v)"),
    Batch::of_both(IDS, "DELETE FROM listed WHERE item IN (SELECT v_id FROM v)"),
    Batch::of_both(IDS, "DELETE FROM missed WHERE item IN (SELECT v_id FROM v)"),
    Batch::of_both(IDS, "DELETE FROM missed WHERE list = 'comments' AND owner IN (SELECT v_id FROM v)"),
    Batch::of_both(IDS, "DELETE FROM doubt WHERE list = 'comments' AND owner IN (SELECT v_id FROM v)"),
    Batch::of_both(IDS, "DELETE FROM raw WHERE kind = 'post' AND id IN (SELECT v_id FROM v)"),
    Batch::of_both(IDS, "DELETE FROM post WHERE id IN (SELECT v_id FROM v)"),
];
/// What somebody said, as it is kept and as it was sent.
pub(in crate::store) const OF_COMMENTS: &[Batch] = &[
    Batch::of_both(IDS, "DELETE FROM raw WHERE kind = 'comment' AND id IN (SELECT v_id FROM v)"),
    Batch::of_both(IDS, "DELETE FROM comment WHERE id IN (SELECT v_id FROM v)"),
];
/// All that hangs on a person, and the person.
pub(in crate::store) const OF_PEOPLE: &[Batch] = &[
    Batch::of_both(IDS, "DELETE FROM creator_count WHERE creator IN (SELECT v_id FROM v)"),
    Batch::of_both(IDS, "DELETE FROM creator_name WHERE creator IN (SELECT v_id FROM v)"),
    Batch::of_both(IDS, "DELETE FROM raw WHERE kind = 'creator' AND id IN (SELECT v_id FROM v)"),
    Batch::of_both(IDS, "DELETE FROM creator WHERE id IN (SELECT v_id FROM v)"),
];

/// Posts that were not seen since `before`, some of them; read before they are thrown away, so that a look that finds
/// nothing holds nobody up.
pub async fn old_posts(tx: &mut Tx, before: Millis) -> Result<Vec<String>, Error> {
    let found = on!(tx, db => sqlx::query_as(POSTS).bind(before.0).bind(PAGE).fetch_all(db).await);
    ids("look for old posts", found)
}

/// People who were not seen since `before` and stand nowhere any more, some of them.
pub async fn old_people(tx: &mut Tx, before: Millis) -> Result<Vec<String>, Error> {
    let found = on!(tx, db => sqlx::query_as(PEOPLE).bind(before.0).bind(PAGE).fetch_all(db).await);
    ids("look for people who stand nowhere", found)
}

/// Posts of `creator`, some of them.
pub async fn posts_of(tx: &mut Tx, creator: &str) -> Result<Vec<String>, Error> {
    let found = on!(tx, db => sqlx::query_as(POSTS_OF).bind(creator).bind(PAGE).fetch_all(db).await);
    ids("look for posts to forget", found)
}

fn ids(act: &'static str, found: Result<Vec<(String,)>, sqlx::Error>) -> Result<Vec<String>, Error> {
    Ok(found.map_err(Error::in_act(act))?.into_iter().map(|(id,)| id).collect())
}

/// Throws posts away with all that hangs on them.
pub async fn drop_posts(tx: &mut Tx, posts: &[String]) -> Result<(), Error> {
    drop_with(tx, OF_POSTS, posts).await
}

/// Throws people away with what they were called and how their numbers went.
pub async fn drop_people(tx: &mut Tx, people: &[String]) -> Result<(), Error> {
    drop_with(tx, OF_PEOPLE, people).await
}

async fn drop_with(tx: &mut Tx, batches: &[Batch], ids: &[String]) -> Result<(), Error> {
    let rows: Vec<[Cell<'_>; 1]> = ids.iter().map(|id| [id.into()]).collect();
    for batch in batches.iter().filter(|_| !rows.is_empty()) {
        let _none: Vec<(i64,)> = batch.run(tx, &rows).await.map_err(Error::in_act("throw away what is old"))?;
    }
    Ok(())
}

/// Throws away a page of what is older than `before`; gives how many rows.
pub async fn drop_aged(tx: &mut Tx, what: Aged, before: Millis) -> Result<u64, Error> {
    let statements: &[&'static str] = match what {
        Aged::Counts => COUNTS,
        Aged::Comments => &[COMMENTS],
        Aged::Gone => &[GONE],
        Aged::Raw => &[RAW],
    };
    let mut gone = 0;
    for statement in statements {
        let done = on!(tx, db => sqlx::query(*statement).bind(before.0).bind(PAGE).execute(db).await
            .map(|done| done.rows_affected()));
        gone += done.map_err(Error::in_act("throw away what is old"))?;
    }
    Ok(gone)
}

/// The next day whose numbers are not thinned out yet; nothing when there are none.
pub async fn next_day(tx: &mut Tx) -> Result<Option<Millis>, Error> {
    let act = "look how far numbers are thinned out";
    let until: Result<Option<(i64,)>, _> = on!(tx, db => sqlx::query_as(THINNED).fetch_optional(db).await);
    if let Some((until,)) = until.map_err(Error::in_act(act))? {
        return Ok(Some(Millis(until)));
    }
    let first: Result<(Option<i64>,), _> = on!(tx, db => sqlx::query_as(FIRST).fetch_one(db).await);
    Ok(first.map_err(Error::in_act(act))?.0.map(|at| Millis(at - at.rem_euclid(DAY))))
}

/// Throws away a page of the numbers of a day but the last of each thing; gives how many. When that is none the day
/// is noted as done.
pub async fn thin(tx: &mut Tx, day: Millis) -> Result<u64, Error> {
    let (act, end) = ("thin out numbers", day.0 + DAY);
    let mut gone = 0;
    for statement in THIN {
        let done = on!(tx, db => sqlx::query(*statement).bind(day.0).bind(end).bind(PAGE).execute(db).await
            .map(|done| done.rows_affected()));
        gone += done.map_err(Error::in_act(act))?;
    }
    if gone == 0 {
        on!(tx, db => sqlx::query(NOTE).bind(end).execute(db).await.map(drop)).map_err(Error::in_act(act))?;
    }
    Ok(gone)
}

/// Notes that all days up to that of `moment` are thinned out, and none after it.
pub async fn thin_from(tx: &mut Tx, moment: Millis) -> Result<(), Error> {
    let day = moment.0 - moment.0.rem_euclid(DAY);
    on!(tx, db => sqlx::query(NOTE).bind(day).execute(db).await.map(drop)).map_err(Error::in_act("thin out numbers"))
}

/// Throws away a page of what `creator` said elsewhere and where they stand; gives how many rows.
pub async fn drop_traces(tx: &mut Tx, creator: &str) -> Result<u64, Error> {
    let act = "forget somebody";
    let said = on!(tx, db => sqlx::query_as(SAID_BY).bind(creator).bind(PAGE).fetch_all(db).await);
    let said = ids(act, said)?;
    drop_with(tx, OF_COMMENTS, &said).await?;
    let stood = on!(tx, db => sqlx::query(STANDS).bind(creator).bind(PAGE).execute(db).await
        .map(|done| done.rows_affected()));
    let mut gone = stood.map_err(Error::in_act(act))? + u64::try_from(said.len()).unwrap_or(0);
    for statement in DOUBTED.iter().copied().chain([ROOM_COUNTS, SENT_OF_ROOMS, ROOMS]) {
        let done = on!(tx, db => sqlx::query(statement).bind(creator).execute(db).await
            .map(|done| done.rows_affected()));
        gone += done.map_err(Error::in_act(act))?;
    }
    Ok(gone)
}
