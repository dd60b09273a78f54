//! The rooms on air of those whom the owner of the login follows.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::list::{Keyed, Listing, Turn};
use super::read::{ByQuality, Clean, Count, Flag, Id, Page, Reading, Text, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request;

impl Endpoint for Request {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "following_user_live",
        method: Method::Get,
        site: Site::Web,
        path: "/webcast/web/feed/follow/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("scene", "aweme_pc_follow_top");
    }
}

impl Listing for Request {
    type Head = FollowingHead;
    type Row = FollowedRoom;

    fn ask_for(&mut self, _count: u32) {}

    fn mark(&self) -> String {
        String::new()
    }

    fn go_to(&mut self, mark: &str) -> Option<()> {
        mark.is_empty().then_some(())
    }

    /// It is one page.
    fn turn(&mut self, _page: &Reading<Answer>) -> Turn {
        Turn::End
    }
}

record! {
    /// What is said of the rooms.
    FollowingHead at "" in rows: [] {
        status_code: Count = "$.status_code";
        status_msg: Text = "$.data.message";
    }
}

record! {
    /// One room on air.
    FollowedRoom at "data.data" {
        cover_type: Count = "cover_type";
        is_recommend: Flag = "is_recommend";
        tag_name: Text = "tag_name";
        title_type: Count = "title_type";
        uniq_id: Id = "uniq_id";
        web_rid: Id = "web_rid";
        cover: Text = "room.cover.url_list[0]";
        has_commerce_goods: Flag = "room.has_commerce_goods";
        room_id: Id = "room.id_str";
        live_title: Clean = "room.title";
        live_room_mode: Count = "room.live_room_mode";
        mosaic_status: Count = "room.mosaic_status";
        user_count: Text = "room.stats.user_count_str";
        like_count: Count = "room.stats.like_count";
        total_count: Text = "room.stats.total_user_str";
        avatar_thumb: Text = "room.owner.avatar_thumb.url_list[0]";
        user_id: Id = "room.owner.id_str";
        user_sec_uid: Id = "room.owner.sec_uid";
        nickname: Clean = "room.owner.nickname";
        flv_pull_url: ByQuality = "room.stream_url.flv_pull_url";
        hls_pull_url: ByQuality = "room.stream_url.hls_pull_url_map";
        stream_orientation: Count = "room.stream_url.stream_orientation";
    }
}

impl Keyed for FollowedRoom {
    const KEY: &'static str = "web_rid";
}

/// What this endpoint answers.
pub type Answer = Page<FollowingHead, FollowedRoom>;
