//! What can be asked of a platform, in one table: each mode, and the word by which a target in the queue file follows it.
//!
//! A [`Mode`] is fetched once. A [`Take`] is a mode that is followed, round after round; not every mode can be. Two words
//! differ where people know the plural: a mode is `post`, a target takes `posts`.

use serde::{Deserialize, Serialize};

/// What a list belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The page that a target is about.
    Page,
    /// The login, whatever page a target is about.
    Login,
    /// The site.
    Site,
}

/// To whom the site shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    /// To guests, too.
    Everybody,
    /// To those who are logged in.
    Members,
}

/// Writes both enums: a mode with its word, and where it can be followed what a target takes.
macro_rules! modes {
    ($(
        $(#[doc = $doc:literal])+ $mode:ident $word:literal
        $(, $(#[doc = $about:literal])+ $take:ident $name:literal $of:ident $to:ident)?;
    )+) => {
        /// What a platform can be asked for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Mode { $($(#[doc = $doc])+ $mode,)+ }

        impl Mode {
            /// Every mode.
            pub const ALL: &'static [Self] = &[$(Self::$mode),+];

            /// The word that stands in JSON and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$mode => $word),+ }
            }
        }

        /// What is taken of a target, round after round.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Take { $($($(#[doc = $about])+ $take,)?)+ }

        impl Take {
            /// Every one.
            pub const ALL: &'static [Self] = &[$($(Self::$take,)?)+];

            /// The word that stands in the queue file.
            pub const fn as_str(self) -> &'static str {
                match self { $($(Self::$take => $name,)?)+ }
            }

            /// The mode by which it is asked for.
            pub const fn mode(self) -> Mode {
                match self { $($(Self::$take => mode_of!($mode $take),)?)+ }
            }

            /// What the list belongs to.
            const fn of(self) -> Of {
                match self { $($(Self::$take => Of::$of,)?)+ }
            }

            const fn to(self) -> To {
                match self { $($(Self::$take => To::$to,)?)+ }
            }
        }
    };
}

/// The mode of a line; its take only makes the line count.
macro_rules! mode_of {
    ($mode:ident $take:ident) => {
        Mode::$mode
    };
}

modes! {
    /// A creator.
    Profile "profile",
        /// Names and counters of a creator.
        Profile "profile" Page Everybody;
    /// One post.
    One "one";
    /// The posts of a creator.
    Post "post",
        /// The posts of a creator.
        Posts "posts" Page Everybody;
    /// What a creator liked.
    Like "like",
        /// What a creator liked.
        Likes "likes" Page Members;
    /// The posts that the login keeps.
    Collection "collection",
        /// The posts that the login keeps.
        Collection "collection" Login Members;
    /// The folders that the login keeps posts in.
    Collects "collects",
        /// The folders that the login keeps posts in, and the posts in them.
        Collects "collects" Login Members;
    /// The posts in one of these folders.
    Folder "folder";
    /// The music that the login keeps.
    Music "music",
        /// The music that the login keeps.
        Music "music" Login Members;
    /// The posts of a mix.
    Mix "mix",
        /// The posts of a mix.
        Mix "mix" Page Everybody;
    /// Posts like one.
    Related "related",
        /// Posts like one.
        Related "related" Page Everybody;
    /// What the site shows to whoever opens it.
    Feed "feed",
        /// What the site shows to whoever opens it.
        Feed "feed" Site Everybody;
    /// What the friends of the login made.
    Friend "friend",
        /// What the friends of the login made.
        Friend "friend" Login Members;
    /// The posts of those whom the login follows, named as f2 names its other feeds.
    Follow "follow",
        /// The posts of those whom the login follows.
        Follow "follow" Login Members;
    /// Those whom a creator follows.
    Following "following",
        /// Those whom a creator follows.
        Following "following" Page Members;
    /// Those who follow a creator.
    Follower "follower",
        /// Those who follow a creator.
        Followers "followers" Page Members;
    /// What people say below a post.
    Comments "comments",
        /// What people say below a post, or below the posts of a creator.
        Comments "comments" Page Everybody;
    /// What people answer to a comment.
    Replies "replies";
    /// The posts of a creator with a word in them.
    Search "search",
        /// The posts of a creator with words in them.
        Search "search" Page Members;
    /// Words that go on as what was typed.
    Suggest "suggest";
    /// A live room, or that of a creator.
    Live "live",
        /// The state of a live room, and its counters; or of the room of a creator, while they are on air.
        Live "live" Page Everybody;
    /// The rooms on air of those whom the login follows.
    FollowingLives "following_lives",
        /// The rooms on air of those whom the login follows.
        FollowingLives "following_lives" Login Members;
}

impl Take {
    /// The take of this word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|take| take.as_str() == word)
    }

    /// Whether it is a list of the login itself, whatever page a target is about.
    pub const fn is_own(self) -> bool {
        matches!(self.of(), Of::Login)
    }

    /// Whether the site shows it to nobody but those who are logged in.
    pub const fn needs_login(self) -> bool {
        matches!(self.to(), To::Members)
    }

    /// Whether it is about a page.
    pub const fn needs_url(self) -> bool {
        matches!(self.of(), Of::Page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::meant;

    #[test]
    fn a_take_is_understood_by_the_word_of_its_mode_and_the_other_way_round() {
        for take in Take::ALL {
            let (word, mode) = (take.as_str(), take.mode().as_str());
            assert_eq!(Take::read(word), Some(*take));
            assert_eq!(meant(word, Mode::ALL.iter().map(|mode| mode.as_str())), Some(mode));
        }
        assert!(Take::ALL.len() < Mode::ALL.len() && Take::read("one").is_none());
    }
}
