//! A creator: names, counters, what they say of themselves.

use super::ask::{Base, Endpoint, Method, Place, Query, Site, refuse_other};
use super::read::{Clean, Count, Flag, Id, Text, record};
use crate::domain::Class;
use crate::wire::json::Value;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Whose.
    pub sec_user_id: &'a str,
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "user_profile",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/user/profile/other/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("sec_user_id", self.sec_user_id);
    }

    fn judge(&self, root: Value<'_>) -> Option<(Class, String)> {
        refuse_other("creator", root.get("user").get("sec_uid"), self.sec_user_id)
    }
}

record! {
    /// A creator, as their page shows them.
    Profile at "user" {
        avatar_url: Text = "avatar_larger.url_list[0]";
        aweme_count: Count = "aweme_count";
        city: Text = "city";
        country: Text = "country";
        favoriting_count: Count = "favoriting_count";
        follower_count: Count = "follower_count";
        following_count: Count = "following_count";
        gender: Count = "gender";
        ip_location: Text = "ip_location";
        is_ban: Flag = "is_ban";
        is_block: Flag = "is_block";
        is_blocked: Flag = "is_blocked";
        is_star: Flag = "is_star";
        live_status: Count = "live_status";
        mix_count: Count = "mix_count";
        mplatform_followers_count: Count = "mplatform_followers_count";
        nickname: Clean = "nickname";
        room_id: Id = "room_id";
        school_name: Text = "school_name";
        sec_user_id: Id = "sec_uid";
        short_id: Id = "short_id";
        signature: Clean = "signature";
        total_favorited: Text = "total_favorited";
        uid: Id = "uid";
        unique_id: Id = "unique_id";
        user_age: Count = "user_age";
    }
}

/// What this endpoint answers.
pub type Answer = Profile;
