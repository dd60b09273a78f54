//! The comments below a post, without the replies to them.

use super::ask::{Base, Endpoint, Method, Place, Query, Site, refuse_other};
use super::list::{Keyed, listing};
use super::read::{Clean, Count, Flag, Id, Page, Time, record};
use crate::domain::Class;
use crate::wire::json::Value;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Below which post.
    pub aweme_id: &'a str,
    /// How many to pass over.
    pub cursor: u64,
    /// How many.
    pub count: u32,
}

impl<'a> Request<'a> {
    /// The first page, as a page of the site asks for it.
    pub const fn first(aweme_id: &'a str) -> Self {
        Self { aweme_id, cursor: 0, count: 20 }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "post_comment",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/comment/list/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("aweme_id", self.aweme_id);
        query.put("cursor", self.cursor);
        query.put("count", self.count);
        query.put("item_type", 0);
        query.put("insert_ids", "");
        query.put("whale_cut_token", "");
        query.put("cut_version", 1);
        query.put("rcFT", "");
    }

    fn judge(&self, root: Value<'_>) -> Option<(Class, String)> {
        are_below(self.aweme_id, root)
    }
}

/// Refuses comments that stand below another post.
pub(super) fn are_below(post: &str, root: Value<'_>) -> Option<(Class, String)> {
    let mut named = root.get("comments").items().map(|row| row.get("aweme_id")).filter(|id| !id.is_nothing());
    named.find_map(|id| refuse_other("post", id, post))
}

listing! { Request<'_>: CommentHead, Comment, at cursor, Onward by cursor }

record! {
    /// What is said of a page of comments.
    CommentHead at "" in rows: ["has_more", "total", "cursor"] {
        api_status_code: Count = "$.status_code";
        has_more: Flag = "$.has_more";
        total: Count = "$.total";
        cursor: Count = "$.cursor";
    }
}

record! {
    /// One comment.
    Comment at "comments" {
        can_share: Flag = "can_share";
        create_time: Time = "create_time";
        comment_id: Id = "cid";
        comment_text: Clean = "text";
        item_comment_total: Count = "item_comment_total";
        is_hot: Flag = "is_hot";
        digg_count: Count = "digg_count";
        user_id: Id = "user.uid";
        user_unique_id: Id = "user.unique_id";
        sec_uid: Id = "user.sec_uid";
        nickname: Clean = "user.nickname";
        reply_comment_id: Id = "reply_comment[0].cid";
        reply_comment_text: Clean = "reply_comment[0].text";
        reply_comment_total: Count = "reply_comment_total";
        reply_id: Id = "reply_id";
        reply_to_reply_id: Id = "reply_to_reply_id";
    }
}

impl Keyed for Comment {
    const KEY: &'static str = "cid";
    const MADE: Option<&'static str> = Some("create_time");
}

/// What this endpoint answers.
pub type Answer = Page<CommentHead, Comment>;
