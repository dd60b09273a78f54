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

/// A page that is to be kept.
#[derive(Debug)]
pub(super) struct Given<'a> {
    pub(super) rows: &'a Rows,
    pub(super) shelf: Shelf,
    /// Who was met before; posts of them alone meet nobody.
    pub(super) met: Option<Author>,
}

/// Keeps the rows of some pages; gives of each what was never seen there before, and what had changed.
pub(super) async fn keep(tx: &mut Tx, pages: &[Given<'_>]) -> Result<Vec<Met>, Error> {
    let posts: Vec<&[Post]> = pages.iter().map(|page| posts_of(page.rows)).collect();
    let strange = |page: &&Given<'_>| posts_of(page.rows).iter().any(|post| page.met.as_ref() != Some(&post.creator));
    let strangers = pages.iter().filter(strange).flat_map(|page| posts_of(page.rows));
    creators::meet(tx, strangers.map(|post| &post.creator)).await?;
    let mut all = posts::keep(tx, &posts).await?;
    for (page, met) in pages.iter().zip(&mut all) {
        if posts_of(page.rows).is_empty() {
            *met = keep_others(tx, page).await?;
        }
        if let Some((list, owner)) = &page.shelf.list {
            // What is new in a list may be known from elsewhere.
            met.fresh = listed::put(tx, list, owner, items(page.rows)).await?;
        }
    }
    Ok(all)
}

fn posts_of(rows: &Rows) -> &[Post] {
    if let Rows::Posts(rows) = rows { rows } else { &[] }
}

/// Keeps rows that are no posts.
async fn keep_others(tx: &mut Tx, page: &Given<'_>) -> Result<Met, Error> {
    let mut met = Met::default();
    match page.rows {
        Rows::People(rows) if page.shelf.list.is_some() => {
            return creators::meet(tx, rows.iter().map(|row| &row.author)).await;
        }
        Rows::People(rows) => {
            for creator in rows {
                let one = creators::keep(tx, creator).await?;
                met = Met { fresh: met.fresh + one.fresh, changed: met.changed + one.changed };
            }
        }
        Rows::Comments(rows) => {
            if let Some((post, parent)) = &page.shelf.below {
                met.fresh = comments::keep(tx, post, parent.as_deref(), rows).await?;
            }
        }
        Rows::Folders(rows) => {
            for folder in rows {
                shelf::folder(tx, folder).await?;
            }
        }
        Rows::Music(rows) => {
            for music in rows {
                shelf::music(tx, music).await?;
            }
        }
        Rows::Rooms(rows) => {
            for room in rows {
                shelf::room(tx, room).await?;
            }
        }
        Rows::Posts(_) | Rows::Words => {}
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
