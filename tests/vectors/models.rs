//! Answers, field by field.

use radard::platform::douyin::{
    Page, Reading, Record, following_user_live, friend_feed, home_post_search, live_im_fetch, post_comment,
    post_detail, post_stats, query_user, suggest_word, user_collection, user_collects, user_follower, user_following,
    user_live, user_live_by_room, user_live_status, user_music_collection, user_post, user_profile,
};
use serde::Deserialize;
use serde_json::Value;

use super::file::{Wrong, each, same};

#[derive(Deserialize)]
struct Vector {
    model: String,
    call: String,
    response: Value,
    expect: Option<Value>,
    expect_count: Option<usize>,
}

/// What an answer comes out as, called as the vector calls it.
fn page<H: Record, R: Record>(read: &Reading<Page<H, R>>, call: &str) -> Value {
    if call == "_to_list" { Value::from(read.to_list()) } else { read.to_dict() }
}

impl Vector {
    fn shown(&self, body: &[u8]) -> Option<Value> {
        /// Reads as pages or as single records, by name.
        macro_rules! read {
            (pages: [$($($name:literal)|+ => $page:ident),+], one: [$($one_name:literal => $one:ident),+]) => {
                match self.model.trim_end_matches("Filter") {
                    $($($name)|+ => page(&Reading::<$page::Answer>::of(body).ok()?, &self.call),)+
                    $($one_name => Reading::<$one::Answer>::of(body).ok()?.to_dict(),)+
                    _ => return None,
                }
            };
        }
        Some(read! {
            pages: [
                "UserPost" | "UserLike" | "PostRelated" | "PostFeed" | "PostLocate" => user_post,
                "UserCollection" | "UserMix" | "UserCollectsVideo" => user_collection,
                "UserCollects" => user_collects,
                "UserMusicCollection" => user_music_collection,
                "UserFollowing" => user_following,
                "UserFollower" => user_follower,
                "PostComment" | "PostCommentReply" => post_comment,
                "FriendFeed" => friend_feed,
                "HomePostSearch" => home_post_search,
                "SuggestWord" => suggest_word,
                "FollowingUserLive" => following_user_live
            ],
            one: [
                "UserProfile" => user_profile,
                "PostDetail" => post_detail,
                "UserLive" => user_live,
                "UserLive2" => user_live_by_room,
                "UserLiveStatus" => user_live_status,
                "LiveImFetch" => live_im_fetch,
                "QueryUser" => query_user,
                "PostStats" => post_stats
            ]
        })
    }

    fn check(&self) -> Result<(), Wrong> {
        let body = self.response.to_string();
        let shown = self.shown(body.as_bytes()).ok_or_else(|| format!("no model `{}`", self.model))?;
        if let Some(count) = self.expect_count {
            same("count", shown.as_array().map(Vec::len), Some(count))?;
        }
        let Some(expect) = &self.expect else { return Ok(()) };
        let apart = difference(&shown, expect, &mut String::new());
        apart.map_or(Ok(()), |apart| Err(format!("{} {}: {apart}", self.model, self.call)))
    }
}

/// The first place where two answers differ.
fn difference(got: &Value, expected: &Value, place: &mut String) -> Option<String> {
    let pairs: Vec<(String, Option<&Value>, Option<&Value>)> = match (got, expected) {
        (Value::Object(a), Value::Object(b)) => {
            a.keys().chain(b.keys()).map(|key| (key.clone(), a.get(key), b.get(key))).collect()
        }
        (Value::Array(a), Value::Array(b)) => {
            (0..a.len().max(b.len())).map(|at| (at.to_string(), a.get(at), b.get(at))).collect()
        }
        _ if got == expected => return None,
        _ => return Some(format!("{place}: got {got}, expected {expected}")),
    };
    pairs.into_iter().find_map(|(key, a, b)| {
        let mut place = format!("{place}/{key}");
        match (a, b) {
            (Some(a), Some(b)) => difference(a, b, &mut place),
            (a, b) => Some(format!("{place}: got {a:?}, expected {b:?}")),
        }
    })
}

#[test]
fn models() {
    each("douyin_models.json", Vector::check);
}
