//! A comment below a post, or an answer to one.

use super::post::Author;
use super::time::Millis;

/// A comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: String,
    /// The comment that it answers; nothing when it stands below the post itself.
    pub parent: Option<String>,
    /// Who said it.
    pub author: Author,
    /// What they said.
    pub text: String,
    /// When.
    pub made_at: Option<Millis>,
    /// How many liked it.
    pub likes: Option<i64>,
    /// How many answers there are.
    pub replies: Option<i64>,
}
