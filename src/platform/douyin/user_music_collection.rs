//! The music that the owner of the login collected.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::list::{Keyed, listing};
use super::read::{Clean, Count, Flag, Id, Page, Text, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to go on; 0 is the beginning.
    pub cursor: u64,
    /// How many.
    pub count: u32,
}

impl Request {
    /// The first page, as a page of the site asks for it.
    pub const fn first() -> Self {
        Self { cursor: 0, count: 20 }
    }
}

impl Endpoint for Request {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "user_music_collection",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/music/listcollection/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("cursor", self.cursor);
        query.put("count", self.count);
    }
}

listing! { Request: MusicHead, Music, at cursor, Any by max_cursor }

record! {
    /// What is said of a page of music.
    MusicHead at "" in rows: ["has_more", "max_cursor", "status_code", "msg"] {
        max_cursor: Count = "$.cursor";
        has_more: Flag = "$.has_more";
        status_code: Count = "$.status_code";
        msg: Text = "$.msg";
    }
}

record! {
    /// One piece of collected music.
    Music at "mc_list" {
        album: Text = "album";
        audition_duration: Count = "audition_duration";
        duration: Count = "duration";
        author: Clean = "author";
        collect_status: Count = "collect_stat";
        music_status: Count = "music_status";
        cover_hd: Text = "cover_hd.url_list[0]";
        music_id: Id = "id";
        mid: Id = "mid";
        is_commerce_music: Flag = "is_commerce_music";
        is_original: Flag = "is_original";
        is_original_sound: Flag = "is_original_sound";
        lyric_type: Count = "lyric_type";
        lyric_url: Text = "lyric_url";
        play_url: Text = "play_url.url_list[0]";
        title: Clean = "title";
        strong_beat_url: Text = "strong_beat_url.url_list[0]";
        owner_nickname: Clean = "owner_nickname";
        owner_id: Id = "owner_id";
        sec_uid: Id = "sec_uid";
    }
}

impl Keyed for Music {
    const KEY: &'static str = "id";
}

/// What this endpoint answers.
pub type Answer = Page<MusicHead, Music>;
