//! Complete reads of lists: what a read showed of the rows that were known, which lists are doubted, what is deleted.
//!
//! Three tables hold the rows of lists: `listed` people, likes, collections and mixes, `post` the posts of a creator,
//! `comment` the comments of a post. [`Kept`] names the rows of one list; the statements differ in nothing else. A post
//! that its list does not show may still exist, so it is marked as unlisted and not as gone.

use sqlx::FromRow;

use crate::domain::Millis;
use crate::store::crawl::targets::CourseName;
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

/// The statements about the rows of one table. `$1` is the list, `$2` its owner, `$3` when the read began; `$4` is a
/// moment where a statement needs one, and the interval of posts comes last.
struct Texts {
    tally: &'static str,
    miss: &'static str,
    apart: &'static str,
    sweep: &'static str,
    sweep_new: &'static str,
    sweep_missed: &'static str,
}

macro_rules! was_missed {
    ($id:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM missed WHERE missed.list = $1 AND missed.owner = $2 AND missed.item = it.",
            $id,
            ")"
        )
    };
}
macro_rules! sweep {
    ($table:literal, $mark:literal, $of:literal, $only:expr, $long:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " AS it SET ",
            $mark,
            " = $4 WHERE ",
            $of,
            " AND gone_at IS NULL AND last_at < $3",
            $only,
            $long
        )
    };
}
macro_rules! texts {
    ($table:literal, $id:literal, $since:literal, $of:literal, $left:literal, $mark:literal, $again:literal,
        ($short:literal, $long:literal)) => {
        Texts {
            tally: concat!(
                "SELECT COUNT(CASE WHEN last_at < $3 AND ",
                $left,
                " THEN 1 END), COUNT(CASE WHEN last_at < $3 THEN 1 END), COUNT(*),
                COUNT(CASE WHEN last_at >= $3 AND ",
                $since,
                " < $3 THEN 1 END)
                FROM ",
                $table,
                " AS it WHERE ",
                $of,
                " AND gone_at IS NULL",
                $short
            ),
            miss: concat!(
                "INSERT INTO missed (list, owner, item) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), ",
                $id,
                " FROM ",
                $table,
                " AS it WHERE ",
                $of,
                " AND gone_at IS NULL AND last_at < $3 AND ",
                $left,
                $short,
                " ON CONFLICT (list, owner, item) DO NOTHING"
            ),
            apart: concat!(
                "SELECT COUNT(*) FROM ",
                $table,
                " AS it WHERE ",
                $of,
                " AND gone_at IS NULL AND ((last_at < $3 AND ",
                $left,
                " AND NOT ",
                was_missed!($id),
                ") OR (last_at >= $3 AND (",
                $since,
                " >= $4 OR ",
                was_missed!($id),
                ")))",
                $long
            ),
            sweep: sweep!($table, $mark, $of, "", $long),
            sweep_new: sweep!($table, $mark, $of, concat!(" AND ", $left), $long),
            sweep_missed: sweep!($table, $mark, $of, concat!(" AND (", $again, was_missed!($id), ")"), $long),
        }
    };
}

const LISTED: Texts = texts!(
    "listed",
    "item",
    "COALESCE(back_at, first_at)",
    "list = $1 AND owner = $2",
    "TRUE",
    "gone_at",
    "",
    ("", "")
);
/// Posts that were unlisted before are marked again, so that they are looked up again.
const POSTS: Texts = texts!(
    "post",
    "id",
    "first_at",
    "'posts' = SUBSTR($1, 1, 5) AND creator = $2",
    "unlisted_at IS NULL",
    "unlisted_at",
    "unlisted_at IS NOT NULL OR ",
    (" AND made_at >= $4 AND made_at <= $5", " AND made_at >= $5 AND made_at <= $6")
);
const COMMENTS: Texts =
    texts!("comment", "id", "first_at", "'comments' = $1 AND post = $2", "TRUE", "gone_at", "", ("", ""));

const FIND: &str = "SELECT since, last_at, reads, known, shown FROM doubt WHERE list = $1 AND owner = $2";
const OPEN: &str = "INSERT INTO doubt (list, owner, target, take, since, last_at, reads, known, shown)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (list, owner) DO UPDATE SET target = excluded.target, take = excluded.take, since = excluded.since,
        last_at = excluded.last_at, reads = excluded.reads, known = excluded.known, shown = excluded.shown";
const CLOSE: &str = "DELETE FROM doubt WHERE list = $1 AND owner = $2";
const FORGET_MISSED: &str = "DELETE FROM missed WHERE list = $1 AND owner = $2";
const LEFT: &str = "SELECT COUNT(*) FROM doubt WHERE target = $1 AND take = $2";
const CLOSE_OF: &str = "DELETE FROM doubt WHERE target = $1 AND take = $2";
const FORGET_MISSED_OF: &str = "DELETE FROM missed WHERE EXISTS (SELECT 1 FROM doubt
    WHERE doubt.list = missed.list AND doubt.owner = missed.owner AND target = $1 AND take = $2)";
