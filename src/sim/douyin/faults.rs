//! The faults that the simulated Douyin understands, and how it refuses where that is not how most do.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::domain::Class;
use crate::sim::fault::{EVERY, Endpoint, PROBE};
use crate::sim::reply::{json_reply, server_page};

/// The classes that a plain file can end in.
const FILE: [Class; 5] = [Class::Gone, Class::Auth, Class::Risk, Class::Rate, Class::Network];

/// What gives tokens to browsers: a token is never deleted.
const TOKEN: [Class; 7] =
    [Class::Private, Class::Auth, Class::Risk, Class::Rate, Class::Signature, Class::Schema, Class::Network];

/// What short links can end in. One that is deleted leads to the front page instead.
const SHORT: [Class; 4] = [Class::Auth, Class::Risk, Class::Rate, Class::Network];

/// The endpoints that have switches.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    PROBE,
    Endpoint::new("files", &FILE),
    Endpoint::new("media", &FILE),
    Endpoint::new("short", &SHORT),
    Endpoint::new("ttwid", &TOKEN),
    Endpoint::new("mssdk", &TOKEN),
    Endpoint::new("webid", &TOKEN),
    page("query_user"),
    page("user_profile"),
    page("user_post"),
    page("user_like"),
    page("user_collection"),
    page("user_collects"),
    page("user_collects_video"),
    page("user_music_collection"),
    page("user_mix"),
    page("post_detail"),
    page("post_comment"),
    page("post_comment_reply"),
    page("post_feed"),
    page("follow_feed"),
    page("friend_feed"),
    page("post_related"),
    page("locate_post"),
    page("user_following"),
    page("user_follower"),
    page("post_stats"),
    page("home_post_search"),
    page("post_search"),
    page("suggest_word"),
    page("following_user_live"),
    page("user_live"),
    page("user_live_by_room"),
    page("user_live_status"),
    page("live_im_fetch"),
];

/// What a page can play. Of a signature that no longer counts it says nothing; then only what its own script signed is
/// answered.
const fn page(name: &'static str) -> Endpoint {
    Endpoint::new(name, &EVERY).showing(&[Class::Signature])
}

/// A file that is gone is a 404, a post that is gone is missing with its reason, and a risk is an empty 200.
pub(super) fn refuse(endpoint: &str, class: Class) -> Option<Response> {
    match class {
        Class::Gone if matches!(endpoint, "files" | "media") => Some(server_page(StatusCode::NOT_FOUND)),
        Class::Gone if endpoint == "post_detail" => {
            let why = json!({"notice": "作品已删除", "filter_reason": "status_deleted", "detail_msg": "作品已删除"});
            let body = json!({"status_code": 0, "aweme_detail": null, "filter_detail": why});
            Some(json_reply(StatusCode::OK, &body))
        }
        Class::Risk => Some(StatusCode::OK.into_response()),
        Class::Ok
        | Class::Gone
        | Class::Private
        | Class::Auth
        | Class::Rate
        | Class::Signature
        | Class::Schema
        | Class::Network
        | Class::Local => None,
    }
}
