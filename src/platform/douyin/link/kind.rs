//! What a link can name, and how the id of each looks.

use std::fmt;
use std::str::FromStr;

/// What an id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A creator.
    User,
    /// A post.
    Work,
    /// A mix.
    Mix,
    /// A live room, by the number that stays.
    Live,
    /// One broadcast of a live room.
    Room,
}

impl Kind {
    /// Every kind. A link that names several things names the first of these: what the page shows.
    pub const ALL: [Self; 5] = [Self::Work, Self::Mix, Self::Live, Self::Room, Self::User];

    /// The word that stands in JSON and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Work => "work",
            Self::Mix => "mix",
            Self::Live => "live",
            Self::Room => "room",
        }
    }

    /// Whether `id` has the form of one, and could not be of a room that is named otherwise.
    pub fn is_of(self, id: &str) -> bool {
        let is_broadcast = self == Self::Live && id.len() == 19 && id.bytes().all(|byte| byte.is_ascii_digit());
        self.fits(id) && !is_broadcast
    }

    /// What it is called to people.
    pub const fn called(self) -> &'static str {
        match self {
            Self::User => "a creator",
            Self::Work => "a post",
            Self::Mix => "a mix",
            Self::Live | Self::Room => "a live room",
        }
    }

    /// The link of the one that has this id.
    pub fn link(self, id: &str) -> String {
        match self {
            Self::User => format!("https://www.douyin.com/user/{id}"),
            Self::Work => format!("https://www.douyin.com/video/{id}"),
            Self::Mix => format!("https://www.douyin.com/collection/{id}"),
            Self::Live => format!("https://live.douyin.com/{id}"),
            Self::Room => format!("https://webcast.amemv.com/douyin/webcast/reflow/{id}"),
        }
    }

    /// What a bare id can be of. A room can have a word for its number, so only digits are taken for one here.
    pub fn of_id(id: &str) -> Vec<Self> {
        let is_bare = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        Self::ALL.into_iter().filter(|kind| kind.is_of(id) && (is_bare || *kind == Self::User)).collect()
    }

    /// Whether `id` has the form of one.
    pub(super) fn fits(self, id: &str) -> bool {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match self {
            Self::User => {
                let tail = id.strip_prefix("MS4wLjABAAAA").unwrap_or_default();
                (20..=200).contains(&tail.len()) && tail.bytes().all(word)
            }
            Self::Work | Self::Mix | Self::Room => {
                let digits = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0');
                digits && (15..=20).contains(&id.len())
            }
            Self::Live => {
                let fits = id.bytes().all(|byte| word(byte) || byte == b'.') && (1..=40).contains(&id.len());
                fits && !matches!(id, "." | "..")
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not what a link can name: one of user work mix live room")]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| UnknownKind(word.to_owned()))
    }
}
