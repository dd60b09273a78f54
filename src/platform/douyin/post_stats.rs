//! The report of a play, which raises a counter. It is written down here to be recognised, and never sent: it would
//! falsify what this program measures.

use super::ask::{Base, Body, Endpoint, Method, Place, Query, Site};
use super::read::{Count, Text, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The sort of post.
    pub aweme_type: u32,
    /// Which post.
    pub item_id: &'a str,
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "post_stats",
        method: Method::Post,
        site: Site::Web,
        path: "/aweme/v2/web/aweme/stats/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("aweme_type", self.aweme_type);
        query.put("item_id", self.item_id);
        query.put("play_delta", 1);
        query.put("source", 0);
    }

    fn body(&self) -> Body {
        Body::Form(format!("aweme_type={}&item_id={}&play_delta=1&source=0", self.aweme_type, self.item_id))
    }
}

record! {
    /// Whether the report was taken.
    Taken at "" {
        status_code: Count = "$.status_code";
        status_msg: Text = "$.status_msg";
    }
}

/// What this endpoint answers.
pub type Answer = Taken;
