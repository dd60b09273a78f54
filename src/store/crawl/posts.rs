//! Posts: each once, with what it was before, and how often people did what with it.
//!
//! Pages of lists are kept in a handful of statements, however many posts they have: what is known of them, all of them,
//! and only those numbers and texts that changed.

use std::collections::{BTreeMap, HashMap};

use crate::domain::{Author, Class, Counts, Millis, Post};
use crate::store::engine::batch::{Batch, Cell, Of, run_all};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

/// Which are known, and what those were that are no more what they were.
const KNOWN: Batch = Batch::of_both(
    &[("v_id", Of::Text), ("v_seal", Of::Number)],
    "SELECT id, CASE WHEN seal = v_seal AND gone_at IS NULL THEN NULL ELSE text END, kind, privacy, is_prohibited, gone_at
        FROM v JOIN post ON id = v_id WHERE v_id IS NOT NULL",
);
const PUT: Batch = Batch::of_both(
    &[
        ("v_id", Of::Text),
        ("v_creator", Of::Text),
        ("v_kind", Of::Number),
        ("v_text", Of::Text),
        ("v_made_at", Of::Number),
        ("v_duration", Of::Number),
        ("v_music", Of::Text),
        ("v_mix", Of::Text),
        ("v_privacy", Of::Number),
        ("v_prohibited", Of::Number),
        ("v_pinned", Of::Number),
        ("v_likes", Of::Number),
        ("v_comments", Of::Number),
        ("v_keeps", Of::Number),
        ("v_shares", Of::Number),
        ("v_plays", Of::Number),
        ("v_hashtags", Of::Text),
        ("v_cover", Of::Text),
        ("v_media", Of::Text),
        ("v_media_at", Of::Number),
        ("v_seal", Of::Number),
        ("v_now", Of::Number),
    ],
    "INSERT INTO post (id, creator, kind, text, made_at, duration, music, mix, privacy, is_prohibited, is_pinned, likes,
        comments, keeps, shares, plays, hashtags, cover, media, media_at, seal, first_at, last_at)
    SELECT v_id, v_creator, v_kind, v_text, v_made_at, v_duration, v_music, v_mix, v_privacy, v_prohibited, v_pinned,
        v_likes, v_comments, v_keeps, v_shares, v_plays, v_hashtags, v_cover, v_media, v_media_at, v_seal, v_now, v_now
        FROM v WHERE v_id IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET text = excluded.text,
        kind = CASE WHEN excluded.kind < 0 THEN post.kind ELSE excluded.kind END,
        made_at = COALESCE(excluded.made_at, post.made_at), duration = COALESCE(excluded.duration, post.duration),
        music = COALESCE(excluded.music, post.music), mix = COALESCE(excluded.mix, post.mix),
        privacy = CASE WHEN excluded.privacy < 0 THEN post.privacy ELSE excluded.privacy END,
        is_prohibited = excluded.is_prohibited, is_pinned = excluded.is_pinned,
        likes = COALESCE(excluded.likes, post.likes), comments = COALESCE(excluded.comments, post.comments),
        keeps = COALESCE(excluded.keeps, post.keeps), shares = COALESCE(excluded.shares, post.shares),
        plays = COALESCE(excluded.plays, post.plays), hashtags = COALESCE(excluded.hashtags, post.hashtags),
        cover = CASE WHEN excluded.media_at IS NULL THEN post.cover ELSE excluded.cover END,
        media = CASE WHEN excluded.media_at IS NULL THEN post.media ELSE excluded.media END,
        media_at = COALESCE(excluded.media_at, post.media_at), seal = excluded.seal, last_at = excluded.last_at,
        gone_at = NULL, gone_class = NULL, unlisted_at = NULL",
);
/// Only numbers that are no more what they were.
const COUNT: Batch = Batch::of_both(
    &[
        ("v_post", Of::Text),
        ("v_at", Of::Number),
        ("v_likes", Of::Number),
        ("v_comments", Of::Number),
        ("v_keeps", Of::Number),
        ("v_shares", Of::Number),
        ("v_plays", Of::Number),
    ],
    "INSERT INTO post_count (post, at, likes, comments, keeps, shares, plays)
    SELECT v_post, v_at, v_likes, v_comments, v_keeps, v_shares, v_plays FROM v LEFT JOIN post ON id = v_post
        WHERE v_post IS NOT NULL AND (id IS NULL
            OR (v_likes IS NOT NULL AND v_likes IS DISTINCT FROM likes)
            OR (v_comments IS NOT NULL AND v_comments IS DISTINCT FROM comments)
            OR (v_keeps IS NOT NULL AND v_keeps IS DISTINCT FROM keeps)
            OR (v_shares IS NOT NULL AND v_shares IS DISTINCT FROM shares)
            OR (v_plays IS NOT NULL AND v_plays IS DISTINCT FROM plays))
    ON CONFLICT (post, at) DO NOTHING",
);
const CHANGED: &str =
    "INSERT INTO post_change (post, at, what, was) VALUES ($1, $2, $3, $4) ON CONFLICT (post, at, what) DO NOTHING";
