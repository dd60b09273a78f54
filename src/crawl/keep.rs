//! From the rows of a page to what is kept of them.

use crate::domain::{Author, Post};
use crate::platform::douyin::mode::Rows;
use crate::store::crawl::posts::Met;
use crate::store::crawl::{comments, creators, listed, posts, raw, shelf};
use crate::store::{Error, Tx};

/// Where rows stand: in which list of whom; rows that stand in none are kept for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shelf {
    /// The list; nothing for the posts of a creator, which say themselves whose they are.
    pub(super) list: Option<(&'static str, String)>,
    /// The post that comments stand below, and the comment that they answer.
    pub(super) below: Option<(String, Option<String>)>,
}

/// The one who made all the posts of a page, when it was one.
pub(super) fn maker(rows: &Rows) -> Option<Author> {
    let Rows::Posts(rows) = rows else { return None };
    let first = &rows.first()?.creator;
    rows.iter().all(|post| post.creator == *first).then(|| first.clone())
}

/// Keeps the rows of a page; gives what of them was never seen there before, and what had changed. Posts of `met` alone,
/// who was met before, meet nobody.
pub(super) async fn keep(tx: &mut Tx, rows: &Rows, shelf: &Shelf, met: Option<Author>) -> Result<Met, Error> {
    let list = shelf.list.as_ref().map(|(list, owner)| (*list, owner.as_str()));
    let mut met = match rows {
        Rows::Posts(rows) => {
            if met.is_none_or(|met| rows.iter().any(|post| post.creator != met)) {
                creators::meet(tx, rows.iter().map(|post| &post.creator)).await?;
            }
            posts::keep(tx, rows).await?
        }
        Rows::People(rows) if list.is_some() => creators::meet(tx, rows.iter().map(|row| &row.author)).await?,
        Rows::People(rows) => {
            let mut met = Met::default();
            for creator in rows {
                let one = creators::keep(tx, creator).await?;
                met = Met { fresh: met.fresh + one.fresh, changed: met.changed + one.changed };
            }
            met
        }
        Rows::Comments(rows) => {
            let Some((post, parent)) = &shelf.below else { return Ok(Met::default()) };
            Met { fresh: comments::keep(tx, (post, parent.as_deref()), rows).await?, changed: 0 }
        }
        Rows::Folders(rows) => {
            for folder in rows {
                shelf::folder(tx, folder).await?;
            }
            Met::default()
        }
        Rows::Music(rows) => {
            for music in rows {
                shelf::music(tx, music).await?;
            }
            Met::default()
        }
        Rows::Rooms(rows) => {
            for room in rows {
                shelf::room(tx, room).await?;
            }
            Met::default()
        }
        Rows::Words => Met::default(),
    };
    if let Some(list) = list {
        // What is new in a list may be known from elsewhere.
        met.fresh = listed::put(tx, list, items(rows)).await?;
    }
    Ok(met)
}

/// Keeps the rows of a page as they were sent and packed, when they were.
pub(super) async fn keep_raw(tx: &mut Tx, rows: &Rows, sent: &[Vec<u8>]) -> Result<(), Error> {
    let kind = match rows {
        Rows::Posts(_) => "post",
        Rows::People(_) => "creator",
        Rows::Comments(_) => "comment",
        Rows::Folders(_) => "folder",
        Rows::Music(_) => "music",
        Rows::Rooms(_) => "room",
        Rows::Words => return Ok(()),
    };
    let records: Vec<(&str, &[u8])> = items(rows).zip(sent.iter().map(Vec::as_slice)).collect();
    raw::keep(tx, kind, &records).await
}

fn items(rows: &Rows) -> Box<dyn Iterator<Item = &str> + Send + '_> {
    match rows {
        Rows::Posts(rows) => Box::new(rows.iter().map(|row| row.id.as_str())),
        Rows::People(rows) => Box::new(rows.iter().map(|row| row.author.id.as_str())),
        Rows::Comments(rows) => Box::new(rows.iter().map(|row| row.id.as_str())),
        Rows::Folders(rows) => Box::new(rows.iter().map(|row| row.id.as_str())),
        Rows::Music(rows) => Box::new(rows.iter().map(|row| row.id.as_str())),
        Rows::Rooms(rows) => Box::new(rows.iter().map(|row| row.number.as_str())),
        Rows::Words => Box::new(std::iter::empty()),
    }
}

/// When the newest and the oldest of these posts were made, those aside that are pinned to the top.
pub(super) fn span(posts: &[Post]) -> Option<(i64, i64)> {
    let moments = || posts.iter().filter(|post| !post.is_pinned).filter_map(|post| Some(post.made_at?.0));
    Some((moments().min()?, moments().max()?))
}
