//! A post: what somebody made and others see.

use super::time::Millis;

/// A post as a list or its own page shows it. What the answer does not say is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Post {
    /// Its id.
    pub id: String,
    /// Whose, by the id that pages name.
    pub creator: Author,
    /// Which sort, by the platform's number: [`PostKind`] knows some.
    pub kind: Option<i64>,
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
    /// The hashtags in its text, without `#`.
    pub hashtags: Option<Vec<String>>,
    /// Where its files are.
    pub files: Files,
    /// Who may see it, by the platform's number: [`Privacy`] knows some.
    pub privacy: Option<i64>,
    /// Whether the platform holds it back.
    pub is_prohibited: bool,
    /// Whether it is pinned to the top of its creator's list.
    pub is_pinned: bool,
    /// What people did with it.
    pub counts: Counts,
}

/// What a post is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostKind {
    /// A video.
    Video,
    /// Images, some of which may move.
    Images,
}

impl PostKind {
    /// The one of this number, if it is known.
    pub const fn of(number: i64) -> Option<Self> {
        match number {
            0 | 4 | 55 | 61 | 109 | 201 => Some(Self::Video),
            68 => Some(Self::Images),
            _ => None,
        }
    }

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Images => "images",
        }
    }
}

/// Who may see a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// Everybody.
    Public,
    /// Its creator alone.
    Private,
    /// The creator's friends.
    Friends,
}

impl Privacy {
    /// The one of this number, if it is known.
    pub const fn of(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Public),
            1 => Some(Self::Private),
            2 => Some(Self::Friends),
            _ => None,
        }
    }

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Friends => "friends",
        }
    }
}

/// Addresses of the files of a post. They expire within hours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// The cover, a still picture.
    pub cover: Option<String>,
    /// The video; or each image, followed by its video if it moves.
    pub media: Vec<String>,
}

impl Files {
    /// Whether the answer has no address.
    pub const fn is_empty(&self) -> bool {
        self.cover.is_none() && self.media.is_empty()
    }
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
    /// Saw it. The platform mostly hides this, and sends 0 then.
    pub plays: Option<i64>,
}

impl Counts {
    /// Each of them, in this order.
    pub const fn each(&self) -> [Option<i64>; 5] {
        [self.likes, self.comments, self.keeps, self.shares, self.plays]
    }
}