const BEFORE: &str = "SELECT id, made_at FROM post WHERE creator = $1 AND made_at >= $2 AND made_at < $3
    AND gone_at IS NULL ORDER BY made_at DESC LIMIT 1";
/// A post that was looked up since it was marked has been seen since.
const UNCHECKED: &str = "SELECT id FROM post WHERE creator = $1 AND gone_at IS NULL AND unlisted_at IS NOT NULL
        AND last_at < unlisted_at
    ORDER BY made_at DESC LIMIT $2";
const GONE: &str = "UPDATE post SET gone_at = $1, gone_class = $2, last_at = $1 WHERE id = $3 AND gone_at IS NULL";
const SEEN: &str = "UPDATE post SET last_at = $1, unlisted_at = $1 WHERE id = $2";

const SAID: &str = "SELECT COALESCE(comments, CAST(0 AS BIGINT)) FROM post WHERE creator = $1 AND gone_at IS NULL
    ORDER BY made_at DESC LIMIT $2";
const SAID_ONE: &str = "SELECT comments FROM post WHERE id = $1";
const SAID_SINCE: &str = "SELECT comments FROM post WHERE id = $1 AND last_at >= $2";

pub(in crate::store) const STATEMENTS: &[&str] = &[SAID, SAID_ONE, SAID_SINCE, CHANGED, BEFORE, UNCHECKED, GONE, SEEN];
pub(in crate::store) const BATCHES: &[Batch] = &[KNOWN, PUT, COUNT];

/// Stored where an answer does not say which kind a post is or who may see it: the columns take no NULL.
const UNSAID: i64 = -1;

/// Posts that share their statements. Those for more take longer to prepare than they save.
const AT_ONCE: usize = 80;

/// What became of the things of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Met {
    /// Never seen before.
    pub fresh: usize,
    /// Known, and not what they were.
    pub changed: usize,
}

/// A post as it was: its id, its text if it is no more what it was, its kind, who may see it, whether it was held back,
/// since when it was gone.
type Known = (String, Option<String>, i64, i64, i64, Option<i64>);

/// Keeps the posts of some pages; gives what became of those of each.
pub async fn keep(tx: &mut Tx, pages: &[&[Post]]) -> Result<Vec<Met>, Error> {
    let posts = pages.iter().copied().flatten().filter(|post| !post.id.is_empty());
    let mut posts: BTreeMap<&str, &Post> = posts.map(|post| (post.id.as_str(), post)).collect();
    let mut known = HashMap::new();
    for some in posts.values().copied().collect::<Vec<_>>().chunks(AT_ONCE) {
        for was in keep_some(tx, some).await? {
            if let (Some(post), Some(_)) = (posts.get(was.0.as_str()), &was.1) {
                remember(tx, post, &was).await?;
            }
            known.insert(was.0, was.1.is_some());
        }
    }
    // What stands in several of them was met in the first.
    let mut met = |page: &&[Post]| {
        let each = page.iter().filter_map(|post| posts.remove(post.id.as_str()));
        each.fold(Met::default(), |met, post| match known.get(&post.id) {
            None => Met { fresh: met.fresh + 1, ..met },
            Some(has_changed) => Met { changed: met.changed + usize::from(*has_changed), ..met },
        })
    };
    Ok(pages.iter().map(&mut met).collect())
}

