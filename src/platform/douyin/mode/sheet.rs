//! A page of what is asked: as records for people and programs, or as rows for whoever keeps them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::order::Order;
use super::rows::Rows;
use crate::domain::{Class, Mode};
use crate::net::Refusal;
use crate::platform::douyin::ask::{Encoded, Endpoint};
use crate::platform::douyin::link::Kind;
use crate::platform::douyin::list::{Leaf, Listing, Progress, Walk, Wants};
use crate::platform::douyin::read::{Model, Reading};
use crate::platform::douyin::talk::{Douyin, Visitor};
use crate::platform::douyin::{
    follow_feed, following_user_live, friend_feed, home_post_search, locate_post, post_comment, post_comment_reply,
    post_detail, post_feed, post_related, suggest_word, user_collection, user_collects, user_collects_video,
    user_follower, user_following, user_like, user_live, user_live_by_room, user_mix, user_music_collection, user_post,
    user_profile,
};

/// A page for people and programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sheet {
    /// The records, as people's scripts know them, each beside the text that the site sent.
    pub items: Vec<Value>,
    /// The same as the site sent them, when that is wanted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub raw: Vec<Value>,
    /// Where it stands now.
    pub progress: Progress,
}

/// A page for whoever keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Haul {
    /// The rows that are new and wanted.
    pub rows: Rows,
    /// The same as the site sent them, when that is wanted.
    pub raw: Vec<String>,
    /// How many the page had in all.
    pub of: usize,
    /// Where it stands now.
    pub progress: Progress,
}

/// Where an order stands, and how its answers are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Where the last page stood; nothing at the beginning.
    pub progress: Option<Progress>,
    /// Whether what the site sent is wanted too.
    pub raw: bool,
}

/// The next page of `order`, for people and programs.
pub async fn sheet(
    site: &Douyin,
    visitor: &Visitor,
    order: &Order,
    wants: Wants,
    standing: Standing,
) -> Result<Sheet, Refusal> {
    let taste = AsShown { raw: standing.raw };
    let way = Way { site, visitor, wants, progress: standing.progress, mode: order.mode, taste };
    let ((items, raw), progress) = way.page(order).await?;
    Ok(Sheet { items, raw, progress })
}

/// The next page of `order`, for whoever keeps it.
pub async fn haul(
    site: &Douyin,
    visitor: &Visitor,
    order: &Order,
    wants: Wants,
    standing: Standing,
) -> Result<Haul, Refusal> {
    let taste = AsRows { raw: standing.raw };
    let way = Way { site, visitor, wants, progress: standing.progress, mode: order.mode, taste };
    let ((rows, raw, of), progress) = way.page(order).await?;
    Ok(Haul { rows, raw, of, progress })
}

/// What is made of a page.
trait Taste: Sync {
    type Page: Send;

    /// Of a list's page, of which some rows were taken.
    fn of_list<L: Listing>(&self, mode: Mode, leaf: &Leaf<L::Answer>) -> Self::Page;

    /// Of what is no list.
    fn of_one<M: Model>(&self, mode: Mode, page: &Reading<M>) -> Self::Page;
}

struct AsShown {
    raw: bool,
}

impl Taste for AsShown {
    type Page = (Vec<Value>, Vec<Value>);

    fn of_list<L: Listing>(&self, _mode: Mode, leaf: &Leaf<L::Answer>) -> Self::Page {
        let raw = leaf.rows().filter(|_| self.raw).filter_map(|row| serde_json::from_str(row.raw()).ok());
        (leaf.only(leaf.page.to_list()).collect(), raw.collect())
    }

    fn of_one<M: Model>(&self, _mode: Mode, page: &Reading<M>) -> Self::Page {
        let raw = Some(page.raw()).filter(|_| self.raw).and_then(|text| serde_json::from_str(text).ok());
        (vec![page.to_dict()], raw.into_iter().collect())
    }
}

struct AsRows {
    raw: bool,
}

impl Taste for AsRows {
    type Page = (Rows, Vec<String>, usize);

