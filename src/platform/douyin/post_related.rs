//! Posts like one post. What was shown already is named, so that it does not come again. Reads like posts of a creator.

use super::ask::{Base, Encoded, Endpoint, Method, Place, Query, Site};
use super::post_feed::NOT_THE_CLIENT;

pub use super::user_post::Answer;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Like which.
    pub aweme_id: &'a str,
    /// How many.
    pub count: u32,
    /// The ids that were shown already, with commas.
    pub filter_gids: Encoded,
}

impl<'a> Request<'a> {
    /// The first page, as a page of the site asks for it.
    pub fn first(aweme_id: &'a str) -> Self {
        Self { aweme_id, count: 20, filter_gids: Encoded::default() }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "post_related",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/aweme/related/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("aweme_id", self.aweme_id);
        query.put("count", self.count);
        query.put("filterGids", &self.filter_gids);
        query.put("awemePcRecRawData", Encoded::text(NOT_THE_CLIENT));
        query.put("sub_channel_id", 3);
    }
}