const BELIEVE: &str = "INSERT INTO believed (list, owner, at, shown, counter) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (list, owner) DO UPDATE SET at = excluded.at, shown = excluded.shown, counter = excluded.counter";
const BELIEVED: &str = "SELECT shown, counter FROM believed WHERE list = $1 AND owner = $2";

pub(in crate::store) const STATEMENTS: &[&str] = &[
    LISTED.tally,
    LISTED.miss,
    LISTED.apart,
    LISTED.sweep,
    LISTED.sweep_new,
    LISTED.sweep_missed,
    POSTS.tally,
    POSTS.miss,
    POSTS.apart,
    POSTS.sweep,
    POSTS.sweep_new,
    POSTS.sweep_missed,
    COMMENTS.tally,
    COMMENTS.miss,
    COMMENTS.apart,
    COMMENTS.sweep,
    COMMENTS.sweep_new,
    COMMENTS.sweep_missed,
    FIND,
    OPEN,
    CLOSE,
    FORGET_MISSED,
    LEFT,
    CLOSE_OF,
    FORGET_MISSED_OF,
    BELIEVE,
    BELIEVED,
];

/// The rows of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// Rows of a list of somebody.
    Listed {
        /// Which list.
        list: &'static str,
        /// Whose.
        owner: String,
    },
    /// The posts of a creator that were made between two moments.
    Posts {
        /// Whose.
        creator: String,
        /// The first moment; `i64::MIN` for a list without an interval.
        from: Millis,
        /// The last moment.
        to: Millis,
    },
    /// The comments of a post, with the answers to them.
    Comments {
        /// Below which post.
        post: String,
    },
}

impl Kept {
    /// The name of the list, under which a doubt about it is stored.
    pub fn list(&self) -> String {
        match self {
            Self::Listed { list, .. } => (*list).to_owned(),
            Self::Posts { from, .. } if from.0 == i64::MIN => "posts".to_owned(),
            Self::Posts { from, .. } => format!("posts from {}", from.0),
            Self::Comments { .. } => "comments".to_owned(),
        }
    }

    /// Whose list it is.
    pub fn owner(&self) -> &str {
        match self {
            Self::Listed { owner, .. } => owner,
            Self::Posts { creator, .. } => creator,
            Self::Comments { post } => post,
        }
    }

    const fn texts(&self) -> &'static Texts {
        match self {
            Self::Listed { .. } => &LISTED,
            Self::Posts { .. } => &POSTS,
            Self::Comments { .. } => &COMMENTS,
        }
    }

    const fn span(&self) -> Option<(i64, i64)> {
        match self {
            Self::Posts { from, to, .. } => Some((from.0, to.0)),
            Self::Listed { .. } | Self::Comments { .. } => None,
        }
    }
}

/// Binds a statement about the rows of a list: the list and its owner, these values, then the interval of posts.
macro_rules! bound {
    ($query:expr, $kept:expr, [$($value:expr),*]) => {{
        let query = $query.bind($kept.list()).bind($kept.owner())$(.bind($value))*;
        match $kept.span() {
            Some((from, to)) => query.bind(from).bind(to),
            None => query,
        }
    }};
}

/// What a complete read showed of the rows that were known before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Known rows that it did not show; of posts those that are not marked as unlisted yet.
    pub missing: i64,
    /// The same with those that are marked.
    pub unseen: i64,
    /// Rows that it showed.
    pub met: i64,
    /// Known rows that it showed.
    pub kept: i64,
}

/// Counts what a read that began at `began` showed.
pub async fn tally(tx: &mut Tx, kept: &Kept, began: Millis) -> Result<Tally, Error> {
    let text = kept.texts().tally;
    let counted: Result<(i64, i64, i64, i64), _> =
        on!(tx, db => bound!(sqlx::query_as(text), kept, [began.0]).fetch_one(db).await);
    let (missing, unseen, all, kept) = counted.map_err(Error::in_act("count what a read showed"))?;
    Ok(Tally { missing, unseen, met: all - unseen, kept })
}

/// Remembers the rows that a doubtful read did not show, in place of those of the read before it.
pub async fn miss(tx: &mut Tx, kept: &Kept, began: Millis) -> Result<(), Error> {
    forget_missed(tx, kept).await?;
    let text = kept.texts().miss;
    on!(tx, db => bound!(sqlx::query(text), kept, [began.0]).execute(db).await.map(drop))
        .map_err(Error::in_act("remember what a doubtful read did not show"))
}

