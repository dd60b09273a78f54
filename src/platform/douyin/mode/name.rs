//! The modes, and what each is about.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::words::{did_you_mean, meant};
use crate::platform::douyin::link::Kind;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A creator.
    Profile,
    /// One post.
    One,
    /// The posts of a creator.
    Post,
    /// What a creator liked.
    Like,
    /// The posts that the login keeps.
    Collection,
    /// The folders that the login keeps posts in.
    Collects,
    /// The posts in one of these folders.
    Folder,
    /// The music that the login keeps.
    Music,
    /// The posts of a mix.
    Mix,
    /// Posts like one.
    Related,
    /// What the site shows to whoever opens it.
    Feed,
    /// What the friends of the login made.
    Friend,
    /// The posts of those whom the login follows, named as f2 names its other feeds.
    Follow,
    /// Those whom a creator follows.
    Following,
    /// Those who follow a creator.
    Follower,
    /// What people say below a post.
    Comments,
    /// What people answer to a comment.
    Replies,
    /// The posts of a creator with a word in them.
    Search,
    /// Words that go on as what was typed.
    Suggest,
    /// A live room, or that of a creator.
    Live,
    /// The rooms on air of those whom the login follows.
    FollowingLives,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 21] = [
        Self::Profile,
        Self::One,
        Self::Post,
        Self::Like,
        Self::Collection,
        Self::Collects,
        Self::Folder,
        Self::Music,
        Self::Mix,
        Self::Related,
        Self::Feed,
        Self::Friend,
        Self::Follow,
        Self::Following,
        Self::Follower,
        Self::Comments,
        Self::Replies,
        Self::Search,
        Self::Suggest,
        Self::Live,
        Self::FollowingLives,
    ];

    /// The word that stands in JSON and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::One => "one",
            Self::Post => "post",
            Self::Like => "like",
            Self::Collection => "collection",
            Self::Collects => "collects",
            Self::Folder => "folder",
            Self::Music => "music",
            Self::Mix => "mix",
            Self::Related => "related",
            Self::Feed => "feed",
            Self::Friend => "friend",
            Self::Follow => "follow",
            Self::Following => "following",
            Self::Follower => "follower",
            Self::Comments => "comments",
            Self::Replies => "replies",
            Self::Search => "search",
            Self::Suggest => "suggest",
            Self::Live => "live",
            Self::FollowingLives => "following_lives",
        }
    }

    /// What a link must name for it; nothing when it is about the login, or about words.
    pub const fn about(self) -> &'static [Kind] {
        match self {
            Self::Profile | Self::Post | Self::Like | Self::Following | Self::Follower | Self::Search => &[Kind::User],
            Self::One | Self::Related | Self::Comments | Self::Replies => &[Kind::Work],
            Self::Mix => &[Kind::Mix, Kind::Work],
            Self::Live => &[Kind::User, Kind::Live, Kind::Room],
            Self::Collection
            | Self::Collects
            | Self::Folder
            | Self::Music
            | Self::Feed
            | Self::Friend
            | Self::Follow
            | Self::Suggest
            | Self::FollowingLives => &[],
        }
    }

    /// The mode that a link of this kind is meant for, when nobody says.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::User => Self::Post,
            Kind::Work => Self::One,
            Kind::Mix => Self::Mix,
            Kind::Live | Kind::Room => Self::Live,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no mode{near}: one of {known}", near = near(.0), known = Mode::ALL.map(Mode::as_str).join(" "))]
pub struct UnknownMode(pub String);

fn near(word: &str) -> String {
    did_you_mean(word, Mode::ALL.map(Mode::as_str)).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let known = meant(word, Self::ALL.map(Self::as_str));
        let mode = known.and_then(|known| Self::ALL.into_iter().find(|mode| mode.as_str() == known));
        mode.ok_or_else(|| UnknownMode(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_has_one_name_everywhere() {
        for mode in Mode::ALL {
            assert_eq!(serde_json::to_value(mode).unwrap(), mode.as_str());
            assert_eq!(mode.as_str().replace('_', "-").parse(), Ok(mode));
        }
        assert_eq!(("posts".parse(), "Followers".parse()), (Ok(Mode::Post), Ok(Mode::Follower)));
        let said = |word: &str| word.parse::<Mode>().unwrap_err().to_string();
        assert!(
            said("pots").starts_with("`pots` is no mode; did you mean `post`?: one of profile one"),
            "{}",
            said("pots")
        );
        assert!(said("banana").starts_with("`banana` is no mode: one of profile one"), "{}", said("banana"));
    }
}
