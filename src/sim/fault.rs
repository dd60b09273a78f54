//! Fault switches as text: `PLATFORM.ENDPOINT.CLASS`, `…@3` for the third request alone, `…@every=5` for each fifth.
//!
//! A class is how an attempt ends for the client; how it looks on the wire is the room's own affair (`reply`).
//! `ok` is no fault, and `local` is a fault of ours, which no platform can cause.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use crate::domain::Class;

/// The simulated platforms, in the order of their ports.
pub const PLATFORMS: [&str; 5] = ["douyin", "creative_radar", "tiktok", "tiktok_shop", "tikapi"];

/// Every class that a platform can cause.
const ALL: [Class; 8] = [
    Class::Gone,
    Class::Private,
    Class::Auth,
    Class::Risk,
    Class::Rate,
    Class::Signature,
    Class::Schema,
    Class::Network,
];

/// The classes that a plain file can end in.
const FILE: [Class; 5] = [Class::Gone, Class::Auth, Class::Risk, Class::Rate, Class::Network];

/// What gives tokens to browsers: a token is never deleted.
const TOKEN: [Class; 7] =
    [Class::Private, Class::Auth, Class::Risk, Class::Rate, Class::Signature, Class::Schema, Class::Network];

/// What short links can end in. One that is deleted leads to the front page instead.
const SHORT: [Class; 4] = [Class::Auth, Class::Risk, Class::Rate, Class::Network];

/// What the pages of the simulated Douyin can play. Of a signature that no longer counts they say nothing; then only what
/// their own script signed is answered.
const PAGE: [Class; 8] = ALL;

/// What the pages of the simulated Creative Center can play, each shown to a person.
const CENTER: [Class; 5] = [Class::Gone, Class::Private, Class::Auth, Class::Risk, Class::Schema];
/// What its lists can: one that is gone says so in words of its own.
const LISTS: [Class; 6] = [Class::Gone, Class::Auth, Class::Risk, Class::Rate, Class::Signature, Class::Network];

/// What the newer lists can.
const NEWER: [Class; 5] = [Class::Auth, Class::Risk, Class::Rate, Class::Signature, Class::Network];

/// An endpoint's name and the classes it can play.
type Endpoint = (&'static str, &'static [Class]);

/// The endpoints of `platform` that have switches: its name is the first part of its path.
pub(super) const fn endpoints(platform: &str) -> &'static [Endpoint] {
    match platform.as_bytes() {
        b"douyin" => &[
            ("probe", &ALL),
            ("files", &FILE),
            ("media", &FILE),
            ("short", &SHORT),
            ("ttwid", &TOKEN),
            ("mssdk", &TOKEN),
            ("webid", &TOKEN),
            ("query_user", &PAGE),
            ("user_profile", &PAGE),
            ("user_post", &PAGE),
            ("user_like", &PAGE),
            ("user_collection", &PAGE),
            ("user_collects", &PAGE),
            ("user_collects_video", &PAGE),
            ("user_music_collection", &PAGE),
            ("user_mix", &PAGE),
            ("post_detail", &PAGE),
            ("post_comment", &PAGE),
            ("post_comment_reply", &PAGE),
            ("post_feed", &PAGE),
            ("follow_feed", &PAGE),
            ("friend_feed", &PAGE),
            ("post_related", &PAGE),
            ("locate_post", &PAGE),
            ("user_following", &PAGE),
            ("user_follower", &PAGE),
            ("post_stats", &PAGE),
            ("home_post_search", &PAGE),
            ("post_search", &PAGE),
            ("suggest_word", &PAGE),
            ("following_user_live", &PAGE),
            ("user_live", &PAGE),
            ("user_live_by_room", &PAGE),
            ("user_live_status", &PAGE),
            ("live_im_fetch", &PAGE),
        ],
        b"creative_radar" => &[
            ("probe", &ALL),
            ("business", &CENTER),
            ("creative", &CENTER),
            ("creative_radar_api", &LISTS),
            ("CreativeOne", &NEWER),
        ],
        _ => &[("probe", &ALL)],
    }
}