/// How many rows this read and the doubtful one before it do not have in common; `since` is when that one ended.
pub async fn apart(tx: &mut Tx, kept: &Kept, began: Millis, since: Millis) -> Result<i64, Error> {
    let text = kept.texts().apart;
    let counted: Result<(i64,), _> =
        on!(tx, db => bound!(sqlx::query_as(text), kept, [began.0, since.0]).fetch_one(db).await);
    Ok(counted.map_err(Error::in_act("compare two reads of a list"))?.0)
}

/// Which of the rows that a read did not show are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    /// Every one; posts that were unlisted before are marked again.
    All,
    /// Those that are not marked yet.
    New,
    /// Those that the doubtful read before it did not show either.
    MissedTwice,
}

/// Marks rows that a read did not show as gone, or posts as unlisted; gives how many.
pub async fn sweep(tx: &mut Tx, kept: &Kept, began: Millis, which: Sweep) -> Result<u64, Error> {
    let now = tx.now.0;
    let text = match which {
        Sweep::All => kept.texts().sweep,
        Sweep::New => kept.texts().sweep_new,
        Sweep::MissedTwice => kept.texts().sweep_missed,
    };
    on!(tx, db => bound!(sqlx::query(text), kept, [began.0, now]).execute(db).await.map(|done| done.rows_affected()))
        .map_err(Error::in_act("mark what a list does not show any more"))
}

/// A list that is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct Doubt {
    /// When the first doubtful read ended.
    pub since: i64,
    /// When the last one ended that counts as a read of its own.
    pub last_at: i64,
    /// How many of those there were.
    pub reads: i64,
    /// Rows that were known before.
    pub known: i64,
    /// Rows that the last read showed.
    pub shown: i64,
}

/// The doubt about a list, if there is one.
pub async fn find(tx: &mut Tx, kept: &Kept) -> Result<Option<Doubt>, Error> {
    on!(tx, db => sqlx::query_as(FIND).bind(kept.list()).bind(kept.owner()).fetch_optional(db).await)
        .map_err(Error::in_act("look whether a list is doubted"))
}

/// Stores a doubt about a list that `course` reads.
pub async fn open(tx: &mut Tx, kept: &Kept, course: CourseName<'_>, doubt: Doubt) -> Result<(), Error> {
    let Doubt { since, last_at, reads, known, shown } = doubt;
    on!(tx, db => sqlx::query(OPEN).bind(kept.list()).bind(kept.owner()).bind(course.target).bind(course.take).bind(since)
        .bind(last_at).bind(reads).bind(known).bind(shown).execute(db).await.map(drop))
    .map_err(Error::in_act("store a doubt about a list"))
}

/// Ends the doubt about a list.
pub async fn close(tx: &mut Tx, kept: &Kept) -> Result<(), Error> {
    forget_missed(tx, kept).await?;
    on!(tx, db => sqlx::query(CLOSE).bind(kept.list()).bind(kept.owner()).execute(db).await.map(drop))
        .map_err(Error::in_act("end a doubt about a list"))
}

async fn forget_missed(tx: &mut Tx, kept: &Kept) -> Result<(), Error> {
    on!(tx, db => sqlx::query(FORGET_MISSED).bind(kept.list()).bind(kept.owner()).execute(db).await.map(drop))
        .map_err(Error::in_act("forget what a doubtful read did not show"))
}

/// How many lists are doubted that are taken of a target.
pub async fn left(tx: &mut Tx, course: CourseName<'_>) -> Result<i64, Error> {
    let counted: Result<(i64,), _> =
        on!(tx, db => sqlx::query_as(LEFT).bind(course.target).bind(course.take).fetch_one(db).await);
    Ok(counted.map_err(Error::in_act("count doubted lists"))?.0)
}

/// Ends every doubt about what is taken of a target: it is not taken any more, or is about something else.
pub async fn close_of(tx: &mut Tx, course: CourseName<'_>) -> Result<(), Error> {
    for text in [FORGET_MISSED_OF, CLOSE_OF] {
        on!(tx, db => sqlx::query(text).bind(course.target).bind(course.take).execute(db).await.map(drop))
            .map_err(Error::in_act("end the doubts about a target"))?;
    }
    Ok(())
}

/// A read that was believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct Believed {
    /// How many rows it showed.
    pub shown: i64,
    /// What the platform's own counter said then.
    pub counter: Option<i64>,
}

/// Stores that a complete read of a list is believed.
pub async fn believe(tx: &mut Tx, kept: &Kept, read: Believed) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(BELIEVE).bind(kept.list()).bind(kept.owner()).bind(now).bind(read.shown)
        .bind(read.counter).execute(db).await.map(drop))
    .map_err(Error::in_act("store that a read is believed"))
}

/// The last read of a list that was believed.
pub async fn believed(tx: &mut Tx, kept: &Kept) -> Result<Option<Believed>, Error> {
    on!(tx, db => sqlx::query_as(BELIEVED).bind(kept.list()).bind(kept.owner()).fetch_optional(db).await)
        .map_err(Error::in_act("find the last read that was believed"))
}
