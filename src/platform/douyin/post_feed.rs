//! The posts that the front page shows to whoever asks. Reads like posts of a creator.

use super::ask::{Base, Encoded, Endpoint, Method, Place, Query, Site};
use super::list::{Listing, Turn};
use super::read::Reading;

pub use super::user_post::Answer;
use super::user_post::{Post, PostHead};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How many.
    pub count: u32,
    /// Which page of one visit, counted from 1.
    pub refresh_index: u32,
}

impl Request {
    /// The first page, as a page of the site asks for it.
    pub const fn first() -> Self {
        Self { count: 10, refresh_index: 1 }
    }
}

impl Endpoint for Request {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "post_feed",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/tab/feed/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("count", self.count);
        query.put("tag_id", "");
        query.put("share_aweme_id", "");
        query.put("live_insert_type", "");
        query.put("refresh_index", self.refresh_index);
        query.put("video_type_select", 1);
        query.put("aweme_pc_rec_raw_data", Encoded::text(NOT_THE_CLIENT));
        query.put("globalwid", "");
        query.put("pull_type", "");
        query.put("min_window", "");
        query.put("free_right", "");
        query.put("ug_source", "");
        query.put("creative_id", "");
    }
}

impl Listing for Request {
    type Head = PostHead;
    type Row = Post;

    const IS_ENDLESS: bool = true;

    fn ask_for(&mut self, count: u32) {
        self.count = count;
    }

    fn mark(&self) -> String {
        self.refresh_index.to_string()
    }

    fn go_to(&mut self, mark: &str) -> Option<()> {
        self.refresh_index = mark.parse().ok()?;
        Some(())
    }

    fn turn(&mut self, page: &Reading<Answer>) -> Turn {
        self.refresh_index = self.refresh_index.saturating_add(1);
        Turn::of(page.content.head.has_more.is_on())
    }
}

/// What a page says that runs in a browser.
pub(super) const NOT_THE_CLIENT: &str = r#"{"is_client":"false"}"#;
