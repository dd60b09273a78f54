//! The newest of those whom the owner of the login follows. Nothing of it is read: the answer is kept as it is.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::read::Unread;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to go on.
    pub cursor: u64,
    /// Which part of the feed.
    pub level: u32,
    /// How many.
    pub count: u32,
}

impl Request {
    /// The first page, as a page of the site asks for it.
    pub const fn first() -> Self {
        Self { cursor: 0, level: 1, count: 20 }
    }
}

impl Endpoint for Request {
    type Answer = Unread;

    const PLACE: Place = Place {
        name: "follow_feed",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/follow/feed/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("cursor", self.cursor);
        query.put("level", self.level);
        query.put("count", self.count);
        query.put("pull_type", "");
    }
}
