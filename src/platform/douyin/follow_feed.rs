//! The posts of the creators whom the owner of the login follows, the newest first.
//!
//! No other implementation reads it, so only what every post has is read of a row; the rest is kept as it was sent.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::list::{Keyed, Listing, Order, Turn, numbers, turn_to};
use super::read::{Clean, Count, Flag, Id, LivePhotos, Page, Pictures, Reading, Text, Time, Truth, Urls, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to go on.
    pub cursor: u64,
    /// Which part of the feed.
    pub level: u32,
    /// How many.
    pub count: u32,
}

impl Request {
    /// The first page, as a page of the site asks for it.
    pub const fn first() -> Self {
        Self { cursor: 0, level: 1, count: 20 }
    }
}

impl Endpoint for Request {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "follow_feed",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/follow/feed/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("cursor", self.cursor);
        query.put("level", self.level);
        query.put("count", self.count);
        query.put("pull_type", "");
    }
}

impl Listing for Request {
    type Head = FollowHead;
    type Row = FollowPost;

    const IS_ENDLESS: bool = true;

    fn ask_for(&mut self, count: u32) {
        self.count = count;
    }

    fn mark(&self) -> String {
        format!("{}:{}", self.cursor, self.level)
    }

    fn go_to(&mut self, mark: &str) -> Option<()> {
        let [cursor, level] = numbers(mark)?;
        self.cursor = cursor;
        self.level = u32::try_from(level).ok()?;
        Some(())
    }

    fn turn(&mut self, page: &Reading<Answer>) -> Turn {
        let head = &page.content.head;
        let turn = turn_to(&mut self.cursor, head.has_more.is_on(), head.cursor.value(), Order::Any);
        if let (Turn::On, Some(level)) = (turn, head.level.value().and_then(|level| u32::try_from(level).ok())) {
            self.level = level;
        }
        turn
    }
}

record! {
    /// What is said of a page of the feed.
    FollowHead at "" in rows: ["has_more", "cursor", "level"] {
        status_code: Count = "$.status_code";
        has_more: Truth = "$.has_more";
        cursor: Count = "$.cursor";
        level: Count = "$.level";
    }
}

record! {
    /// One post of somebody who is followed.
    FollowPost at "data" {
        feed_type: Count = "feed_type";
        aweme_id: Id = "aweme.aweme_id";
        aweme_type: Count = "aweme.aweme_type";
        create_time: Time = "aweme.create_time";
        desc: Clean = "aweme.desc";
        nickname: Clean = "aweme.author.nickname";
        sec_uid: Id = "aweme.author.sec_uid";
        uid: Id = "aweme.author.uid";
        collect_count: Count = "aweme.statistics.collect_count";
        comment_count: Count = "aweme.statistics.comment_count";
        digg_count: Count = "aweme.statistics.digg_count";
        share_count: Count = "aweme.statistics.share_count";
        private_status: Count = "aweme.status.private_status";
        is_prohibited: Flag = "aweme.status.is_prohibited";
        cover: Text = "aweme.video.cover.url_list[0]";
        images: Pictures = "aweme.images";
        images_video: LivePhotos = "aweme.images";
        video_play_addr: Urls = "aweme.video.bit_rate[0].play_addr.url_list";
        music_id: Id = "aweme.music.id";
        music_title: Clean = "aweme.music.title";
        music_play_url: Text = "aweme.music.play_url.url_list[0]";
    }
}

impl Keyed for FollowPost {
    const KEY: &'static str = "aweme.aweme_id";
    const MADE: Option<&'static str> = Some("aweme.create_time");
}

/// What this endpoint answers.
pub type Answer = Page<FollowHead, FollowPost>;
