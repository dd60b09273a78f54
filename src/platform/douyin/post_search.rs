//! The general search. Nothing of it is read: the answer is kept as it is.

use super::ask::{Base, Encoded, Endpoint, Method, Place, Query, Site};
use super::read::Unread;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// What for.
    pub keyword: Encoded,
    /// Filters, as the page writes them; empty for none.
    pub filter_selected: Encoded,
    /// Where the search began: `normal_search`, `search_sug`, `tab_search`, `guide_search`, `hot_search_board`.
    pub search_source: &'a str,
    /// The id of the search that goes on; empty at its beginning.
    pub search_id: &'a str,
    /// How many to pass over.
    pub offset: u64,
    /// How many.
    pub count: u32,
}

impl Request<'_> {
    /// The first page, as a page of the site asks for it.
    pub fn first(keyword: Encoded) -> Self {
        Self { keyword, filter_selected: Encoded::default(), search_source: "normal_search", search_id: "", offset: 0, count: 15 }
    }
}

impl Endpoint for Request<'_> {
    type Answer = Unread;

    const PLACE: Place = Place {
        name: "post_search",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/general/search/single/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("search_channel", "aweme_general");
        query.put("filter_selected", &self.filter_selected);
        query.put("keyword", &self.keyword);
        query.put("search_source", self.search_source);
        query.put("search_id", self.search_id);
        query.put("query_correct_type", 1);
        query.put("is_filter_search", 0);
        query.put("from_group_id", "");
        query.put("offset", self.offset);
        query.put("count", self.count);
        query.put("need_filter_settings", 1);
    }
}
