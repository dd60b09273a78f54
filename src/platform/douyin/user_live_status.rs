//! Whether somebody is on air, without the room.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::read::{Count, Id, Text, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Whose, as a number.
    pub user_ids: &'a str,
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "user_live_status",
        method: Method::Get,
        site: Site::Live,
        path: "/webcast/distribution/check_user_live_status/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("user_ids", self.user_ids);
        query.put("aid", 6383);
        query.put("distribution_scenes", 254);
        query.put("channel", "test");
    }
}

record! {
    /// Whether somebody is on air.
    Status at "data[0].user_live[0]" {
        api_status_code: Count = "$.status_code";
        error_msg: Text = "$.data.prompts";
        scene_id: Id = "$.data[0].scene_id";
        live_status: Count = "live_status";
        room_id: Id = "room_id";
        room_id_str: Id = "room_id_str";
        user_id: Id = "user_id";
        user_id_str: Id = "user_id_str";
    }
}

/// What this endpoint answers.
pub type Answer = Status;
