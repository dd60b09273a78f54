//! What was found, as tables for people's own tools: which columns there are, and what each says.
//!
//! The columns are published: people's scripts name them. One may be added at the end; to take one away or to let it
//! mean something else is another [`VERSION`]. They stand in the order of their statement.

use crate::domain::{PostKind, Privacy, RoomState};

/// The version of the columns.
pub const VERSION: u32 = 2;
/// Every table.
pub const TABLES: [&Table; 9] =
    [&POSTS, &CREATORS, &FOLLOWERS, &FOLLOWING, &COMMENTS, &SNAPSHOTS, &LISTS, &RAW, &ROOMS];

/// How a column is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As text, ids too: they are longer than the numbers of a spreadsheet.
    Text,
    /// As a whole number.
    Number,
    /// As yes or no.
    Flag,
    /// As text, of what is packed.
    Packed,
    /// As the items of a text that has one a line.
    List,
    /// As the word for what a post is made of.
    PostKind,
    /// As the word for who may see something.
    Privacy,
    /// As the word for the state of a live room.
    RoomState,
    /// As a moment.
    Moment,
}

impl Form {
    /// What is written for `number`: its word, or the number itself if no word is known. A negative one says that the
    /// platform sent none.
    pub(super) fn word(self, number: i64) -> Option<String> {
        let word = match self {
            Self::PostKind => PostKind::of(number).map(PostKind::as_str),
            Self::Privacy => Privacy::of(number).map(Privacy::as_str),
            Self::RoomState => RoomState::of(number).map(RoomState::as_str),
            Self::Text | Self::Number | Self::Flag | Self::Packed | Self::List | Self::Moment => None,
        };
        (number >= 0).then(|| word.map_or_else(|| number.to_string(), str::to_owned))
    }
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub form: Form,
    /// What it says.
    pub says: &'static str,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, in their order.
    pub columns: &'static [Column],
    /// Of whom `$1` (nothing for everybody), from `$2` until `$3`.
    pub(super) sql: &'static str,
}

pub(in crate::store) const STATEMENTS: &[&str] = &[
    POSTS.sql,
    CREATORS.sql,
    FOLLOWERS.sql,
    FOLLOWING.sql,
    COMMENTS.sql,
    SNAPSHOTS.sql,
    LISTS.sql,
    RAW.sql,
    ROOMS.sql,
];

/// The table of this name.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.into_iter().find(|table| table.name == name)
}

/// Writes the columns of a table: name, form, what it says.
macro_rules! columns {
    ($($name:literal $form:ident $says:literal;)+) => {
        &[$(Column { name: $name, form: Form::$form, says: $says }),+]
    };
}

pub(super) const POSTS: Table = Table {
    name: "posts",
    columns: columns! {
        "id" Text "the post's id";
        "creator" Text "whose it is, by the id that links name";
        "nickname" Text "what the creator is called now";
        "handle" Text "the name that the creator is found by";
        "kind" PostKind "video or images; a number of the site's that has no name here stays a number";
        "text" Text "what stands below it";
        "made_at" Moment "when it was made";
        "duration_ms" Number "how long it plays; empty where nothing plays";
        "music" Text "the id of its music";
        "mix" Text "the id of the mix that it belongs to";
        "privacy" Privacy "who may see it: public, friends, or private (nobody else); an unknown number stays a number";
        "is_prohibited" Flag "whether the platform holds it back";
        "is_pinned" Flag "whether it is pinned to the top";
        "likes" Number "as counted last";
        "comments" Number "as counted last";
        "keeps" Number "how often it was put into a collection";
        "shares" Number "as counted last";
        "plays" Number "as counted last; empty where the site hides it, as it mostly does";
        "first_at" Moment "when it was first seen";
        "last_at" Moment "when it was last seen";
        "gone_at" Moment "since when it is gone";
        "gone_class" Text "why: gone or private";
        "unlisted_at" Moment "since when the creator's own list does not show it; it may still exist";
        "link" Text "its page on the site; this address does not expire";
        "cover" Text "the address of its cover; it expires within hours of `media_at`: fetch the post again for a new one";
        "media" List "the addresses of its video, or of its images in order, each followed by its video if it moves; they \
            expire within hours of `media_at`: fetch the post again for new ones; a blank separates them in csv and xlsx";
        "media_at" Moment "when the site sent `cover` and `media`; empty for posts that were not read again since radard \
            stores them";
        "hashtags" List "the hashtags in its text, without #; in jsonl [] where there are none and null where the post was \
            not read again yet; a blank separates them in csv and xlsx";
    },
    sql: "SELECT post.id, post.creator, creator.nickname, creator.handle, post.kind, post.text, post.made_at, post.duration,
        post.music, post.mix, post.privacy, post.is_prohibited, post.is_pinned, post.likes, post.comments, post.keeps,
        post.shares, post.plays, post.first_at, post.last_at, post.gone_at, post.gone_class, post.unlisted_at,
        CASE WHEN post.kind = 68 THEN 'https://www.douyin.com/note/' ELSE 'https://www.douyin.com/video/' END || post.id,
        post.cover, post.media, post.media_at, post.hashtags
        FROM post LEFT JOIN creator ON creator.id = post.creator
        WHERE (CAST($1 AS TEXT) IS NULL OR post.creator = $1) AND COALESCE(post.made_at, post.first_at) BETWEEN $2 AND $3
        ORDER BY post.made_at DESC",
};

