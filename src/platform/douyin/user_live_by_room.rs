//! A live room by the id of its broadcast. It is asked without a cookie: a login makes it refuse.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::read::{ByQuality, Clean, Count, Flag, Id, Text, Time, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The id of the broadcast.
    pub room_id: &'a str,
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "user_live_by_room",
        method: Method::Get,
        site: Site::Webcast,
        path: "/webcast/room/reflow/info/",
        base: Base::Reflow,
    };

    fn own(&self, query: &mut Query) {
        query.put("room_id", self.room_id);
    }

    fn cookies(_own: String) -> Option<String> {
        None
    }
}

record! {
    /// A broadcast: whether it is on air, its counters, its streams.
    Broadcast at "data.room" {
        api_status_code: Count = "$.status_code";
        room_id: Id = "id";
        web_rid: Id = "owner.web_rid";
        live_status: Count = "status";
        live_title: Clean = "title";
        user_count: Count = "user_count";
        create_time: Time = "create_time";
        finish_time: Time = "finish_time";
        cover: Text = "cover.url_list[0]";
        stream_id: Id = "stream_id";
        resolution_name: ByQuality = "stream_url.resolution_name";
        flv_pull_url: ByQuality = "stream_url.flv_pull_url";
        hls_pull_url: ByQuality = "stream_url.hls_pull_url_map";
        nickname: Clean = "owner.nickname";
        gender: Clean = "owner.gender";
        signature: Clean = "owner.signature";
        avatar_large: Text = "owner.avatar_large.url_list[0]";
        verified: Flag = "owner.verified";
        city: Text = "owner.city";
        following_count: Count = "owner.follow_info.following_count";
        follower_count: Count = "owner.follow_info.follower_count";
        sec_uid: Id = "owner.sec_uid";
    }
}

/// What this endpoint answers.
pub type Answer = Broadcast;
