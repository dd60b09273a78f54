//! The replies to one comment. Reads like comments.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::list::listing;

pub use super::post_comment::Answer;
use super::post_comment::{Comment, CommentHead, are_below};
use crate::domain::Class;
use crate::wire::json::Value;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Below which post.
    pub item_id: &'a str,
    /// To which comment.
    pub comment_id: &'a str,
    /// How many to pass over.
    pub cursor: u64,
    /// How many.
    pub count: u32,
}

impl<'a> Request<'a> {
    /// The first page, as a page of the site asks for it.
    pub const fn first(item_id: &'a str, comment_id: &'a str) -> Self {
        Self { item_id, comment_id, cursor: 0, count: 3 }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "post_comment_reply",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/comment/list/reply/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("item_id", self.item_id);
        query.put("comment_id", self.comment_id);
        query.put("cursor", self.cursor);
        query.put("count", self.count);
        query.put("item_type", 0);
        query.put("cut_version", 1);
    }

    fn judge(&self, root: Value<'_>) -> Option<(Class, String)> {
        are_below(self.item_id, root)
    }
}

listing! { Request<'_>: CommentHead, Comment, at cursor, Onward by cursor }