pub(super) const CREATORS: Table = Table {
    name: "creators",
    columns: columns! {
        "id" Text "the id that links name";
        "uid" Text "the id as a number";
        "handle" Text "the name that they are found by";
        "nickname" Text "what they are called now";
        "signature" Text "what they say of themselves";
        "place" Text "where they are, as they say";
        "room" Text "the live room that they are in";
        "is_banned" Flag "whether the platform has shut them out";
        "posts" Number "as counted last";
        "followers" Number "as counted last; this and the other numbers are empty where the site hides them";
        "following" Number "as counted last";
        "likes" Number "how often their posts were liked";
        "liked" Number "how much they liked; empty where they hide it";
        "first_at" Moment "when they were first seen";
        "last_at" Moment "when they were last seen";
        "profile_at" Moment "when their own page was last read";
        "gone_at" Moment "since when they are gone";
        "gone_class" Text "why: gone or private";
    },
    sql:
        "SELECT id, uid, handle, nickname, signature, place, room, is_banned, posts, followers, following, likes, liked,
        first_at, last_at, profile_at, gone_at, gone_class FROM creator
        WHERE (CAST($1 AS TEXT) IS NULL OR id = $1) AND first_at BETWEEN $2 AND $3
        AND (profile_at IS NOT NULL OR EXISTS (SELECT 1 FROM post WHERE post.creator = creator.id))
        ORDER BY first_at",
};

pub(super) const FOLLOWERS: Table = Table {
    name: "followers",
    columns: columns! {
        "creator" Text "who is followed";
        "id" Text "who follows, by the id that links name";
        "nickname" Text "what the follower is called now";
        "handle" Text "the name that the follower is found by";
        "first_at" Moment "when they were first seen following";
        "last_at" Moment "when they were last seen following";
        "gone_at" Moment "since when they follow no more";
    },
    sql: "SELECT listed.owner, listed.item, creator.nickname, creator.handle, listed.first_at, listed.last_at,
        listed.gone_at FROM listed LEFT JOIN creator ON creator.id = listed.item
        WHERE listed.list = 'followers' AND (CAST($1 AS TEXT) IS NULL OR listed.owner = $1)
        AND listed.first_at BETWEEN $2 AND $3 ORDER BY listed.first_at",
};

pub(super) const FOLLOWING: Table = Table {
    name: "following",
    columns: columns! {
        "creator" Text "who follows";
        "id" Text "who is followed, by the id that links name";
        "nickname" Text "what they are called now";
        "handle" Text "the name that they are found by";
        "first_at" Moment "when they were first seen followed";
        "last_at" Moment "when they were last seen followed";
        "gone_at" Moment "since when they are followed no more";
    },
    sql: "SELECT listed.owner, listed.item, creator.nickname, creator.handle, listed.first_at, listed.last_at,
        listed.gone_at FROM listed LEFT JOIN creator ON creator.id = listed.item
        WHERE listed.list = 'following' AND (CAST($1 AS TEXT) IS NULL OR listed.owner = $1)
        AND listed.first_at BETWEEN $2 AND $3 ORDER BY listed.first_at",
};

