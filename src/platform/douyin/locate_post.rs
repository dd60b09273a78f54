//! The page of a creator's posts on which one post stands. Reads like posts of a creator.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};

pub use super::user_post::Answer;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Whose.
    pub sec_user_id: &'a str,
    /// The cursor of the page that was read last.
    pub max_cursor: &'a str,
    /// Which post.
    pub locate_item_id: &'a str,
    /// Where it was seen.
    pub locate_item_cursor: &'a str,
    /// How many.
    pub count: u32,
}

impl<'a> Request<'a> {
    /// The first page, as a page of the site asks for it.
    pub const fn first(sec_user_id: &'a str, max_cursor: &'a str, locate_item_id: &'a str, locate_item_cursor: &'a str) -> Self {
        Self { sec_user_id, max_cursor, locate_item_id, locate_item_cursor, count: 10 }
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
