//! The posts that the owner of the login collected, newest first. Nobody else's are ever told.

use super::ask::{Base, Body, Endpoint, Method, Place, Query, Site};
use super::list::listing;
use super::read::{Count, Filled, Page, Truth, record};
use super::user_post::Post;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to go on, in Unix microseconds; 0 is the newest.
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
        name: "user_collection",
        method: Method::Post,
        site: Site::Web,
        path: "/aweme/v1/web/aweme/listcollection/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("cursor", self.cursor);
        query.put("count", self.count);
    }

    fn body(&self) -> Body {
        Body::Json(format!("{{\"cursor\":{},\"count\":{}}}", self.cursor, self.count))
    }
}

listing! { Request: CursorHead, Post, at cursor, Older by max_cursor }

record! {
    /// What is said of a page of posts that goes on at `cursor`.
    CursorHead at "" in rows: ["status_code", "has_more", "max_cursor", "min_cursor"] {
        status_code: Count = "$.status_code";
        has_aweme: Filled = "$.aweme_list";
        locate_item_cursor: Count = "$.locate_item_cursor";
        has_more: Truth = "$.has_more";
        max_cursor: Count = "$.cursor";
        min_cursor: Count = "$.min_cursor";
    }
}

/// What this endpoint answers.
pub type Answer = Page<CursorHead, Post>;