    fn of_list<L: Listing>(&self, mode: Mode, leaf: &Leaf<L::Answer>) -> Self::Page {
        let raw = leaf.rows().filter(|_| self.raw).map(|row| row.raw().to_owned()).collect();
        (Rows::of_list(mode, leaf.rows()), raw, leaf.page.content.len)
    }

    fn of_one<M: Model>(&self, mode: Mode, page: &Reading<M>) -> Self::Page {
        let raw = Some(page.raw().to_owned()).filter(|_| self.raw);
        (Rows::of_one(mode, page.root()), raw.into_iter().collect(), 1)
    }
}

/// The room in which a creator is on air now; nothing when they are not.
fn room_of(profile: &user_profile::Answer) -> Result<Option<String>, Refusal> {
    let room = profile.room_id.as_str().filter(|room| !room.is_empty() && room != "0");
    let unsaid = |why: &str| Err(Refusal::new(Class::Schema, user_profile::Request::PLACE.name, why));
    match (profile.live_status.value(), room) {
        (Some(0), _) => Ok(None),
        (_, Some(room)) => Ok(Some(room.into_owned())),
        (Some(_), None) => unsaid("it says that the creator is on air, and names no room"),
        (None, None) if profile.room_id.as_str().is_some() => Ok(None),
        (None, None) => unsaid("it does not say whether the creator is on air"),
    }
}

struct Way<'a, T> {
    site: &'a Douyin,
    visitor: &'a Visitor,
    wants: Wants,
    progress: Option<Progress>,
    mode: Mode,
    taste: T,
}

type Paged<T> = Result<(<T as Taste>::Page, Progress), Refusal>;