/// A switch that was set: which endpoint fails, how, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The platform, one of [`PLATFORMS`].
    pub platform: &'static str,
    /// The endpoint.
    pub endpoint: &'static str,
    /// How the attempt ends for the client.
    pub class: Class,
    /// Which requests fail.
    pub when: When,
}

/// Which requests a switch makes fail, counted from the moment it was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// All of them.
    Always,
    /// The one with this number, counted from 1.
    Nth(NonZeroU64),
    /// Each whose number is a multiple of this.
    Every(NonZeroU64),
}

impl When {
    /// Whether request number `n` fails.
    pub const fn strikes(self, n: u64) -> bool {
        match self {
            Self::Always => true,
            Self::Nth(nth) => n == nth.get(),
            Self::Every(every) => n.is_multiple_of(every.get()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.platform, self.endpoint, self.class)?;
        match self.when {
            When::Always => Ok(()),
            When::Nth(n) => write!(f, "@{n}"),
            When::Every(n) => write!(f, "@every={n}"),
        }
    }
}

/// A text that is no fault switch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// Not three words with points between.
    #[error("`{0}` is no fault switch: write PLATFORM.ENDPOINT.CLASS, then @3 or @every=3 if only some requests fail")]
    Form(String),
    /// No such platform.
    #[error("`{0}` is not a simulated platform: one of {known}", known = PLATFORMS.join(" "))]
    Platform(String),
    /// No such endpoint there.
    #[error("`{platform}` has no endpoint `{endpoint}`: one of {known}", known = names(endpoints(.platform)))]
    Endpoint {
        /// The platform.
        platform: &'static str,
        /// What was written.
        endpoint: String,
    },
    /// The endpoint cannot end so.
    #[error("`{endpoint}` of `{platform}` cannot play `{class}`: one of {all}", all = words(.known))]
    Class {
        /// The platform.
        platform: &'static str,
        /// The endpoint.
        endpoint: &'static str,
        /// What was written.
        class: String,
        /// What it can play.
        known: &'static [Class],
    },
    /// Neither a number nor `every=` and a number.
    #[error("`@{0}` does not say when: @3 is the third request alone, @every=3 is each third")]
    When(String),
}

fn names(endpoints: &[Endpoint]) -> String {
    endpoints.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

fn words(classes: &[Class]) -> String {
    classes.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(" ")
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (what, when) = text.split_once('@').map_or((text, None), |(what, when)| (what, Some(when)));
        let mut parts = what.split('.');
        let (Some(platform), Some(endpoint), Some(class), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(FaultError::Form(text.to_owned()));
        };
        let platform = PLATFORMS
            .into_iter()
            .find(|name| *name == platform)
            .ok_or_else(|| FaultError::Platform(platform.to_owned()))?;
        let (endpoint, known) = endpoints(platform)
            .iter()
            .find(|(name, _)| *name == endpoint)
            .ok_or_else(|| FaultError::Endpoint { platform, endpoint: endpoint.to_owned() })?;
        let class = known.iter().find(|known| known.as_str() == class).ok_or_else(|| FaultError::Class {
            platform,
            endpoint,
            class: class.to_owned(),
            known,
        })?;
        let when = when.map_or(Ok(When::Always), parse_when)?;
        Ok(Self { platform, endpoint, class: *class, when })
    }
}

fn parse_when(text: &str) -> Result<When, FaultError> {
    let number = |digits: &str| digits.parse::<NonZeroU64>().map_err(|_| FaultError::When(text.to_owned()));
    match text.strip_prefix("every=") {
        Some(digits) => number(digits).map(When::Every),
        None => number(text).map(When::Nth),
    }
}

#[cfg(test)]
mod tests;
