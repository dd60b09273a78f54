//! Whom somebody follows. The order decides how it goes on: by place, or by the time of the last or the first that was
//! read.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::list::{Keyed, Listing, Order, Turn, numbers, turn_to};
use super::read::{Clean, Count, Flag, Id, Page, Reading, Text, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Whose, as a number; empty when `sec_user_id` says it.
    pub user_id: &'a str,
    /// Whose; empty when `user_id` says it.
    pub sec_user_id: &'a str,
    /// How many to pass over.
    pub offset: u64,
    /// Only later ones, in Unix seconds.
    pub min_time: u64,
    /// Only earlier ones, in Unix seconds.
    pub max_time: u64,
    /// How many.
    pub count: u32,
    /// The order: 1 newest first, 3 oldest first, 4 as the page has it.
    pub source_type: u32,
}

impl<'a> Request<'a> {
    /// The first page, as a page of the site asks for it.
    pub const fn first(user_id: &'a str, sec_user_id: &'a str) -> Self {
        Self { user_id, sec_user_id, offset: 0, min_time: 0, max_time: 0, count: 20, source_type: 4 }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "user_following",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/user/following/list/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("user_id", self.user_id);
        query.put("sec_user_id", self.sec_user_id);
        query.put("offset", self.offset);
        query.put("min_time", self.min_time);
        query.put("max_time", self.max_time);
        query.put("count", self.count);
        query.put("source_type", self.source_type);
        query.put("gps_access", 0);
        query.put("address_book_access", 0);
        query.put("is_top", 1);
    }
}

impl Listing for Request<'_> {
    type Head = RelationHead;
    type Row = Followed;

    fn ask_for(&mut self, count: u32) {
        self.count = count;
    }

    fn mark(&self) -> String {
        format!("{}:{}:{}", self.offset, self.min_time, self.max_time)
    }

    fn go_to(&mut self, mark: &str) -> Option<()> {
        [self.offset, self.min_time, self.max_time] = numbers(mark)?;
        Some(())
    }

    fn turn(&mut self, page: &Reading<Answer>) -> Turn {
        let (head, more) = (&page.content.head, page.content.head.has_more.is_on());
        // Each order goes on at a number of its own.
        match self.source_type {
            1 => turn_to(&mut self.max_time, more, head.min_time.value(), Order::Older),
            3 => turn_to(&mut self.min_time, more, head.max_time.value(), Order::Onward),
            _ => turn_to(&mut self.offset, more, head.offset.value(), Order::Onward),
        }
    }
}

record! {
    /// What is said of a page of people.
    RelationHead at "" in rows: ["has_more", "total", "mix_count", "offset", "myself_user_id", "max_time", "min_time"] {
        status_code: Count = "$.status_code";
        status_msg: Text = "$.status_msg";
        has_more: Flag = "$.has_more";
        total: Count = "$.total";
        mix_count: Count = "$.mix_count";
        offset: Count = "$.offset";
        myself_user_id: Id = "$.myself_user_id";
        max_time: Count = "$.max_time";
        min_time: Count = "$.min_time";
    }
}

record! {
    /// One whom they follow.
    Followed at "followings" {
        avatar_larger: Text = "avatar_larger.url_list[0]";
        can_comment: Flag = "aweme_control.can_comment";
        can_forward: Flag = "aweme_control.can_forward";
        can_share: Flag = "aweme_control.can_share";
        can_show_comment: Flag = "aweme_control.can_show_comment";
        aweme_count: Count = "aweme_count";
        back_cover: Text = "cover_url[0].url_list[0]";
        register_time: Count = "create_time";
        secondary_priority: Count = "following_list_secondary_information_struct.secondary_information_priority";
        secondary_text: Clean = "following_list_secondary_information_struct.secondary_information_text";
        is_block: Flag = "is_block";
        is_blocked: Flag = "is_blocked";
        is_gov_media_vip: Flag = "is_gov_media_vip";
        is_mix_user: Flag = "is_mix_user";
        is_phone_binded: Flag = "is_phone_binded";
        is_star: Flag = "is_star";
        is_top: Count = "is_top";
        is_verified: Flag = "is_verified";
        language: Text = "language";
        nickname: Clean = "nickname";
        relation_label: Text = "relation_label";
        room_id: Id = "room_id";
        sec_uid: Id = "sec_uid";
        secret: Flag = "secret";
        short_id: Id = "short_id";
        signature: Clean = "signature";
        uid: Id = "uid";
        unique_id: Id = "unique_id";
    }
}

impl Keyed for Followed {
    const KEY: &'static str = "sec_uid";
}

/// What this endpoint answers.
pub type Answer = Page<RelationHead, Followed>;
