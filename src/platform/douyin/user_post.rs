//! The posts of a creator, newest first; those pinned to the top come first on the first page.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::list::{Keyed, listing};
use super::read::{BitRates, Clean, Count, Filled, Flag, Id, LivePhotos, Page, Pictures, Text, Time, Truth, Urls, record};
use crate::domain::Millis;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Whose.
    pub sec_user_id: &'a str,
    /// Only what is older than this, in Unix milliseconds; 0 is the newest.
    pub max_cursor: u64,
    /// How many.
    pub count: u32,
}

impl<'a> Request<'a> {
    /// The first page, as a page of the site asks for it.
    pub const fn first(sec_user_id: &'a str) -> Self {
        Self { sec_user_id, max_cursor: 0, count: 20 }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "user_post",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/aweme/post/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("max_cursor", self.max_cursor);
        query.put("count", self.count);
        query.put("sec_user_id", self.sec_user_id);
    }
}

listing! { Request<'_>: PostHead, Post, at max_cursor, Older by max_cursor {
    fn begin_at(&mut self, end: Millis) {
        self.max_cursor = u64::try_from(end.0).unwrap_or(0);
    }

    fn is_past(&self, start: Millis) -> bool {
        i64::try_from(self.max_cursor).is_ok_and(|cursor| cursor != 0 && cursor < start.0)
    }
} }

record! {
    /// What is said of a page of posts.
    PostHead at "" in rows: ["status_code", "has_more", "max_cursor", "min_cursor"] {
        status_code: Count = "$.status_code";
        has_aweme: Filled = "$.aweme_list";
        locate_item_cursor: Count = "$.locate_item_cursor";
        has_more: Truth = "$.has_more";
        max_cursor: Count = "$.max_cursor";
        min_cursor: Count = "$.min_cursor";
    }
}

record! {
    /// One post of a list.
    Post at "aweme_list" {
        aweme_id: Id = "aweme_id";
        aweme_type: Count = "aweme_type";
        create_time: Time = "create_time";
        caption: Clean = "caption";
        desc: Clean = "desc";
        uid: Id = "author.uid";
        sec_user_id: Id = "author.sec_uid";
        nickname: Clean = "author.nickname";
        author_avatar_thumb: Text = "author.avatar_thumb.url_list[0]";
        images: Pictures = "images";
        images_video: LivePhotos = "images";
        animated_cover: Text = "video.animated_cover.url_list[0]";
        cover: Text = "video.origin_cover.url_list[0]";
        video_play_addr: Urls = "video.bit_rate[0].play_addr.url_list";
        video_bit_rate: BitRates = "video.bit_rate";
        video_duration: Count = "video.duration";
        part_see: Count = "status.part_see";
        private_status: Count = "status.private_status";
        is_prohibited: Flag = "status.is_prohibited";
        author_deleted: Flag = "music.author_deleted";
        music_status: Count = "music.status";
        music_title: Clean = "music.title";
        music_play_url: Text = "music.play_url.url_list[0]";
    }
}

impl Keyed for Post {
    const KEY: &'static str = "aweme_id";
    const MADE: Option<&'static str> = Some("create_time");
}

/// What this endpoint answers.
pub type Answer = Page<PostHead, Post>;
