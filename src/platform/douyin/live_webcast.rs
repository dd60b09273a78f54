//! The socket of a room. What it sends is read elsewhere.

use super::ask::{Base, Encoded, Endpoint, Method, Place, Query, Site};
use super::read::Unread;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The id of the broadcast.
    pub room_id: &'a str,
    /// The id of the guest who listens.
    pub user_unique_id: &'a str,
    /// Where to begin.
    pub cursor: Encoded,
    /// What was said beside it.
    pub internal_ext: Encoded,
    /// The signature, as a page or a program gave it.
    pub signature: &'a str,
}

impl Endpoint for Request<'_> {
    type Answer = Unread;

    const PLACE: Place = Place {
        name: "live_webcast",
        method: Method::Socket,
        site: Site::Socket,
        path: "/webcast/im/push/v2/",
        base: Base::Webcast,
    };

    fn own(&self, query: &mut Query) {
        query.put("webcast_sdk_version", "1.0.14-beta.0");
        query.put("update_version_code", "1.0.14-beta.0");
        query.put("compress", "gzip");
        query.put("im_path", "/webcast/im/fetch/");
        query.put("heartbeatDuration", 0);
        query.put("room_id", self.room_id);
        query.put("user_unique_id", self.user_unique_id);
        query.put("cursor", &self.cursor);
        query.put("internal_ext", &self.internal_ext);
        query.put("signature", Encoded::strictly(self.signature));
    }
}
