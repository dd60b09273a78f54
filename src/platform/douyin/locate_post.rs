//! The page of a creator's posts on which one post stands. Reads like posts of a creator.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::list::listing;

pub use super::user_post::Answer;
use super::user_post::{Post, PostHead};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Whose.
    pub sec_user_id: &'a str,
    /// The cursor of the page that was read last.
    pub max_cursor: u64,
    /// Which post.
    pub locate_item_id: &'a str,
    /// Where it was seen.
    pub locate_item_cursor: &'a str,
    /// How many.
    pub count: u32,
}

impl<'a> Request<'a> {
    /// The page on which `post` stands, when nothing of the list was read before.
    pub const fn first(sec_user_id: &'a str, post: &'a str) -> Self {
        Self { sec_user_id, max_cursor: 0, locate_item_id: post, locate_item_cursor: "0", count: 10 }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "locate_post",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/locate/post/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("sec_user_id", self.sec_user_id);
        query.put("max_cursor", self.max_cursor);
        query.put("locate_item_id", self.locate_item_id);
        query.put("locate_item_cursor", self.locate_item_cursor);
        query.put("locate_query", true);
        query.put("count", self.count);
        query.put("publish_video_strategy_type", 2);
    }
}

// Behind it the list goes on as the posts of a creator do, from the cursor that this page gives.
listing! { Request<'_>: PostHead, Post, at max_cursor, Any by max_cursor }
