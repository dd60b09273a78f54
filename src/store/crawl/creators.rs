//! Creators: who they are, what they were called, how their numbers went.

use std::collections::{HashMap, HashSet};

use super::posts::Met;
use crate::domain::{Audience, Author, Class, Creator, Millis};
use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const KNOWN: Batch = Batch::of_both(
    &[("v_id", Of::Text)],
    "SELECT id, handle, nickname, first_at FROM v JOIN creator ON id = v_id WHERE v_id IS NOT NULL",
);
const PUT: Batch = Batch::of_both(
    &[("v_id", Of::Text), ("v_uid", Of::Text), ("v_handle", Of::Text), ("v_nickname", Of::Text), ("v_now", Of::Number)],
    "INSERT INTO creator (id, uid, handle, nickname, is_banned, first_at, last_at)
    SELECT v_id, v_uid, v_handle, v_nickname, CAST(0 AS BIGINT), v_now, v_now FROM v WHERE v_id IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET handle = excluded.handle, nickname = excluded.nickname, last_at = excluded.last_at",
);
const NAMED: Batch = Batch::of_both(
    &[("v_creator", Of::Text), ("v_at", Of::Number), ("v_handle", Of::Text), ("v_nickname", Of::Text)],
    "INSERT INTO creator_name (creator, at, handle, nickname)
    SELECT v_creator, v_at, v_handle, v_nickname FROM v WHERE v_creator IS NOT NULL
    ON CONFLICT (creator, at) DO NOTHING",
);
const PROFILE: &str = "UPDATE creator SET signature = $1, place = $2, room = $3, is_banned = $4, posts = $5, followers = $6,
    following = $7, likes = $8, liked = $9, last_at = $10, profile_at = $10, gone_at = NULL, gone_class = NULL WHERE id = $11";
const COUNTED: &str = "INSERT INTO creator_count (creator, at, posts, followers, following, likes, liked)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (creator, at) DO NOTHING";
const NUMBERS: &str = "SELECT posts, followers, following, likes, liked FROM creator WHERE id = $1";
const NUMBERS_SINCE: &str =
    "SELECT posts, followers, following, likes, liked FROM creator WHERE id = $1 AND profile_at >= $2";
const GONE: &str = "UPDATE creator SET gone_at = $1, gone_class = $2 WHERE id = $3 AND gone_at IS NULL";

pub(in crate::store) const STATEMENTS: &[&str] = &[PROFILE, COUNTED, NUMBERS, NUMBERS_SINCE, GONE];
pub(in crate::store) const BATCHES: &[Batch] = &[KNOWN, PUT, NAMED];

