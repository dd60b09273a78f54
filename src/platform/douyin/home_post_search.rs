//! A search among the posts of one creator.

use std::borrow::Cow;

use super::ask::{Base, Encoded, Endpoint, Method, Place, Query, Site};
use super::list::{Keyed, Listing, Order, Turn, turn_to};
use super::read::{Clean, Count, Filled, Flag, Id, LivePhotos, Page, Pictures, Reading, Text, Urls, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// What for.
    pub keyword: Encoded,
    /// Among whose, as a number.
    pub from_user: &'a str,
    /// The id of the search that goes on; empty at its beginning.
    pub search_id: Cow<'a, str>,
    /// How many to pass over.
    pub offset: u64,
    /// How many.
    pub count: u32,
}

impl<'a> Request<'a> {
    /// The first page, as a page of the site asks for it.
    pub fn first(keyword: Encoded, from_user: &'a str) -> Self {
        Self { keyword, from_user, search_id: Cow::Borrowed(""), offset: 0, count: 10 }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "home_post_search",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/home/search/item/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("search_channel", "aweme_personal_home_video");
        query.put("search_source", "normal_search");
        query.put("search_scene", "douyin_search");
        query.put("sort_type", 0);
        query.put("publish_time", 0);
        query.put("is_filter_search", 0);
        query.put("query_correct_type", 1);
        query.put("keyword", &self.keyword);
        query.put("enable_history", 1);
        query.put("search_id", &self.search_id);
        query.put("offset", self.offset);
        query.put("count", self.count);
        query.put("from_user", self.from_user);
    }
}

impl Listing for Request<'_> {
    type Head = SearchHead;
    type Row = Found;

    fn ask_for(&mut self, count: u32) {
        self.count = count;
    }

    fn mark(&self) -> String {
        format!("{}:{}", self.offset, self.search_id)
    }

    fn go_to(&mut self, mark: &str) -> Option<()> {
        let (offset, search_id) = mark.split_once(':')?;
        self.offset = offset.parse().ok()?;
        self.search_id = search_id.to_owned().into();
        Some(())
    }

    fn turn(&mut self, page: &Reading<Answer>) -> Turn {
        let head = &page.content.head;
        let turn = turn_to(&mut self.offset, head.has_more.is_on(), head.cursor.value(), Order::Onward);
        if let (Turn::On, Some(id)) = (turn, head.search_id.as_str()) {
            self.search_id = id.into_owned().into();
        }
        turn
    }
}

record! {
    /// What is said of a page of findings.
    SearchHead at "" in rows: ["has_more", "cursor", "home_text", "search_keyword", "search_id"] {
        status_code: Count = "$.status_code";
        has_aweme: Filled = "$.aweme_list";
        status_msg: Text = "$.status_msg";
        has_more: Flag = "$.has_more";
        cursor: Count = "$.cursor";
        home_text: Text = "$.global_doodle_config.home_text";
        search_keyword: Text = "$.global_doodle_config.keyword";
        search_id: Id = "$.log_pb.impr_id";
    }
}

record! {
    /// One post that was found.
    Found at "aweme_list" {
        user_id: Id = "item.author.uid";
        unique_id: Id = "item.author.unique_id";
        sec_uid: Id = "item.author.sec_uid";
        signature: Clean = "item.author.signature";
        nickname: Clean = "item.author.nickname";
        avatar_larger: Text = "item.author.avatar_larger.url_list[0]";
        aweme_type: Count = "item.aweme_type";
        aweme_id: Id = "item.aweme_id";
        caption: Clean = "item.caption";
        city: Text = "item.city";
        desc: Clean = "item.desc";
        images: Pictures = "item.images";
        images_video: LivePhotos = "item.images";
        music_id: Id = "item.music.id";
        music_id_str: Id = "item.music.id_str";
        music_mid: Id = "item.music.mid";
        music_duration: Count = "item.music.duration";
        music_play_url: Text = "item.music.play_url.url_list[0]";
        music_owner_nickname: Clean = "item.music.owner_nickname";
        music_sec_uid: Id = "item.music.sec_uid";
        music_title: Clean = "item.music.title";
        cover: Text = "item.video.cover.url_list[0]";
        dynamic_cover: Text = "item.video.dynamic_cover.url_list[0]";
        animated_cover: Text = "item.video.animated_cover.url_list[0]";
        video_play_addr: Urls = "item.video.bit_rate[0].play_addr.url_list";
    }
}

impl Keyed for Found {
    const KEY: &'static str = "item.aweme_id";
}

/// What this endpoint answers.
pub type Answer = Page<SearchHead, Found>;
