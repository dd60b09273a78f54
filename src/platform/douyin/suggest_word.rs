//! The words that the search box suggests.

use super::ask::{Base, Encoded, Endpoint, Method, Place, Query, Site};
use super::list::{Keyed, Listing, Turn};
use super::read::{Id, Page, Reading, Text, record};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What was typed.
    pub query: Encoded,
    /// How many.
    pub count: u32,
}

impl Request {
    /// The first page, as a page of the site asks for it.
    pub fn first(query: Encoded) -> Self {
        Self { query, count: 8 }
    }
}

impl Endpoint for Request {
    type Answer = Answer;

    const PLACE: Place = Place {
        name: "suggest_word",
        method: Method::Get,
        site: Site::Web,
        path: "/aweme/v1/web/api/suggest_words/",
        base: Base::Web,
    };

    fn own(&self, query: &mut Query) {
        query.put("query", &self.query);
        query.put("count", self.count);
        query.put("business_id", 30068);
        query.put("from_group_id", "");
        query.put("rsp_source", "");
        query.put("penetrate_params", Encoded::text("{}"));
    }
}

impl Listing for Request {
    type Head = SuggestHead;
    type Row = Word;

    fn ask_for(&mut self, count: u32) {
        self.count = count;
    }

    fn mark(&self) -> String {
        String::new()
    }

    fn go_to(&mut self, mark: &str) -> Option<()> {
        mark.is_empty().then_some(())
    }

    /// It is one page.
    fn turn(&mut self, _page: &Reading<Answer>) -> Turn {
        Turn::End
    }
}

record! {
    /// What is said of the suggestions.
    SuggestHead at "" in rows: ["status_msg"] {
        status_msg: Text = "$.msg";
    }
}

record! {
    /// One suggestion.
    Word at "data[0].words" {
        suggest_word_id: Id = "id";
        suggest_word: Text = "word";
    }
}

impl Keyed for Word {
    const KEY: &'static str = "id";
}

/// What this endpoint answers.
pub type Answer = Page<SuggestHead, Word>;
