//! A live room by its short number.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::read::{ByQuality, Clean, Count, Flag, Id, Text, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The short number of the room.
    pub web_rid: &'a str,
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "user_live",
        method: Method::Get,
        site: Site::Live,
        path: "/webcast/room/web/enter/",
        base: Base::Live,
    };

    fn own(&self, query: &mut Query) {
        query.put("web_rid", self.web_rid);
        query.put("room_id_str", "");
    }
}

record! {
    /// A live room: whether it is on air, its counters, its streams.
    Room at "data.data[0]" {
        api_status_code: Count = "$.status_code";
        room_id: Id = "id_str";
        live_status: Count = "status";
        live_title: Clean = "title";
        cover: Text = "cover.url_list[0]";
        user_count: Text = "stats.user_count_str";
        total_user_count: Text = "stats.total_user_str";
        like_count: Text = "stats.like_count_str";
        flv_pull_url: ByQuality = "stream_url.flv_pull_url";
        m3u8_pull_url: ByQuality = "stream_url.hls_pull_url_map";
        user_id: Id = "owner.id_str";
        sec_user_id: Id = "owner.sec_uid";
        nickname: Clean = "owner.nickname";
        avatar_thumb: Text = "owner.avatar_thumb.url_list[0]";
        follow_status: Count = "owner.follow_info.follow_status";
        partition_id: Id = "partition_road_map.partition.id_str";
        partition_title: Text = "partition_road_map.partition.title";
        sub_partition_id: Id = "partition_road_map.sub_partition.id_str";
        sub_partition_title: Text = "partition_road_map.sub_partition.title";
        chat_auth as "ChatAuth": Flag = "room_auth.Chat";
        gift_auth as "GiftAuth": Flag = "room_auth.Gift";
        digg_auth as "DiggAuth": Flag = "room_auth.Digg";
        share_auth as "ShareAuth": Flag = "room_auth.Share";
    }
}

/// What this endpoint answers.
pub type Answer = Room;