impl<T: Taste> Way<'_, T> {
    async fn page(&self, order: &Order) -> Paged<T> {
        let refused = |why: &dyn std::fmt::Display| Refusal::new(Class::Local, "douyin", why);
        let kind = order.check().map_err(|bad| refused(&bad))?;
        let id = order.id.as_str();
        match order.mode {
            Mode::Profile => self.one(&user_profile::Request { sec_user_id: id }).await,
            Mode::One => self.one(&post_detail::Request { aweme_id: id }).await,
            Mode::Live if kind == Some(Kind::User) => self.live_of(id).await,
            Mode::Live if kind == Some(Kind::Room) => self.one(&user_live_by_room::Request { room_id: id }).await,
            Mode::Live => self.one(&user_live::Request { web_rid: id }).await,
            Mode::Post if !order.from.is_empty() && self.progress.is_none() => self.located(id, &order.from).await,
            Mode::Post => self.list(user_post::Request::first(id)).await,
            Mode::Like => self.list(user_like::Request::first(id)).await,
            Mode::Collection => self.list(user_collection::Request::first()).await,
            Mode::Collects => self.list(user_collects::Request::first()).await,
            Mode::Folder => self.list(user_collects_video::Request::first(id)).await,
            Mode::Music => self.list(user_music_collection::Request::first()).await,
            Mode::Mix => self.mix(id).await,
            Mode::Related => self.list(post_related::Request::first(id)).await,
            Mode::Feed => self.list(post_feed::Request::first()).await,
            Mode::Friend => self.list(friend_feed::Request::first()).await,
            Mode::Follow => self.list(follow_feed::Request::first()).await,
            Mode::Following => {
                let first = user_following::Request::first("", id);
                let source_type = order.source_type.unwrap_or(first.source_type);
                self.list(user_following::Request { source_type, ..first }).await
            }
            Mode::Follower => {
                let first = user_follower::Request::first("", id);
                let source_type = order.source_type.unwrap_or(first.source_type);
                self.list(user_follower::Request { source_type, ..first }).await
            }
            Mode::Comments => self.list(post_comment::Request::first(id)).await,
            Mode::Replies => self.list(post_comment_reply::Request::first(id, &order.comment)).await,
            Mode::Search => self.search(id, &order.keyword).await,
            Mode::Suggest => self.list(suggest_word::Request::first(Encoded::text(&order.keyword))).await,
            Mode::FollowingLives => self.list(following_user_live::Request).await,
        }
    }

    /// The only page of what is no list.
    async fn one<E: Endpoint>(&self, request: &E) -> Paged<T> {
        if self.progress.as_ref().is_some_and(|progress| progress.ended.is_some()) {
            return Err(Refusal::new(Class::Local, "douyin", "it has ended"));
        }
        let page = self.site.ask(self.visitor, request).await?;
        Ok((self.taste.of_one(self.mode, &page), Progress::of_one()))
    }

    /// The room of a creator while they are on air; else the creator, whose page says that they are not.
    async fn live_of(&self, creator: &str) -> Paged<T> {
        let profile = user_profile::Request { sec_user_id: creator };
        let page = self.site.ask(self.visitor, &profile).await?;
        match room_of(&page.content)? {
            Some(room_id) => self.one(&user_live_by_room::Request { room_id: &room_id }).await,
            None => Ok((self.taste.of_one(Mode::Profile, &page), Progress::of_one())),
        }
    }

    /// The page of a creator's posts on which `post` stands.
    async fn located(&self, creator: &str, post: &str) -> Paged<T> {
        let (page, progress) = self.list(locate_post::Request::first(creator, post)).await?;
        if !progress.has_met(post) {
            let why = format_args!("the post `{post}` does not stand in the list of this creator");
            return Err(Refusal::new(Class::Gone, locate_post::Request::PLACE.name, why));
        }
        Ok((page, progress))
    }

    /// The next page of a list.
    async fn list<L: Listing>(&self, request: L) -> Paged<T> {
        let local = |why: &dyn std::fmt::Display| Refusal::new(Class::Local, L::PLACE.name, why);
        let mut walk = match self.progress.clone() {
            None => Walk::new(request, self.wants),
            Some(progress) => Walk::resumed(request, self.wants, progress)
                .ok_or_else(|| local(&"what was written down is of another list"))?,
        };
        let leaf = walk.next(self.site, self.visitor).await?;
        let leaf = leaf.ok_or_else(|| local(&"the list has ended"))?;
        Ok((self.taste.of_list::<L>(self.mode, &leaf), walk.progress().clone()))
    }

    /// The posts of a mix, by its id or by that of a post in it: nothing in an id tells the one from the other.
    async fn mix(&self, id: &str) -> Paged<T> {
        if let Some(mix) = self.subject() {
            return self.list_of(mix, user_mix::Request::first(mix)).await;
        }
        match self.list(user_mix::Request::first(id)).await {
            Err(refusal) if refusal.class == Class::Schema => {
                let post = self.site.ask(self.visitor, &post_detail::Request { aweme_id: id }).await;
                let mix = post.ok().and_then(|post| Some(post.content.mix_id.as_str()?.into_owned()));
                match mix {
                    Some(mix) => self.list_of(&mix, user_mix::Request::first(&mix)).await,
                    None => Err(refusal),
                }
            }
            other => other,
        }
    }

    /// What is found among the posts of a creator, whom the search knows by a number.
    async fn search(&self, id: &str, keyword: &str) -> Paged<T> {
        if let Some(uid) = self.subject() {
            return self.list_of(uid, home_post_search::Request::first(Encoded::text(keyword), uid)).await;
        }
        let profile = self.site.ask(self.visitor, &user_profile::Request { sec_user_id: id }).await?;
        let uid = profile.content.uid.as_str().unwrap_or_default();
        self.list_of(&uid, home_post_search::Request::first(Encoded::text(keyword), &uid)).await
    }

    /// What was found out before the first page.
    fn subject(&self) -> Option<&str> {
        self.progress.as_ref()?.subject.as_deref()
    }

    /// The next page of a list of `subject`, which is not asked for again on the pages after it.
    async fn list_of<L: Listing>(&self, subject: &str, request: L) -> Paged<T> {
        let (page, mut progress) = self.list(request).await?;
        progress.subject = Some(subject.to_owned());
        Ok((page, progress))
    }
}
