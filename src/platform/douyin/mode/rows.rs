//! The rows of a page as what they are: posts, people, comments, folders, music, rooms.
//!
//! Read from the same places whichever list they stand in, and apart from the names that people's scripts know: what is
//! kept for years should not change its meaning with a table of fields.

use std::borrow::Cow;

use super::files::{files, hashtags};
use crate::domain::{Audience, Author, Comment, Counts, Creator, Folder, Millis, Mode, Music, Post, Room};
use crate::platform::douyin::read::parse_moment;
use crate::wire::json::Value;

/// Rows of one sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// Posts.
    Posts(Vec<Post>),
    /// Creators, and whoever else stands in a list of people.
    People(Vec<Creator>),
    /// Comments, or answers to one.
    Comments(Vec<Comment>),
    /// Folders.
    Folders(Vec<Folder>),
    /// Music.
    Music(Vec<Music>),
    /// Rooms.
    Rooms(Vec<Room>),
    /// Nothing that is kept.
    Words,
}

impl Rows {
    /// Reads the rows that a list of this mode has.
    pub fn of_list<'d>(mode: Mode, rows: impl Iterator<Item = Value<'d>>) -> Self {
        match mode {
            Mode::Friend | Mode::Follow => Self::Posts(rows.map(|row| post(row.get("aweme"))).collect()),
            Mode::Search => Self::Posts(rows.map(|row| post(row.get("item"))).collect()),
            Mode::Following | Mode::Follower => Self::People(rows.map(creator).collect()),
            Mode::Comments | Mode::Replies => Self::Comments(rows.map(comment).collect()),
            Mode::Collects => Self::Folders(rows.map(folder).collect()),
            Mode::Music => Self::Music(rows.map(music).collect()),
            Mode::FollowingLives => Self::Rooms(rows.map(room_on_air).collect()),
            Mode::Suggest | Mode::Profile | Mode::One | Mode::Live => Self::Words,
            Mode::Post | Mode::Like | Mode::Collection | Mode::Folder | Mode::Mix | Mode::Related | Mode::Feed => {
                Self::Posts(rows.map(post).collect())
            }
        }
    }

    /// Reads what is no list.
    pub(super) fn of_one(mode: Mode, root: Value<'_>) -> Self {
        match mode {
            Mode::Profile => Self::People(vec![creator(root.get("user"))]),
            Mode::One => Self::Posts(vec![post(root.get("aweme_detail"))]),
            Mode::Live => {
                let of_number = root.get("data").get("data").at(0);
                let one = if of_number.exists() { of_number } else { root.get("data").get("room") };
                Self::Rooms(vec![room(one)])
            }
            _ => Self::Words,
        }
    }

    /// How many.
    pub const fn len(&self) -> usize {
        match self {
            Self::Posts(rows) => rows.len(),
            Self::People(rows) => rows.len(),
            Self::Comments(rows) => rows.len(),
            Self::Folders(rows) => rows.len(),
            Self::Music(rows) => rows.len(),
            Self::Rooms(rows) => rows.len(),
            Self::Words => 0,
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A text without the one character that not every database keeps.
fn kept(text: Cow<'_, str>) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.into_owned() }
}

/// A text, or a number that is meant as one; empty when there is neither.
fn id(value: Value<'_>) -> String {
    kept(value.text().or_else(|| value.number().map(Cow::Borrowed)).unwrap_or_default())
}

fn some_id(value: Value<'_>) -> Option<String> {
    Some(id(value)).filter(|id| !id.is_empty() && id != "0")
}

fn text(value: Value<'_>) -> String {
    kept(value.text().unwrap_or_default())
}

fn some_text(value: Value<'_>) -> Option<String> {
    value.text().filter(|text| !text.is_empty()).map(kept)
}

/// More than this is no count of anything there.
const MOST: i64 = 1 << 53;

/// A number, also one that stands there as a text. One that counts nothing, such as a negative one, is unknown.
fn count(value: Value<'_>) -> Option<i64> {
    value.whole().or_else(|| value.text()?.trim().parse().ok()).filter(|number| (0..=MOST).contains(number))
}

/// A count that the site sends as 0 where it hides it.
fn shown_count(value: Value<'_>) -> Option<i64> {
    count(value).filter(|number| *number > 0)
}

fn is_on(value: Value<'_>) -> bool {
    value.truth().unwrap_or_else(|| count(value).is_some_and(|number| number != 0))
}

fn moment(value: Value<'_>) -> Option<Millis> {
    parse_moment(value)
}

fn author(value: Value<'_>) -> Author {
    Author {
        id: id(value.get("sec_uid")),
        uid: id(value.get("uid")),
        handle: text(value.get("unique_id")),
        nickname: text(value.get("nickname")),
    }
}

fn post(value: Value<'_>) -> Post {
    let (status, numbers, video) = (value.get("status"), value.get("statistics"), value.get("video"));
    Post {
        id: id(value.get("aweme_id")),
        creator: author(value.get("author")),
        kind: count(value.get("aweme_type")),
        text: text(value.get("desc")),
        made_at: moment(value.get("create_time")),
        // It is 0 where nothing plays.
        duration: shown_count(video.get("duration")),
        music: some_id(value.get("music").get("id")),
        mix: some_id(value.get("mix_info").get("mix_id")),
        hashtags: hashtags(value.get("text_extra")),
        files: files(value),
        privacy: count(status.get("private_status")),
        is_prohibited: is_on(status.get("is_prohibited")),
        is_pinned: is_on(value.get("is_top")),
        counts: Counts {
            likes: count(numbers.get("digg_count")),
            comments: count(numbers.get("comment_count")),
            keeps: count(numbers.get("collect_count")),
            shares: count(numbers.get("share_count")),
            plays: shown_count(numbers.get("play_count")),
        },
    }
}

fn creator(value: Value<'_>) -> Creator {
    // Where an account is private, or hides what it likes, 0 may stand for a number that is hidden.
    let is_private = is_on(value.get("secret"));
    let hides_likes = is_on(value.get("favorite_permission")) || value.get("show_favorite_list").truth() == Some(false);
    let number = |name: &str, is_hidden: bool| {
        let value = value.get(name);
        if is_hidden { shown_count(value) } else { count(value) }
    };
    Creator {
        author: author(value),
        signature: some_text(value.get("signature")),
        place: some_text(value.get("ip_location")),
        is_banned: is_on(value.get("is_ban")),
        room: some_id(value.get("room_id")),
        audience: Audience {
            posts: number("aweme_count", is_private),
            followers: number("follower_count", is_private),
            following: number("following_count", is_private),
            likes: number("total_favorited", is_private),
            liked: number("favoriting_count", is_private || hides_likes),
        },
    }
}

fn comment(value: Value<'_>) -> Comment {
    Comment {
        id: id(value.get("cid")),
        parent: some_id(value.get("reply_id")),
        author: author(value.get("user")),
        text: text(value.get("text")),
        made_at: moment(value.get("create_time")),
        likes: count(value.get("digg_count")),
        replies: count(value.get("reply_comment_total")),
    }
}

fn folder(value: Value<'_>) -> Folder {
    Folder {
        id: id(value.get("collects_id")),
        name: text(value.get("collects_name")),
        total: count(value.get("total_number")),
        made_at: moment(value.get("create_time")),
    }
}

fn music(value: Value<'_>) -> Music {
    Music {
        id: id(value.get("id")),
        title: text(value.get("title")),
        author: text(value.get("author")),
        duration: count(value.get("duration")),
    }
}

fn room(value: Value<'_>) -> Room {
    let (owner, numbers) = (value.get("owner"), value.get("stats"));
    Room {
        number: id(owner.get("web_rid")),
        show: some_id(value.get("id_str")).unwrap_or_else(|| id(value.get("id"))),
        owner: Author { uid: id(owner.get("id_str")), ..author(owner) },
        title: text(value.get("title")),
        status: count(value.get("status")),
        viewers: some_text(numbers.get("user_count_str")),
        visitors: some_text(numbers.get("total_user_str")),
        likes: count(numbers.get("like_count")).or_else(|| count(value.get("like_count"))),
    }
}

/// A room in the list of those whom the login follows: who is listed there is on air.
fn room_on_air(value: Value<'_>) -> Room {
    let room = room(value.get("room"));
    Room { number: id(value.get("web_rid")), status: room.status.or(Some(2)), ..room }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::{Caps, Json};

    #[test]
    fn a_text_that_not_every_database_keeps_is_mended() {
        let json =
            Json::parse(r#"{"aweme_id":"1\u00002","desc":"a\u0000b\n","music":{"id":"\u0000"}}"#, Caps::default())
                .unwrap();
        let read = post(json.root());
        let shown = (read.id.as_str(), read.text.as_str(), read.music.as_deref());
        assert_eq!(shown, ("1\u{fffd}2", "a\u{fffd}b\n", Some("\u{fffd}")));
    }

    fn read(text: &str) -> Json {
        Json::parse(text, Caps::default()).unwrap()
    }

    #[test]
    fn a_number_that_the_site_hides_is_none() {
        let numbers = |text: &str| post(read(text).root()).counts.each();
        let hidden =
            r#"{"statistics":{"digg_count":0,"comment_count":0,"collect_count":0,"share_count":0,"play_count":0}}"#;
        assert_eq!(numbers(hidden), [Some(0), Some(0), Some(0), Some(0), None]);
        assert_eq!(numbers(r#"{"statistics":{"play_count":"12"}}"#)[4], Some(12));
        let duration = |ms: u32| post(read(&format!(r#"{{"video":{{"duration":{ms}}}}}"#)).root()).duration;
        assert_eq!([duration(0), duration(9)], [None, Some(9)]);
        let unsaid = post(read("{}").root());
        assert_eq!((unsaid.kind, unsaid.privacy), (None, None), "nothing is made up");
        let said = post(read(r#"{"aweme_type":0,"status":{"private_status":0}}"#).root());
        assert_eq!((said.kind, said.privacy), (Some(0), Some(0)), "the control");
    }

    #[test]
    fn the_numbers_of_a_private_account_are_none_and_those_of_others_are_as_sent() {
        let audience = |more: &str| {
            let numbers =
                r#""aweme_count":0,"follower_count":0,"following_count":0,"total_favorited":0,"favoriting_count":0"#;
            creator(read(&format!("{{{numbers}{more}}}")).root()).audience.each()
        };
        let all = [Some(0); 5];
        assert_eq!(audience(""), all);
        assert_eq!(audience(r#","secret":0,"favorite_permission":0,"show_favorite_list":true"#), all);
        assert_eq!(audience(r#","secret":1"#), [None; 5]);
        assert_eq!(audience(r#","secret":1,"follower_count":7"#)[1], Some(7), "what is sent is kept");
        let [.., liked] = audience(r#","favorite_permission":1"#);
        assert_eq!(liked, None);
        assert_eq!(audience(r#","show_favorite_list":false"#), [Some(0), Some(0), Some(0), Some(0), None]);
    }
}