/// Keeps these posts; gives those that were known. What they were is looked up, and their numbers are judged by that,
/// before they become what they are.
async fn keep_some(tx: &mut Tx, posts: &[&Post]) -> Result<Vec<Known>, Error> {
    let now = tx.now.0;
    let looked_up: Vec<[Cell<'_>; 2]> = posts.iter().map(|post| [(&post.id).into(), seal_of(post).into()]).collect();
    let counted = posts.iter().filter(|post| post.counts != Counts::default());
    let counts: Vec<[Cell<'_>; 7]> = counted.map(|post| count_row(post, now)).collect();
    let joined: Vec<Lines> = posts.iter().map(|post| Lines::of(post)).collect();
    let rows: Vec<[Cell<'_>; 22]> = posts.iter().zip(&joined).map(|(post, joined)| row(post, joined, now)).collect();
    let all = [KNOWN.with(&looked_up), COUNT.with(&counts), PUT.with(&rows)];
    run_all(tx, &all).await.map_err(Error::in_act("keep posts and their numbers"))
}

/// Lists of a post as they are stored: one item a line.
struct Lines {
    hashtags: Option<String>,
    media: Option<String>,
}

impl Lines {
    fn of(post: &Post) -> Self {
        let media = &post.files.media;
        let hashtags = post.hashtags.as_ref().map(|tags| tags.join("\n"));
        Self { hashtags, media: (!media.is_empty()).then(|| media.join("\n")) }
    }
}

fn row<'a>(post: &'a Post, joined: &'a Lines, now: i64) -> [Cell<'a>; 22] {
    let [likes, comments, keeps, shares, plays] = post.counts.each();
    let Author { id: creator, .. } = &post.creator;
    [
        (&post.id).into(),
        creator.into(),
        post.kind.unwrap_or(UNSAID).into(),
        (&post.text).into(),
        post.made_at.map(|at| at.0).into(),
        post.duration.into(),
        post.music.as_deref().into(),
        post.mix.as_deref().into(),
        post.privacy.unwrap_or(UNSAID).into(),
        i64::from(post.is_prohibited).into(),
        i64::from(post.is_pinned).into(),
        likes.into(),
        comments.into(),
        keeps.into(),
        shares.into(),
        plays.into(),
        joined.hashtags.as_deref().into(),
        post.files.cover.as_deref().into(),
        joined.media.as_deref().into(),
        (!post.files.is_empty()).then_some(now).into(),
        seal_of(post).into(),
        now.into(),
    ]
}

fn count_row(post: &Post, now: i64) -> [Cell<'_>; 7] {
    let [likes, comments, keeps, shares, plays] = post.counts.each();
    [(&post.id).into(), now.into(), likes.into(), comments.into(), keeps.into(), shares.into(), plays.into()]
}

/// Writes down what a post was.
async fn remember(tx: &mut Tx, post: &Post, was: &Known) -> Result<(), Error> {
    let (_, text, kind, privacy, prohibited, gone_at) = was;
    let numbers = [
        ("kind", *kind, post.kind),
        ("privacy", *privacy, post.privacy),
        ("is_prohibited", *prohibited, Some(i64::from(post.is_prohibited))),
        ("is_gone", i64::from(gone_at.is_some()), Some(0)),
    ];
    let is_other = |was: i64, is: Option<i64>| was != UNSAID && is.is_some_and(|is| is != was);
    let numbers =
        numbers.iter().filter(|(_, was, is)| is_other(*was, *is)).map(|(what, was, _)| (*what, was.to_string()));
    let texts = text.clone().filter(|text| *text != post.text).map(|text| ("text", text));
    let now = tx.now.0;
    for (what, was) in numbers.chain(texts).collect::<Vec<_>>() {
        on!(tx, db => sqlx::query(CHANGED).bind(&post.id).bind(now).bind(what).bind(was).execute(db).await.map(drop))
            .map_err(Error::in_act("remember what a post was"))?;
    }
    Ok(())
}

/// The newest post of `creator` made from then on and before then, and when it was made.
pub async fn before(tx: &mut Tx, creator: &str, from: Millis, to: Millis) -> Result<Option<(String, i64)>, Error> {
    on!(tx, db => sqlx::query_as(BEFORE).bind(creator).bind(from.0).bind(to.0).fetch_optional(db).await)
        .map_err(Error::in_act("look for the next post"))
}

/// The newest posts of `creator` that their list does not show any more and that were not looked up since.
pub async fn unchecked(tx: &mut Tx, creator: &str, most: usize) -> Result<Vec<String>, Error> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows: Result<Vec<(String,)>, _> =
        on!(tx, db => sqlx::query_as(UNCHECKED).bind(creator).bind(most).fetch_all(db).await);
    Ok(rows.map_err(Error::in_act("find posts that their list does not show"))?.into_iter().map(|(id,)| id).collect())
}

/// How much is said below each of the newest posts of `creator`, of so many.
pub async fn said_below(tx: &mut Tx, creator: &str, most: i64) -> Result<Vec<i64>, Error> {
    let rows: Result<Vec<(i64,)>, _> = on!(tx, db => sqlx::query_as(SAID).bind(creator).bind(most).fetch_all(db).await);
    Ok(rows.map_err(Error::in_act("count what is said below posts"))?.into_iter().map(|(count,)| count).collect())
}

/// How much is said below a post, when that is known.
pub async fn said_below_one(tx: &mut Tx, id: &str) -> Result<Option<i64>, Error> {
    let row: Result<Option<(Option<i64>,)>, _> =
        on!(tx, db => sqlx::query_as(SAID_ONE).bind(id).fetch_optional(db).await);
    Ok(row.map_err(Error::in_act("count what is said below a post"))?.and_then(|(count,)| count))
}

/// How many comments the platform counts below a post, if it was seen since `began`.
pub async fn comments_since(tx: &mut Tx, id: &str, began: Millis) -> Result<Option<i64>, Error> {
    let row: Result<Option<(Option<i64>,)>, _> =
        on!(tx, db => sqlx::query_as(SAID_SINCE).bind(id).bind(began.0).fetch_optional(db).await);
    Ok(row.map_err(Error::in_act("read the number of comments of a post"))?.and_then(|(count,)| count))
}

/// Notes that a post is gone, or shown to nobody.
pub async fn gone(tx: &mut Tx, id: &str, class: Class) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(GONE).bind(now).bind(class.as_str()).bind(id).execute(db).await.map(drop))
        .map_err(Error::in_act("note that a post is gone"))
}

/// Stores that a post exists, though its list does not show it.
pub async fn seen(tx: &mut Tx, id: &str) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(SEEN).bind(now).bind(id).execute(db).await.map(drop))
        .map_err(Error::in_act("note that a post is there"))
}

/// A digest of what is told with its history when it changes. One word that is another makes it another.
fn seal_of(post: &Post) -> i64 {
    let (words, rest) = post.text.as_bytes().as_chunks::<8>();
    let rest = rest.iter().fold(1_u64, |word, byte| word << 8 | u64::from(*byte));
    let said = |number: Option<i64>| number.unwrap_or(UNSAID);
    let numbers = [said(post.kind), said(post.privacy), i64::from(post.is_prohibited)].map(i64::cast_unsigned);
    let words = numbers.into_iter().chain(words.iter().map(|word| u64::from_le_bytes(*word))).chain([rest]);
    let mix = |seal: u64, word: u64| (seal ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    words.fold(0, mix).cast_signed()
}
