//! Douyin: its requests as its own pages send them, and its answers as records.
//!
//! An endpoint is one file: the request with its parameters in order, and the table of what is read from the answer. A
//! new one is such a file, its line in the list below, and a made-up answer that its test reads.
//!
//! - `ask` how requests are written, `read` how answers are read.
//! - `link` ids from people's texts and links, `token` what a browser would have been given before it asks.
//! - `talk` asks, and says how every answer ended; `list` goes through a list page by page.
//! - `mode` what people ask for, by the words they know.
//!
//! Names of fields, parameters and modes are those of f2, as far as they mean what they say.

mod ask;
pub mod link;
pub mod list;
pub mod mode;
mod read;
mod talk;
pub mod token;

use crate::platform::shape::Expected;

pub use ask::{BadQuery, Base, Body, Caller, Encoded, Endpoint, Method, Place, Query, Site, query_of};
pub use read::{
    BadAnswer, BitRates, ByQuality, Clean, Count, Filled, Flag, HashtagIds, HashtagNames, Id, LivePhotos, Model,
    NestedBitRates, Page, Pictures, Reading, Record, Scalar, Text, Time, Truth, Unread, Urls, UrlsInPlace, View, clean,
    parse_moment, parse_shown, show_moment,
};
pub use talk::{Douyin, Visitor};

/// An endpoint by its place, and how its answers are read.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// Where it is asked.
    pub place: Place,
    /// What is read of them, and where it stands.
    pub expected: &'static [Expected],
    /// Reads the body of an answer into one object of its fields.
    pub read: fn(&[u8]) -> Result<serde_json::Value, BadAnswer>,
}

const fn listed<E: Endpoint>() -> Listed {
    let expected = E::Answer::EXPECTED;
    Listed { place: E::PLACE, expected, read: |body| Ok(Reading::<E::Answer>::of(body)?.to_dict()) }
}

/// Lists the endpoints, each a file.
macro_rules! endpoints {
    ($($name:ident)+) => {
        $(pub mod $name;)+

        /// Every endpoint.
        pub const ENDPOINTS: &[Listed] = &[$(listed::<$name::Request>()),+];
    };
}

endpoints! {
    follow_feed
    following_user_live
    friend_feed
    home_post_search
    live_im_fetch
    live_webcast
    locate_post
    post_comment
    post_comment_reply
    post_detail
    post_feed
    post_related
    post_search
    post_stats
    query_user
    suggest_word
    user_collection
    user_collects
    user_collects_video
    user_follower
    user_following
    user_like
    user_live
    user_live_by_room
    user_live_status
    user_mix
    user_music_collection
    user_post
    user_profile
}
