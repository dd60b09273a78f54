//! A post: what somebody made and others see.

use super::time::Millis;

/// A post as a list or its own page shows it. What the answer does not say is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Post {
    /// Its id.
    pub id: String,
    /// Whose, by the id that pages name.
    pub creator: Author,
    /// Which sort: 0 and some others are videos, 68 is an album.
    pub kind: i64,
    /// What stands below it.
    pub text: String,
    /// When it was made.
    pub made_at: Option<Millis>,
    /// How long it plays, in milliseconds.
    pub duration: Option<i64>,
    /// The music in it.
    pub music: Option<String>,
    /// The mix that it belongs to.
    pub mix: Option<String>,
    /// Who may see it: 0 everybody, 1 nobody else, 2 friends.
    pub privacy: i64,
    /// Whether the platform holds it back.
    pub is_prohibited: bool,
    /// Whether it is pinned to the top of its creator's list.
    pub is_pinned: bool,
    /// What people did with it.
    pub counts: Counts,
}

/// Who made something, as it says beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Author {
    /// The id that pages name.
    pub id: String,
    /// The id as a number.
    pub uid: String,
    /// The name that people chose to be found by.
    pub handle: String,
    /// The name that people see.
    pub nickname: String,
}

/// How often people did something with a post.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Liked it.
    pub likes: Option<i64>,
    /// Said something below it.
    pub comments: Option<i64>,
    /// Kept it.
    pub keeps: Option<i64>,
    /// Handed it on.
    pub shares: Option<i64>,
    /// Saw it; the platform hides this mostly, and then says 0.
    pub plays: Option<i64>,
}

impl Counts {
    /// Each of them, in this order.
    pub const fn each(&self) -> [Option<i64>; 5] {
        [self.likes, self.comments, self.keeps, self.shares, self.plays]
    }
}
