//! The posts that a creator liked, as far as they let it be seen. Reads like their own posts.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::list::listing;

pub use super::user_post::Answer;
use super::user_post::{Post, PostHead};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Whose.
    pub sec_user_id: &'a str,
    /// Only what is older than this, in Unix milliseconds; 0 is the newest.
    pub max_cursor: u64,
    /// How many.
    pub count: u32,
}

impl<'a> Request<'a> {
    /// The first page, as a page of the site asks for it.
    pub const fn first(sec_user_id: &'a str) -> Self {
        Self { sec_user_id, max_cursor: 0, count: 20 }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "user_like",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/aweme/favorite/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("max_cursor", self.max_cursor);
        query.put("count", self.count);
        query.put("sec_user_id", self.sec_user_id);
    }
}

listing! { Request<'_>: PostHead, Post, at max_cursor, Older by max_cursor }
