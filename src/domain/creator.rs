//! A creator: an account that others look at.

use super::post::Author;

/// A creator, as their page or a list of people shows them. What the answer does not say is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Creator {
    /// Who.
    pub author: Author,
    /// What they say of themselves.
    pub signature: Option<String>,
    /// Where the platform says that they are.
    pub place: Option<String>,
    /// Whether the platform has shut them out.
    pub is_banned: bool,
    /// Their live room, while they are on air.
    pub room: Option<String>,
    /// How many there are of what.
    pub audience: Audience,
}

/// The numbers of a creator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audience {
    /// Posts that are seen.
    pub posts: Option<i64>,
    /// Those who follow them.
    pub followers: Option<i64>,
    /// Those whom they follow.
    pub following: Option<i64>,
    /// How often their posts were liked.
    pub likes: Option<i64>,
    /// What they liked.
    pub liked: Option<i64>,
}

impl Audience {
    /// Each of them, in this order.
    pub const fn each(&self) -> [Option<i64>; 5] {
        [self.posts, self.followers, self.following, self.likes, self.liked]
    }
}
