//! What is asked: a mode and what it is about, checked before anybody is asked.

use serde::{Deserialize, Serialize};

use crate::domain::Mode;
use crate::platform::douyin::link::Kind;

/// A mode, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The mode.
    pub mode: Mode,
    /// The id of the creator, the post, the mix, the folder or the room.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The comment whose answers are asked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// The words that are looked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub keyword: String,
    /// The post at which a list of posts begins.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// In which order people are listed: 1 the newest first, 3 the oldest first, 4 as the page has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_type: Option<u32>,
}

/// An order that nobody can follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadOrder {
    /// It is about nothing.
    #[error("the mode `{mode}` needs {what}")]
    Missing {
        /// The mode.
        mode: Mode,
        /// What it needs.
        what: &'static str,
    },
    /// It cannot begin there.
    #[error("the mode `{mode}` cannot begin at `{from}`: only `post` can, at the id of a post")]
    From {
        /// The mode.
        mode: Mode,
        /// What was given.
        from: String,
    },
    /// It is about something else.
    #[error("`{id}` is nothing that the mode `{mode}` is about")]
    Other {
        /// The mode.
        mode: Mode,
        /// What was given.
        id: String,
    },
}

impl Order {
    /// An order about `id`, or about nothing when it is empty.
    pub fn new(mode: Mode, id: impl Into<String>) -> Self {
        let (comment, keyword, from) = (String::new(), String::new(), String::new());
        Self { mode, id: id.into(), comment, keyword, from, source_type: None }
    }

    /// The kind of what it is about; nothing when it is about the login, or about words.
    pub fn check(&self) -> Result<Option<Kind>, BadOrder> {
        let mode = self.mode;
        let missing = |what| Err(BadOrder::Missing { mode, what });
        if self.keyword.is_empty() && matches!(mode, Mode::Search | Mode::Suggest) {
            return missing("words to look for");
        }
        let can_begin = self.from.is_empty() || (mode == Mode::Post && Kind::Work.is_of(&self.from));
        if !can_begin {
            return Err(BadOrder::From { mode, from: self.from.chars().take(80).collect() });
        }
        if mode == Mode::Replies && !is_number(&self.comment) {
            return missing("the id of a comment");
        }
        if mode == Mode::Folder && !is_number(&self.id) {
            return missing("the id of a folder, which the mode `collects` lists");
        }
        if mode.about().is_empty() {
            return Ok(None);
        }
        if self.id.is_empty() {
            return missing("a link, or the id that stands in one");
        }
        let kind = mode.about().iter().find(|kind| kind.is_of(&self.id));
        kind.map(|kind| Some(*kind)).ok_or_else(|| BadOrder::Other { mode, id: self.id.chars().take(80).collect() })
    }
}

fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "MS4wLjABAAAAQDxwpjX_D8UT8PDQSXrPVed5HjrAoVrtyzpnVs-i4K9";

    #[test]
    fn an_order_without_what_it_is_about_is_refused() {
        let why = |order: Order| order.check().unwrap_err().to_string();
        assert_eq!(why(Order::new(Mode::Post, "")), "the mode `post` needs a link, or the id that stands in one");
        assert_eq!(why(Order::new(Mode::Post, "7")), "`7` is nothing that the mode `post` is about");
        assert!(why(Order::new(Mode::Search, "")).ends_with("words to look for"));
        assert!(why(Order::new(Mode::Replies, "7400000000000000001")).ends_with("the id of a comment"));
        assert!(why(Order::new(Mode::Folder, "x")).contains("`collects`"));
        let from = |mode, from: &str| Order { from: from.to_owned(), ..Order::new(mode, USER) }.check();
        assert_eq!(from(Mode::Post, "7400000003239991803"), Ok(Some(Kind::User)));
        assert!(from(Mode::Post, "x").unwrap_err().to_string().contains("cannot begin at `x`"));
        assert!(from(Mode::Like, "7400000003239991803").is_err());
        assert_eq!(Order::new(Mode::Live, USER).check(), Ok(Some(Kind::User)));
        assert_eq!(Order::new(Mode::Feed, "").check(), Ok(None));
        assert_eq!(Order::new(Mode::Live, "775841227732").check(), Ok(Some(Kind::Live)));
        assert_eq!(Order::new(Mode::Live, "7318296342189919011").check(), Ok(Some(Kind::Room)));
        assert_eq!(Order::new(Mode::Mix, "7318296342189919011").check(), Ok(Some(Kind::Mix)));
    }
}
