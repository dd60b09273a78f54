//! The lists that a round goes through: the one that was asked for, and those that hang on what it found.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::list::CounterOf;
use crate::crawl::keep::Shelf;
use crate::domain::{Millis, Take};
use crate::platform::douyin::link::Kind;
use crate::platform::douyin::list::Wants;
use crate::platform::douyin::mode::{Mode, Order};
use crate::store::crawl::{comments, posts, shelf};
use crate::store::{Error, Tx};
use crate::target::Spec;

/// Posts of a creator whose comments are read, unless the target says how many.
pub(in crate::crawl) const POSTS: NonZeroU64 = NonZeroU64::new(30).unwrap();

/// Which list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "leg", rename_all = "snake_case")]
pub(super) enum Leg {
    /// The one that was asked for.
    Whole,
    /// The newest posts of a creator, below which it is read what is said.
    Newest,
    /// What is said below a post, which is the how manyth and was made then.
    Comments { post: String, nth: u64, made_at: i64 },
    /// What is answered to a comment there.
    Replies { post: String, nth: u64, made_at: i64, comment: String },
    /// What is in a folder.
    Folder { id: String },
    /// A post that its list did not show.
    Check { post: String },
    /// The platform's counter of a list that showed so many rows, which is doubted.
    Counter { behind: Box<Leg>, shown: i64 },
}

/// What a round is about.
#[derive(Debug, Clone, Copy)]
pub(in crate::crawl) struct About<'a> {
    pub(in crate::crawl) take: Take,
    /// What the target is about; nothing when it is about the login, or nobody.
    pub(in crate::crawl) page: Option<(Kind, &'a str)>,
    pub(in crate::crawl) profile: &'a str,
    pub(in crate::crawl) spec: &'a Spec,
}

