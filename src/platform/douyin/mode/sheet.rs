//! A page of what is asked, as records for people and programs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::name::Mode;
use super::order::Order;
use crate::domain::Class;
use crate::net::Refusal;
use crate::platform::douyin::ask::{Encoded, Endpoint};
use crate::platform::douyin::link::Kind;
use crate::platform::douyin::list::{Listing, Progress, Walk, Wants};
use crate::platform::douyin::read::{BadAnswer, Model as _};
use crate::platform::douyin::talk::{Douyin, Visitor};
use crate::platform::douyin::{
    following_user_live, friend_feed, home_post_search, post_comment, post_comment_reply, post_detail, post_feed,
    post_related, suggest_word, user_collection, user_collects, user_collects_video, user_follower, user_following,
    user_like, user_live, user_live_by_room, user_mix, user_music_collection, user_post, user_profile,
};

/// A page.
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

/// Where an order stands, and how its answers are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Where the last page stood; nothing at the beginning.
    pub progress: Option<Progress>,
    /// Whether what the site sent is wanted too.
    pub raw: bool,
}

/// The next page of `order`.
pub async fn sheet(
    site: &Douyin,
    visitor: &Visitor,
    order: &Order,
    (wants, standing): (Wants, Standing),
) -> Result<Sheet, Refusal> {
    let refused = |why: &dyn std::fmt::Display| Refusal::new(Class::Local, "douyin", why);
    let kind = order.check().map_err(|bad| refused(&bad))?;
    let way = Way { site, visitor, wants, standing };
    let id = order.id.as_str();
    match order.mode {
        Mode::Profile => way.one(&user_profile::Request { sec_user_id: id }).await,
        Mode::One => way.one(&post_detail::Request { aweme_id: id }).await,
        Mode::Live if kind == Some(Kind::Room) => way.one(&user_live_by_room::Request { room_id: id }).await,
        Mode::Live => way.one(&user_live::Request { web_rid: id }).await,
        Mode::Post => way.list(user_post::Request::first(id)).await,
        Mode::Like => way.list(user_like::Request::first(id)).await,
        Mode::Collection => way.list(user_collection::Request::first()).await,
        Mode::Collects => way.list(user_collects::Request::first()).await,
        Mode::Folder => way.list(user_collects_video::Request::first(id)).await,
        Mode::Music => way.list(user_music_collection::Request::first()).await,
        Mode::Mix => way.mix(id).await,
        Mode::Related => way.list(post_related::Request::first(id)).await,
        Mode::Feed => way.list(post_feed::Request::first()).await,
        Mode::Friend => way.list(friend_feed::Request::first()).await,
        Mode::Following => {
            let first = user_following::Request::first("", id);
            way.list(user_following::Request { source_type: order.source_type.unwrap_or(first.source_type), ..first })
                .await
        }
        Mode::Follower => {
            let first = user_follower::Request::first("", id);
            way.list(user_follower::Request { source_type: order.source_type.unwrap_or(first.source_type), ..first })
                .await
        }
        Mode::Comments => way.list(post_comment::Request::first(id)).await,
        Mode::Replies => way.list(post_comment_reply::Request::first(id, &order.comment)).await,
        Mode::Search => way.search(id, &order.keyword).await,
        Mode::Suggest => way.list(suggest_word::Request::first(Encoded::text(&order.keyword))).await,
        Mode::FollowingLives => way.list(following_user_live::Request).await,
    }
}

struct Way<'a> {
    site: &'a Douyin,
    visitor: &'a Visitor,
    wants: Wants,
    standing: Standing,
}

impl Way<'_> {
    /// The only page of what is no list.
    async fn one<E: Endpoint>(&self, request: &E) -> Result<Sheet, Refusal> {
        if self.standing.progress.as_ref().is_some_and(|progress| progress.ended.is_some()) {
            return Err(Refusal::new(Class::Local, "douyin", "it has ended"));
        }
        let fetched = self.site.ask(self.visitor, request).await?;
        let raw =
            if self.standing.raw { serde_json::from_slice(fetched.raw()).into_iter().collect() } else { Vec::new() };
        Ok(Sheet { items: vec![fetched.content.to_dict()], raw, progress: Progress::of_one() })
    }

    /// The next page of a list.
    async fn list<L: Listing>(&self, request: L) -> Result<Sheet, Refusal> {
        let local = |why: &dyn std::fmt::Display| Refusal::new(Class::Local, L::PLACE.name, why);
        let mut walk = match self.standing.progress.clone() {
            None => Walk::new(request, self.wants),
            Some(progress) => Walk::resumed(request, self.wants, progress)
                .ok_or_else(|| local(&"what was written down is of another list"))?,
        };
        let leaf = walk.next(self.site, self.visitor).await?;
        let leaf = leaf.ok_or_else(|| local(&"the list has ended"))?;
        let taken = |at: &usize| leaf.taken.binary_search(at).is_ok();
        let rows = leaf.fetched.content.to_list().into_iter().enumerate();
        let items = rows.filter(|(at, _)| taken(at)).map(|(_, row)| row).collect();
        let raw = if self.standing.raw {
            let reading = leaf.fetched.reading().map_err(|bad: BadAnswer| local(&bad))?;
            let rows = reading.raw_rows().enumerate().filter(|(at, _)| taken(at));
            rows.filter_map(|(_, text)| serde_json::from_str(text).ok()).collect()
        } else {
            Vec::new()
        };
        Ok(Sheet { items, raw, progress: walk.progress().clone() })
    }

    /// The posts of a mix, by its id or by that of a post in it: nothing in an id tells the one from the other.
    async fn mix(&self, id: &str) -> Result<Sheet, Refusal> {
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
    async fn search(&self, id: &str, keyword: &str) -> Result<Sheet, Refusal> {
        if let Some(uid) = self.subject() {
            return self.list_of(uid, home_post_search::Request::first(Encoded::text(keyword), uid)).await;
        }
        let profile = self.site.ask(self.visitor, &user_profile::Request { sec_user_id: id }).await?;
        let uid = profile.content.uid.as_str().unwrap_or_default();
        self.list_of(&uid, home_post_search::Request::first(Encoded::text(keyword), &uid)).await
    }

    /// What was found out before the first page.
    fn subject(&self) -> Option<&str> {
        self.standing.progress.as_ref()?.subject.as_deref()
    }

    /// The next page of a list of `subject`, which is not asked for again on the pages after it.
    async fn list_of<L: Listing>(&self, subject: &str, request: L) -> Result<Sheet, Refusal> {
        let mut sheet = self.list(request).await?;
        sheet.progress.subject = Some(subject.to_owned());
        Ok(sheet)
    }
}
