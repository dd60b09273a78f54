//! The folders into which the owner of the login sorted what they collected.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::list::{Keyed, listing};
use super::read::{Clean, Count, Flag, Id, Page, Text, Time, Truth, record};

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
        name: "user_collects",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/collects/list/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("cursor", self.cursor);
        query.put("count", self.count);
    }
}

listing! { Request: CollectsHead, Folder, at cursor, Any by max_cursor }

record! {
    /// What is said of a page of folders.
    CollectsHead at "" in rows: ["status_code", "has_more", "max_cursor", "collects_total_number"] {
        max_cursor: Count = "$.cursor";
        status_code: Count = "$.status_code";
        collects_total_number: Count = "$.total_number";
        has_more: Truth = "$.has_more";
    }
}

record! {
    /// One folder of collected posts.
    Folder at "collects_list" {
        app_id: Id = "app_id";
        collects_cover: Text = "collects_cover.url_list[0]";
        collects_id: Id = "collects_id";
        collects_name: Clean = "collects_name";
        create_time: Time = "create_time";
        follow_status: Count = "follow_status";
        followed_count: Count = "followed_count";
        is_normal_status: Flag = "is_normal_status";
        item_type: Count = "item_type";
        last_collect_time: Time = "last_collect_time";
        play_count: Count = "play_count";
        states: Count = "states";
        status: Count = "status";
        system_type: Count = "system_type";
        total_number: Count = "total_number";
        user_id: Id = "user_id";
        nickname: Clean = "user_info.nickname";
        uid: Id = "user_info.uid";
    }
}

impl Keyed for Folder {
    const KEY: &'static str = "collects_id";
}

/// What this endpoint answers.
pub type Answer = Page<CollectsHead, Folder>;
