//! Who the platform takes us for: the id that a live room knows a guest by.

use super::ask::{Base, Endpoint, Method, Place, Query, Site};
use super::read::{Count, Id, Text, Time, record};
use crate::domain::Class;
use crate::wire::json::Value;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request;

impl Endpoint for Request {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "query_user",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/query/user/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("version_code", 170_400);
        query.put("version_name", "17.4.0");
        query.put("update_version_code", 170_400);
    }

    /// An answer without an id says nothing about anybody.
    fn judge(&self, root: Value<'_>) -> Option<(Class, String)> {
        root.get("id").is_nothing().then(|| (Class::Schema, "its answer has no `id`".to_owned()))
    }
}

record! {
    /// The guest behind a `ttwid`, or the owner of a login.
    Guest at "" {
        status_code: Count = "$.status_code";
        status_msg: Text = "$.status_msg";
        browser_name: Text = "$.browser_name";
        create_time: Time = "$.create_time";
        firebase_instance_id: Id = "$.firebase_instance_id";
        user_unique_id: Id = "$.id";
        last_time: Time = "$.last_time";
        user_agent: Text = "$.user_agent";
        user_uid: Id = "$.user_uid";
        user_uid_type: Count = "$.user_uid_type";
    }
}

/// What this endpoint answers.
pub type Answer = Guest;
