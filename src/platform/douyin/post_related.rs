//! Posts like one post. What was shown already is named, so that it does not come again. Reads like posts of a creator.

use super::ask::{Base, Encoded, Endpoint, Method, Place, Query, Site};
use super::list::{Keyed as _, Listing, Turn};
use super::post_feed::NOT_THE_CLIENT;
use super::read::Reading;

pub use super::user_post::Answer;
use super::user_post::{Post, PostHead};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Like which.
    pub aweme_id: &'a str,
    /// How many.
    pub count: u32,
    /// The ids that were shown already, with commas.
    pub filter_gids: Encoded,
}

impl<'a> Request<'a> {
    /// The first page, as a page of the site asks for it.
    pub fn first(aweme_id: &'a str) -> Self {
        Self { aweme_id, count: 20, filter_gids: Encoded::ready(&format!("{aweme_id},")) }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "post_related",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/aweme/related/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("aweme_id", self.aweme_id);
        query.put("count", self.count);
        query.put("filterGids", &self.filter_gids);
        query.put("awemePcRecRawData", Encoded::text(NOT_THE_CLIENT));
        query.put("sub_channel_id", 3);
    }
}

impl Listing for Request<'_> {
    type Head = PostHead;
    type Row = Post;

    const IS_ENDLESS: bool = true;

    fn ask_for(&mut self, count: u32) {
        self.count = count;
    }

    fn mark(&self) -> String {
        self.filter_gids.to_string()
    }

    fn go_to(&mut self, mark: &str) -> Option<()> {
        let is_list = mark.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
        is_list.then(|| self.filter_gids = Encoded::ready(mark))
    }

    /// All that was shown is named again, as far as an address holds it: a page that forgets is shown the same again.
    fn turn(&mut self, page: &Reading<Answer>) -> Turn {
        let known = self.filter_gids.to_string();
        let known = known.split(',').filter(|id| !id.is_empty()).map(str::to_owned);
        let new = page.rows().filter_map(|row| Some(Post::key(row)?.into_owned()));
        let ids: Vec<String> = known.chain(new).collect();
        let latest = ids.get(ids.len().saturating_sub(MOST_NAMED)..).unwrap_or_default();
        self.filter_gids = Encoded::ready(&latest.join(","));
        Turn::of(page.content.head.has_more.is_on())
    }
}

/// How many ids are named as shown.
const MOST_NAMED: usize = 50;