impl About<'_> {
    /// Whose lists are kept: those of a page are its own, those of a login are its profile's.
    pub(in crate::crawl) fn owner(&self) -> String {
        self.page.map_or_else(|| self.profile.to_owned(), |(_, id)| id.to_owned())
    }

    /// The list in which what it takes stands.
    pub(in crate::crawl) fn list(&self) -> Option<(&'static str, String)> {
        let list = match self.take {
            Take::Profile | Take::Posts | Take::Comments | Take::Live => return None,
            Take::Collects => "folders",
            Take::FollowingLives => "lives",
            Take::Search => {
                let words = self.spec.query.as_deref().unwrap_or_default();
                return Some(("search", format!("{} {words}", self.owner())));
            }
            other => other.as_str(),
        };
        Some((list, self.owner()))
    }

    /// Whether what is new stands first in it, so that nothing new comes behind a page of what is known.
    pub(super) const fn is_newest_first(&self) -> bool {
        match self.take {
            Take::Following => !self.spec.oldest_first,
            Take::Likes | Take::Collection | Take::Followers | Take::Follow => true,
            _ => false,
        }
    }

    /// Whether the list is a whole: what it does not show is not in it.
    pub(super) const fn is_whole(&self) -> bool {
        !matches!(self.take, Take::Related | Take::Friend | Take::Follow | Take::Feed | Take::Search)
    }

    /// The first list.
    pub(super) fn first(&self) -> Leg {
        match (self.take, self.page) {
            (Take::Comments, Some((Kind::Work, id))) => Leg::Comments { post: id.to_owned(), nth: 1, made_at: 0 },
            (Take::Comments, _) => Leg::Newest,
            _ => Leg::Whole,
        }
    }

    /// The next post of a creator whose comments are read, behind the `nth` that was made at `made_at`.
    async fn next_post(&self, tx: &mut Tx, nth: u64, made_at: i64) -> Result<Option<Leg>, Error> {
        let Some((Kind::User, creator)) = self.page else { return Ok(None) };
        if nth >= self.spec.max.unwrap_or(POSTS).get() {
            return Ok(None);
        }
        let from = self.spec.between().map_or(Millis(0), |between| between.start);
        let to = self.spec.between().map_or(i64::MAX, |between| between.end.0);
        let next = posts::before(tx, creator, from, Millis(made_at.min(to))).await?;
        Ok(next.map(|(post, made_at)| Leg::Comments { post, nth: nth + 1, made_at }))
    }

    /// The list of answers that comes behind `leg`, below the same post.
    pub(super) async fn answers_behind(&self, tx: &mut Tx, leg: &Leg, began: Millis) -> Result<Option<Leg>, Error> {
        let (post, nth, made_at, after) = match leg {
            Leg::Comments { post, nth, made_at } => (post, *nth, *made_at, ""),
            Leg::Replies { post, nth, made_at, comment } => (post, *nth, *made_at, comment.as_str()),
            Leg::Whole | Leg::Newest | Leg::Folder { .. } | Leg::Check { .. } | Leg::Counter { .. } => return Ok(None),
        };
        let next = comments::answered(tx, post, began, after).await?;
        Ok(next.map(|comment| Leg::Replies { post: post.clone(), nth, made_at, comment }))
    }

    /// The next list behind `leg`.
    pub(super) async fn behind(&self, tx: &mut Tx, leg: &Leg, round: Behind<'_>) -> Result<Option<Leg>, Error> {
        let Behind { began, unread } = round;
        match (leg, self.take) {
            (Leg::Whole, Take::Posts) | (Leg::Check { .. }, _) => {
                let Some((_, creator)) = self.page else { return Ok(None) };
                let some = posts::unchecked(tx, creator, unread.len() + 1).await?;
                Ok(some.into_iter().find(|post| !unread.contains(post)).map(|post| Leg::Check { post }))
            }
            (Leg::Whole, Take::Collects) => self.next_folder(tx, "", began).await,
            (Leg::Whole | Leg::Counter { .. }, _) => Ok(None),
            (Leg::Newest, _) => self.next_post(tx, 0, i64::MAX).await,
            (Leg::Folder { id }, _) => self.next_folder(tx, id, began).await,
            (Leg::Comments { nth, made_at, .. } | Leg::Replies { nth, made_at, .. }, _) => {
                self.next_post(tx, *nth, *made_at).await
            }
        }
    }

    async fn next_folder(&self, tx: &mut Tx, after: &str, began: Millis) -> Result<Option<Leg>, Error> {
        let next = shelf::next_folder(tx, &self.owner(), began, after).await?;
        Ok(next.map(|id| Leg::Folder { id }))
    }

    /// Where the platform tells how long the list of `leg` is.
    pub(super) fn counter(&self, leg: &Leg) -> CounterOf {
        match (leg, self.page) {
            (Leg::Whole, Some((Kind::User, id))) => CounterOf::of_creator(self.take, id),
            (Leg::Folder { id }, _) => CounterOf::Folder(id.clone()),
            (Leg::Comments { post, .. } | Leg::Replies { post, .. }, _) => CounterOf::Post(post.clone()),
            (Leg::Whole | Leg::Newest | Leg::Check { .. } | Leg::Counter { .. }, _) => CounterOf::Nowhere,
        }
    }

    /// What is asked for.
    pub(super) fn order(&self, leg: &Leg) -> Order {
        let id = self.page.map_or("", |(_, id)| id);
        let order = match leg {
            Leg::Whole => Order::new(self.take.mode(), id),
            Leg::Newest => Order::new(Mode::Post, id),
            Leg::Comments { post, .. } => Order::new(Mode::Comments, post.as_str()),
            Leg::Replies { post, comment, .. } => {
                Order { comment: comment.clone(), ..Order::new(Mode::Replies, post.as_str()) }
            }
            Leg::Folder { id } => Order::new(Mode::Folder, id.as_str()),
            Leg::Check { post } => Order::new(Mode::One, post.as_str()),
            Leg::Counter { behind, .. } => match self.counter(behind) {
                CounterOf::Post(post) => Order::new(Mode::One, post),
                CounterOf::Creator(id) | CounterOf::Folder(id) => Order::new(Mode::Profile, id),
                CounterOf::Nowhere => Order::new(Mode::Profile, id),
            },
        };
        let source_type = match order.mode {
            Mode::Following => Some(if self.spec.oldest_first { 3 } else { 1 }),
            Mode::Follower => Some(1),
            _ => None,
        };
        let keyword =
            if order.mode == Mode::Search { self.spec.query.clone().unwrap_or_default() } else { String::new() };
        Order { keyword, source_type, ..order }
    }

    /// How much of it.
    pub(super) fn wants(&self, leg: &Leg) -> Wants {
        match leg {
            Leg::Whole => Wants { most: self.spec.max, page: None, within: self.within() },
            Leg::Newest => {
                Wants { most: Some(self.spec.max.unwrap_or(POSTS)), page: None, within: self.spec.between() }
            }
            _ => Wants::default(),
        }
    }

    /// Only what was made within, where that is known of what is listed.
    fn within(&self) -> Option<crate::domain::Interval> {
        let has_moments = matches!(self.take, Take::Posts | Take::Likes | Take::Collection | Take::Mix);
        self.spec.between().filter(|_| has_moments)
    }

    /// Where the rows are kept.
    pub(super) fn shelf(&self, leg: &Leg) -> Shelf {
        let none = Shelf { list: None, below: None };
        match leg {
            Leg::Whole => Shelf { list: self.list(), ..none },
            Leg::Comments { post, .. } => Shelf { below: Some((post.clone(), None)), ..none },
            Leg::Replies { post, comment, .. } => Shelf { below: Some((post.clone(), Some(comment.clone()))), ..none },
            Leg::Folder { id } => Shelf { list: Some(("folder", id.clone())), ..none },
            Leg::Newest | Leg::Check { .. } | Leg::Counter { .. } => none,
        }
    }
}

/// What of a round decides what comes next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Behind<'r> {
    pub(super) began: Millis,
    /// Posts that are not looked up again in this round.
    pub(super) unread: &'r [String],
}