pub(super) const COMMENTS: Table = Table {
    name: "comments",
    columns: columns! {
        "id" Text "the comment's id";
        "post" Text "the post that it stands below";
        "parent" Text "the comment that it answers";
        "creator" Text "who wrote it, by the id that links name";
        "nickname" Text "what they were called when it was last seen";
        "text" Text "what it says";
        "made_at" Moment "when it was written";
        "likes" Number "as counted last";
        "replies" Number "as counted last";
        "first_at" Moment "when it was first seen";
        "last_at" Moment "when it was last seen";
        "gone_at" Moment "since when it is gone";
    },
    sql: "SELECT comment.id, comment.post, comment.parent, comment.creator, comment.nickname, comment.text,
        comment.made_at, comment.likes, comment.replies, comment.first_at, comment.last_at, comment.gone_at
        FROM comment LEFT JOIN post ON post.id = comment.post
        WHERE (CAST($1 AS TEXT) IS NULL OR post.creator = $1)
        AND COALESCE(comment.made_at, comment.first_at) BETWEEN $2 AND $3 ORDER BY comment.made_at",
};

pub(super) const SNAPSHOTS: Table = Table {
    name: "snapshots",
    columns: columns! {
        "of" Text "what was counted: post or creator";
        "id" Text "which";
        "at" Moment "when; a number that did not change is not counted again";
        "likes" Number "of a post: how often it was liked; of a creator: how often all their posts were";
        "comments" Number "of a post";
        "keeps" Number "of a post";
        "shares" Number "of a post";
        "plays" Number "of a post; empty where the site hides it";
        "posts" Number "of a creator";
        "followers" Number "of a creator";
        "following" Number "of a creator";
        "liked" Number "of a creator: how much they liked";
    },
    sql: "SELECT CAST('post' AS TEXT), post_count.post, post_count.at, post_count.likes, post_count.comments,
        post_count.keeps, post_count.shares, post_count.plays, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
        CAST(NULL AS BIGINT), CAST(NULL AS BIGINT) FROM post_count LEFT JOIN post ON post.id = post_count.post
        WHERE (CAST($1 AS TEXT) IS NULL OR post.creator = $1) AND post_count.at BETWEEN $2 AND $3
        UNION ALL
        SELECT CAST('creator' AS TEXT), creator, at, likes, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
        CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), posts, followers, following, liked FROM creator_count
        WHERE (CAST($1 AS TEXT) IS NULL OR creator = $1) AND at BETWEEN $2 AND $3 ORDER BY 3",
};

pub(super) const LISTS: Table = Table {
    name: "lists",
    columns: columns! {
        "list" Text "which list: likes, collection, folder, music, mix, related, friend, feed, search, lives and others";
        "owner" Text "whose, or of what";
        "item" Text "what stands in it";
        "first_at" Moment "when it was first seen there";
        "last_at" Moment "when it was last seen there";
        "gone_at" Moment "since when it stands there no more";
    },
    sql: "SELECT list, owner, item, first_at, last_at, gone_at FROM listed
        WHERE (CAST($1 AS TEXT) IS NULL OR owner = $1) AND first_at BETWEEN $2 AND $3 ORDER BY first_at",
};

pub(super) const RAW: Table = Table {
    name: "raw",
    columns: columns! {
        "kind" Text "what it is: post, creator, comment, folder, music, room";
        "id" Text "which";
        "at" Moment "when the site sent it";
        "json" Packed "what it sent; kept where `crawl.raw` is on";
    },
    sql: "SELECT raw.kind, raw.id, raw.at, raw.packed FROM raw LEFT JOIN post ON raw.kind = 'post' AND post.id = raw.id
        WHERE (CAST($1 AS TEXT) IS NULL OR post.creator = $1 OR (raw.kind = 'creator' AND raw.id = $1))
        AND raw.at BETWEEN $2 AND $3 ORDER BY raw.at",
};

pub(super) const ROOMS: Table = Table {
    name: "rooms",
    columns: columns! {
        "number" Text "the number of the live room, which its page names";
        "show" Text "the id of its last broadcast";
        "creator" Text "whose it is, by the id that links name";
        "nickname" Text "what the creator was called when it was last seen";
        "title" Text "what the room is called";
        "state" RoomState "live or ended when it was last seen; an unknown number stays a number";
        "first_at" Moment "when it was first seen";
        "last_at" Moment "when it was last seen";
    },
    sql: "SELECT number, show, owner, nickname, title, status, first_at, last_at FROM room
        WHERE (CAST($1 AS TEXT) IS NULL OR owner = $1) AND first_at BETWEEN $2 AND $3 ORDER BY first_at",
};