/// A creator as they are looked up: id, handle, nickname, since when.
type Known = (String, String, String, i64);
/// The numbers of a creator as they stand in a row.
type Numbers = (Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

/// Keeps who stands beside other things: known ones are written again only under another name.
pub async fn meet<'a>(tx: &mut Tx, authors: impl Iterator<Item = &'a Author> + Send) -> Result<Met, Error> {
    let mut seen = HashSet::new();
    let authors: Vec<&Author> =
        authors.filter(|author| !author.id.is_empty() && seen.insert(author.id.as_str())).collect();
    if authors.is_empty() {
        return Ok(Met::default());
    }
    let rows: Vec<[Cell<'_>; 1]> = authors.iter().map(|author| [(&author.id).into()]).collect();
    let found: Vec<Known> = KNOWN.run(tx, &rows).await.map_err(Error::in_act("look up creators"))?;
    let known: HashMap<_, _> =
        found.into_iter().map(|(id, handle, name, first_at)| (id, (handle, name, first_at))).collect();
    let is_as_known = |author: &Author| {
        known.get(&author.id).is_some_and(|(handle, name, _)| {
            // Many lists leave the handle out, and some the name.
            let is_known = |told: &str, known: &str| told.is_empty() || told == known;
            is_known(&author.nickname, name) && is_known(&author.handle, handle)
        })
    };
    let now = tx.now.0;
    let mut others: Vec<Author> = authors
        .into_iter()
        .filter(|author| !is_as_known(author))
        .map(|author| {
            let mut author = author.clone();
            if let Some((handle, name, _)) = known.get(&author.id) {
                for (told, known) in [(&mut author.handle, handle), (&mut author.nickname, name)] {
                    if told.is_empty() {
                        told.clone_from(known);
                    }
                }
            }
            author
        })
        .collect();
    if others.is_empty() {
        return Ok(Met::default());
    }
    // Everybody writes them in one order: two who wait for each other would both have to begin anew.
    others.sort_unstable_by(|left, right| left.id.cmp(&right.id));
    let rows: Vec<[Cell<'_>; 5]> = others
        .iter()
        .map(|it| [(&it.id).into(), (&it.uid).into(), (&it.handle).into(), (&it.nickname).into(), now.into()])
        .collect();
    let _none: Vec<(i64,)> = PUT.run(tx, &rows).await.map_err(Error::in_act("keep creators"))?;
    // A name has a history from its first change on.
    let mut rows: Vec<[Cell<'_>; 4]> = Vec::new();
    for author in &others {
        if let Some((handle, name, first_at)) = known.get(&author.id) {
            rows.push([(&author.id).into(), (*first_at).into(), handle.into(), name.into()]);
            rows.push([(&author.id).into(), now.into(), (&author.handle).into(), (&author.nickname).into()]);
        }
    }
    let changed = rows.len() / 2;
    if changed > 0 {
        let _none: Vec<(i64,)> = NAMED.run(tx, &rows).await.map_err(Error::in_act("keep names of creators"))?;
    }
    Ok(Met { fresh: others.len() - changed, changed })
}

/// Keeps a creator as their own page shows them.
pub async fn keep(tx: &mut Tx, creator: &Creator) -> Result<Met, Error> {
    let met = meet(tx, std::iter::once(&creator.author)).await?;
    let (id, now) = (&creator.author.id, tx.now.0);
    let Audience { posts, followers, following, likes, liked } = creator.audience;
    on!(tx, db => sqlx::query(PROFILE).bind(&creator.signature).bind(&creator.place).bind(&creator.room)
        .bind(i64::from(creator.is_banned)).bind(posts).bind(followers).bind(following).bind(likes).bind(liked)
        .bind(now).bind(id).execute(db).await.map(drop))
    .map_err(Error::in_act("keep a creator"))?;
    on!(tx, db => sqlx::query(COUNTED).bind(id).bind(now).bind(posts).bind(followers).bind(following).bind(likes)
        .bind(liked).execute(db).await.map(drop))
    .map_err(Error::in_act("keep numbers of a creator"))?;
    Ok(met)
}

/// The numbers of a creator as they were counted last; nothing when nobody has met them.
pub async fn numbers(tx: &mut Tx, id: &str) -> Result<Option<Audience>, Error> {
    let found: Result<Option<Numbers>, _> = on!(tx, db => sqlx::query_as(NUMBERS).bind(id).fetch_optional(db).await);
    Ok(found.map_err(Error::in_act("look up a creator"))?.map(audience))
}

/// The numbers on the creator's own page, if that was read since `began`.
pub async fn numbers_since(tx: &mut Tx, id: &str, began: Millis) -> Result<Option<Audience>, Error> {
    let found: Result<Option<Numbers>, _> =
        on!(tx, db => sqlx::query_as(NUMBERS_SINCE).bind(id).bind(began.0).fetch_optional(db).await);
    Ok(found.map_err(Error::in_act("look up a creator"))?.map(audience))
}

const fn audience(numbers: Numbers) -> Audience {
    Audience { posts: numbers.0, followers: numbers.1, following: numbers.2, likes: numbers.3, liked: numbers.4 }
}

/// Notes that a creator is gone, or shows themselves to nobody.
pub async fn gone(tx: &mut Tx, id: &str, class: Class) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(GONE).bind(now).bind(class.as_str()).bind(id).execute(db).await.map(drop))
        .map_err(Error::in_act("note that a creator is gone"))
}
