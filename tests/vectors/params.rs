//! Requests: every parameter, in its order.

use radard::config::Config;
use radard::domain::Identity;
use radard::domain::identity::Told;
use radard::platform::douyin::{
    Caller, Encoded, Endpoint, follow_feed, following_user_live, friend_feed, home_post_search, live_im_fetch,
    live_webcast, locate_post, post_comment, post_comment_reply, post_detail, post_feed, post_related, post_search,
    post_stats, query_of, query_user, suggest_word, user_collection, user_collects, user_collects_video, user_follower,
    user_following, user_like, user_live, user_live_by_room, user_live_status, user_mix, user_music_collection,
    user_post, user_profile,
};
use serde::Deserialize;
use serde_json::Value;

use super::file::{Wrong, each_with, same};

#[derive(Deserialize)]
struct Vector {
    model: String,
    args: Value,
    endpoint: String,
    query: String,
}

/// The arguments of a vector by their names; what is not given is as the page has it.
struct Args<'a>(&'a Value);

impl<'a> Args<'a> {
    fn text(&self, name: &str) -> &'a str {
        self.0[name].as_str().unwrap_or_default()
    }

    fn ready(&self, name: &str) -> Encoded {
        Encoded::ready(self.text(name))
    }

    fn number<N: TryFrom<u64>>(&self, name: &str, otherwise: N) -> N {
        self.0[name].as_u64().and_then(|number| N::try_from(number).ok()).unwrap_or(otherwise)
    }
}

impl Vector {
    fn built(&self, caller: &Caller<'_>) -> Result<(String, String), Wrong> {
        let args = Args(&self.args);
        let (sec_user_id, aweme_id) = (args.text("sec_user_id"), args.text("aweme_id"));
        let (cursor, max_cursor) = (args.number("cursor", 0), args.number("max_cursor", 0));
        let count = args.number("count", 20);
        let (room_id, user_unique_id) = (args.text("room_id"), args.text("user_unique_id"));
        match self.model.as_str() {
            "UserProfile" => sent(&user_profile::Request { sec_user_id }, caller),
            "UserPost" => sent(&user_post::Request { sec_user_id, max_cursor, count }, caller),
            "UserLike" => sent(&user_like::Request { sec_user_id, max_cursor, count }, caller),
            "UserCollection" => sent(&user_collection::Request { cursor, count }, caller),
            "UserCollects" => sent(&user_collects::Request { cursor, count }, caller),
            "UserCollectsVideo" => {
                sent(&user_collects_video::Request { collects_id: args.text("collects_id"), cursor, count }, caller)
            }
            "UserMusicCollection" => sent(&user_music_collection::Request { cursor, count }, caller),
            "UserMix" => sent(&user_mix::Request { mix_id: args.text("mix_id"), cursor, count }, caller),
            "PostDetail" => sent(&post_detail::Request { aweme_id }, caller),
            "PostComment" => sent(&post_comment::Request { aweme_id, cursor, count }, caller),
            "PostCommentReply" => {
                let (item_id, comment_id) = (args.text("item_id"), args.text("comment_id"));
                let count = args.number("count", 3);
                sent(&post_comment_reply::Request { item_id, comment_id, cursor, count }, caller)
            }
            "PostFeed" => {
                let (count, refresh_index) = (args.number("count", 10), args.number("refresh_index", 1));
                sent(&post_feed::Request { count, refresh_index }, caller)
            }
            "FollowFeed" => sent(&follow_feed::Request { cursor, level: args.number("level", 1), count }, caller),
            "FriendFeed" => {
                let (level, pull_type) = (args.number("level", 1), args.number("pull_type", 0));
                let refresh_type = args.number("refresh_type", 0);
                sent(&friend_feed::Request { cursor, level, pull_type, refresh_type }, caller)
            }
            "PostRelated" => {
                sent(&post_related::Request { aweme_id, count, filter_gids: args.ready("filterGids") }, caller)
            }
            "PostLocate" => {
                let (max_cursor, count) = (args.text("max_cursor").parse().unwrap(), args.number("count", 10));
                let (locate_item_id, locate_item_cursor) =
                    (args.text("locate_item_id"), args.text("locate_item_cursor"));
                let request =
                    locate_post::Request { sec_user_id, max_cursor, locate_item_id, locate_item_cursor, count };
                sent(&request, caller)
            }
            "UserLive" => sent(&user_live::Request { web_rid: args.text("web_rid") }, caller),
            "UserLive2" => sent(&user_live_by_room::Request { room_id }, caller),
            "UserLiveStatus" => sent(&user_live_status::Request { user_ids: args.text("user_ids") }, caller),
            "FollowingUserLive" => sent(&following_user_live::Request, caller),
            "SuggestWord" => {
                sent(&suggest_word::Request { query: args.ready("query"), count: args.number("count", 8) }, caller)
            }
            "PostSearch" => {
                let filter_selected = args.ready("filter_selected");
                let count = args.number("count", 15);
                let first = post_search::Request::first(args.ready("keyword"));
                sent(&post_search::Request { filter_selected, count, ..first }, caller)
            }
            "HomePostSearch" => {
                let first = home_post_search::Request::first(args.ready("keyword"), args.text("from_user"));
                sent(&home_post_search::Request { count: args.number("count", 10), ..first }, caller)
            }
            "UserFollowing" => {
                let first = user_following::Request::first(args.text("user_id"), sec_user_id);
                sent(&user_following::Request { count, source_type: args.number("source_type", 4), ..first }, caller)
            }
            "UserFollower" => {
                let first = user_follower::Request::first(args.text("user_id"), sec_user_id);
                sent(&user_follower::Request { count, source_type: args.number("source_type", 1), ..first }, caller)
            }
            "QueryUser" => sent(&query_user::Request, caller),
            "PostStats" => {
                let (aweme_type, item_id) = (args.number("aweme_type", 0), args.text("item_id"));
                sent(&post_stats::Request { aweme_type, item_id }, caller)
            }
            "LiveImFetch" => {
                let (cursor, internal_ext) = (args.ready("cursor"), args.ready("internal_ext"));
                sent(&live_im_fetch::Request { room_id, user_unique_id, cursor, internal_ext }, caller)
            }
            "LiveWebcast" => {
                let (cursor, internal_ext) = (args.ready("cursor"), args.ready("internal_ext"));
                let signature = args.text("signature");
                sent(&live_webcast::Request { room_id, user_unique_id, cursor, internal_ext, signature }, caller)
            }
            unknown => Err(format!("no request `{unknown}`")),
        }
    }
}

/// The URL and the query that are sent.
fn sent<E: Endpoint>(request: &E, caller: &Caller<'_>) -> Result<(String, String), Wrong> {
    let query = query_of(request, caller).map_err(|bad| bad.to_string())?;
    Ok((E::PLACE.url(&Config::default().douyin), query))
}

#[test]
fn params() {
    let identity = Identity::of(Told::default(), |_, _| String::new()).unwrap();
    each_with("douyin_params.json", |head: &Value, vector: &Vector| {
        let pinned = |name: &str| head[name].as_str().unwrap_or_default();
        let caller = Caller { identity: &identity, ms_token: pinned("ms_token"), verify_fp: pinned("verify_fp") };
        let (url, query) = vector.built(&caller)?;
        same(&vector.model, url, vector.endpoint.clone())?;
        same(&vector.model, query, vector.query.clone())
    });
}
