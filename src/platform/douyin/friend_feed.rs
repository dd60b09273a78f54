//! What the friends of the owner of the login posted. A POST without a body.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::list::{Keyed, Listing, Order, Turn, numbers, turn_to};
use super::read::{Clean, Count, Filled, Flag, Id, LivePhotos, Page, Pictures, Reading, Text, Time, Truth, Urls, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to go on.
    pub cursor: u64,
    /// Which part of the feed.
    pub level: u32,
    /// How the page came to be asked for: 0, 2 or 18.
    pub pull_type: u32,
    /// The same, for the list.
    pub refresh_type: u32,
}

impl Request {
    /// The first page, as a page of the site asks for it.
    pub const fn first() -> Self {
        Self { cursor: 0, level: 1, pull_type: 0, refresh_type: 0 }
    }
}

impl Endpoint for Request {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "friend_feed",
        method: Method::Post,
        site: Site::Web,
        path: "/aweme/v1/web/familiar/feed/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("cursor", self.cursor);
        query.put("level", self.level);
        query.put("aweme_ids", "");
        query.put("room_ids", "");
        query.put("pull_type", self.pull_type);
        query.put("refresh_type", self.refresh_type);
        query.put("address_book_access", 2);
        query.put("gps_access", 2);
        query.put("recent_gids", "");
    }
}

impl Listing for Request {
    type Head = FriendHead;
    type Row = FriendPost;

    const IS_ENDLESS: bool = true;

    fn ask_for(&mut self, _count: u32) {}

    fn mark(&self) -> String {
        format!("{}:{}", self.cursor, self.level)
    }

    fn go_to(&mut self, mark: &str) -> Option<()> {
        let [cursor, level] = numbers(mark)?;
        self.cursor = cursor;
        self.at_level(level);
        Some(())
    }

    fn turn(&mut self, page: &Reading<Answer>) -> Turn {
        let head = &page.content.head;
        let turn = turn_to(&mut self.cursor, head.has_more.is_on(), head.cursor.value(), Order::Any);
        if let (Turn::On, Some(level)) = (turn, head.level.value().and_then(|level| u64::try_from(level).ok())) {
            self.at_level(level);
        }
        turn
    }
}

impl Request {
    /// A page says in three places how far down it is.
    fn at_level(&mut self, level: u64) {
        self.level = u32::try_from(level).unwrap_or(u32::MAX);
        (self.pull_type, self.refresh_type) = (self.level, self.level);
    }
}

record! {
    /// What is said of a page of the feed.
    FriendHead at "" in rows: ["has_more", "has_aweme", "friend_update_count", "cursor", "level", "toast"] {
        status_code: Count = "$.status_code";
        status_msg: Text = "$.status_msg";
        toast: Text = "$.toast";
        has_more: Truth = "$.has_more";
        has_aweme: Filled = "$.data";
        friend_update_count: Count = "$.friend_update_count";
        cursor: Count = "$.cursor";
        level: Count = "$.level";
    }
}

record! {
    /// One post of a friend.
    FriendPost at "data" {
        friend_feed_type: Count = "feed_type";
        friend_feed_source: Count = "source";
        avatar_larger: Text = "aweme.author.avatar_larger.url_list[0]";
        nickname: Clean = "aweme.author.nickname";
        sec_uid: Id = "aweme.author.sec_uid";
        uid: Id = "aweme.author.uid";
        aweme_id: Id = "aweme.aweme_id";
        aweme_type: Count = "aweme.aweme_type";
        caption: Clean = "aweme.desc";
        desc: Clean = "aweme.desc";
        recommend_reason: Text = "aweme.fall_card_struct.recommend_reason";
        create_time: Time = "aweme.create_time";
        is_24_story: Flag = "aweme.is_24_story";
        media_type: Count = "aweme.media_type";
        collect_count: Count = "aweme.statistics.collect_count";
        comment_count: Count = "aweme.statistics.comment_count";
        digg_count: Count = "aweme.statistics.digg_count";
        exposure_count: Count = "aweme.statistics.exposure_count";
        live_watch_count: Count = "aweme.statistics.live_watch_count";
        play_count: Count = "aweme.statistics.play_count";
        share_count: Count = "aweme.statistics.share_count";
        allow_share: Flag = "aweme.status.allow_share";
        private_status: Count = "aweme.status.private_status";
        is_prohibited: Flag = "aweme.status.is_prohibited";
        part_see: Count = "aweme.status.part_see";
        animated_cover: Text = "aweme.video.animated_cover.url_list[0]";
        cover: Text = "aweme.video.cover.url_list[0]";
        images: Pictures = "aweme.images";
        images_video: LivePhotos = "aweme.images";
        video_play_addr: Urls = "aweme.video.bit_rate[0].play_addr.url_list";
        music_id: Id = "aweme.music.id";
        music_mid: Id = "aweme.music.mid";
        music_duration: Count = "aweme.music.duration";
        music_play_url: Text = "aweme.music.play_url.url_list[0]";
        music_owner_nickname: Clean = "aweme.music.owner_nickname";
        music_sec_uid: Id = "aweme.music.sec_uid";
        music_title: Clean = "aweme.music.title";
    }
}

impl Keyed for FriendPost {
    const KEY: &'static str = "aweme.aweme_id";
    const MADE: Option<&'static str> = Some("aweme.create_time");
}

/// What this endpoint answers.
pub type Answer = Page<FriendHead, FriendPost>;
