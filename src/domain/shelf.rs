//! What a login keeps beside posts: folders and music; and rooms on air.

use super::post::Author;
use super::time::Millis;

/// A folder that a login keeps posts in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How many posts are in it.
    pub total: Option<i64>,
    /// When it was made.
    pub made_at: Option<Millis>,
}

/// A piece of music.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Music {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Who made it.
    pub author: String,
    /// How long it plays, in seconds.
    pub duration: Option<i64>,
}

/// A live room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Room {
    /// The number that stays, which its page names.
    pub number: String,
    /// The broadcast.
    pub show: String,
    /// Whose it is.
    pub owner: Author,
    /// What it is called.
    pub title: String,
    /// Its state, by the platform's number: [`RoomState`] knows some.
    pub status: Option<i64>,
    /// How many are there, as the platform writes it.
    pub viewers: Option<String>,
    /// How many were there, as the platform writes it.
    pub visitors: Option<String>,
    /// How many likes.
    pub likes: Option<i64>,
}

/// The state of a live room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomState {
    /// It is on air.
    Live,
    /// Its broadcast has ended.
    Ended,
}

impl RoomState {
    /// The one of this number, if it is known.
    pub const fn of(number: i64) -> Option<Self> {
        match number {
            2 => Some(Self::Live),
            4 => Some(Self::Ended),
            _ => None,
        }
    }

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Ended => "ended",
        }
    }
}
