//! A list that a round has read, and where the platform tells how long it is.

use crate::domain::{Audience, Take};
use crate::store::crawl::doubts::Kept;

/// A list that was read as far as it was meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complete {
    pub(super) kept: Kept,
    pub(super) extent: Extent,
    /// How many rows it showed, where its rows are also met in other lists.
    pub(super) shown: Option<i64>,
    pub(super) counter: CounterOf,
}

/// How much of a list was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it.
    Whole,
    /// The newest part: what it does not show is judged within that part.
    Newest,
    /// All of a list that is expected to change completely, such as who is on air now.
    Fleeting,
}

/// Where the platform tells how long a list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CounterOf {
    Nowhere,
    /// On the page of this creator.
    Creator(String),
    /// Beside this post.
    Post(String),
    /// Beside this folder.
    Folder(String),
}

impl CounterOf {
    /// The list that tells it, if one request does.
    pub(super) const fn is_asked(&self) -> bool {
        matches!(self, Self::Creator(_) | Self::Post(_))
    }

    /// Which of a creator's numbers counts the rows of what is taken.
    pub(super) const fn count(take: Take, numbers: Audience) -> Option<i64> {
        match take {
            Take::Posts => numbers.posts,
            Take::Likes => numbers.liked,
            Take::Followers => numbers.followers,
            Take::Following => numbers.following,
            Take::Profile
            | Take::Collection
            | Take::Collects
            | Take::Music
            | Take::Mix
            | Take::Comments
            | Take::Related
            | Take::Friend
            | Take::Feed
            | Take::Follow
            | Take::FollowingLives
            | Take::Search
            | Take::Live => None,
        }
    }

    /// Where the list of what is taken of a creator is counted.
    pub(super) fn of_creator(take: Take, id: &str) -> Self {
        let all = Audience { posts: Some(0), followers: Some(0), following: Some(0), likes: Some(0), liked: Some(0) };
        if Self::count(take, all).is_some() { Self::Creator(id.to_owned()) } else { Self::Nowhere }
    }
}
