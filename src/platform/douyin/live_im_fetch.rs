//! The beginning of listening to a room: the cursor that the socket goes on from.

use super::ask::{Base, Encoded, Endpoint, Method, Place, Query, Site};
use super::read::{Count, Flag, Id, Text, Time, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The id of the broadcast.
    pub room_id: &'a str,
    /// The id of the guest who listens.
    pub user_unique_id: &'a str,
    /// Where to go on; empty at the beginning.
    pub cursor: Encoded,
    /// What the last answer asked to be told again; empty at the beginning.
    pub internal_ext: Encoded,
}

impl<'a> Request<'a> {
    /// The first page, as a page of the site asks for it.
    pub fn first(room_id: &'a str, user_unique_id: &'a str) -> Self {
        Self { room_id, user_unique_id, cursor: Encoded::default(), internal_ext: Encoded::default() }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "live_im_fetch",
        method: Method::Get,
        site: Site::Live,
        path: "/webcast/im/fetch/",
        base: Base::Webcast,
    };

    fn own(&self, query: &mut Query) {
        query.put("resp_content_type", "json");
        query.put("fetch_rule", 1);
        query.put("last_rtt", 0);
        query.put("cursor", &self.cursor);
        query.put("internal_ext", &self.internal_ext);
        query.put("room_id", self.room_id);
        query.put("user_unique_id", self.user_unique_id);
    }

    /// A page that is in a room says so.
    fn cookies(own: String) -> Option<String> {
        Some(format!("{own}; __live_version__=%221.1.2.6631%22; live_use_vvc=%22false%22;"))
    }
}

record! {
    /// Where a listener begins.
    Start at "" {
        status_code: Count = "$.status_code";
        is_show_msg: Flag = "$.data[0].common.is_show_msg";
        msg_id: Id = "$.data[0].common.msg_id";
        room_id: Id = "$.data[0].common.room_id";
        internal_ext: Text = "$.internal_ext";
        cursor: Text = "$.extra.cursor";
        now: Time = "$.extra.now";
    }
}

/// What this endpoint answers.
pub type Answer = Start;
