//! The posts of a mix, in its order. Reads like collected posts.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::list::listing;

pub use super::user_collection::Answer;
use super::user_collection::CursorHead;
use super::user_post::Post;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Which mix.
    pub mix_id: &'a str,
    /// How many to pass over.
    pub cursor: u64,
    /// How many.
    pub count: u32,
}

impl<'a> Request<'a> {
    /// The first page, as a page of the site asks for it.
    pub const fn first(mix_id: &'a str) -> Self {
        Self { mix_id, cursor: 0, count: 20 }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "user_mix",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/mix/aweme/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("cursor", self.cursor);
        query.put("count", self.count);
        query.put("mix_id", self.mix_id);
    }
}

listing! { Request<'_>: CursorHead, Post, at cursor, Onward by max_cursor }
