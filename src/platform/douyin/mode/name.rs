//! What each mode is about at Douyin, and how its word is read.

use std::fmt;
use std::str::FromStr;

use crate::domain::Mode;
use crate::domain::words::{did_you_mean, meant};
use crate::platform::douyin::link::Kind;

impl Mode {
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
#[error("`{0}` is no mode{near}: one of {known}", near = near(.0), known = names().collect::<Vec<_>>().join(" "))]
pub struct UnknownMode(pub String);

fn names() -> impl Iterator<Item = &'static str> {
    Mode::ALL.iter().map(|mode| mode.as_str())
}

fn near(word: &str) -> String {
    did_you_mean(word, names()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let known = meant(word, names());
        let mode = known.and_then(|known| Self::ALL.iter().copied().find(|mode| mode.as_str() == known));
        mode.ok_or_else(|| UnknownMode(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_has_one_name_everywhere() {
        for mode in Mode::ALL.iter().copied() {
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
