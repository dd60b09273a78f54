//! What is asked of the simulated site, once it has been let in.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

use super::cast::{Cast, Creator, Work};
use super::change::Lost;
use super::show::{Files, Written};

/// A question, and who asks.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// The parameters, undone.
    pub(super) parameters: Vec<(String, String)>,
    /// Whether the one whose login is known asks.
    pub(super) is_owner: bool,
    pub(super) cast: &'a Cast,
    pub(super) written: &'a Written,
    /// How lists lie, when they do.
    pub(super) lost: Option<Lost>,
    pub(super) files: Files<'a>,
}

/// What is answered: the fields behind `status_code`, or a code and what it means.
pub(super) type Told = Result<String, (i64, &'static str)>;

/// A parameter is wrong.
pub(super) const WRONG: (i64, &str) = (5, "参数不合法");
/// Nobody may see it.
pub(super) const HIDDEN: (i64, &str) = (2096, "由于对方的隐私设置，你无法查看");
/// Nobody is logged in.
pub(super) const NO_LOGIN: (i64, &str) = (8, "用户未登录");

impl Asked<'_> {
    /// A parameter; empty when it is not there.
    pub(super) fn text(&self, name: &str) -> &str {
        self.parameters.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// A whole number.
    pub(super) fn number(&self, name: &str) -> Result<u64, (i64, &'static str)> {
        self.text(name).parse().map_err(|_| WRONG)
    }

    /// How many are wanted.
    pub(super) fn count(&self) -> Result<u64, (i64, &'static str)> {
        self.number("count").ok().filter(|count| (1..=50).contains(count)).ok_or(WRONG)
    }

    /// How many of `all` rows a list shows now.
    pub(super) fn shown(&self, all: u64) -> u64 {
        self.lost.map_or(all, |lost| lost.shown(all))
    }

    /// Whose.
    pub(super) fn creator(&self) -> Result<&Creator, (i64, &'static str)> {
        let named = self.cast.named(self.text("sec_user_id"), self.text("user_id")).ok_or(WRONG)?;
        if self.lost == Some(Lost::Others) {
            return self.cast.creator(named.index + 1).ok_or(WRONG);
        }
        Ok(named)
    }

    /// Which work.
    pub(super) fn asked_work(&self) -> Option<Work<'_>> {
        let work = self.cast.work(self.text("aweme_id"))?;
        Some(if self.lost == Some(Lost::Others) { work.creator.work(work.index + 1) } else { work })
    }

    /// The text of a work.
    pub(super) fn work(&self, work: &Work<'_>) -> Arc<str> {
        self.written.work(work, &self.files)
    }

    /// A list of works under `name`, and `more` fields behind it.
    pub(super) fn works<'w>(&self, works: impl Iterator<Item = Work<'w>>, more: &Value) -> String {
        let works: Vec<Arc<str>> = works.map(|work| self.work(&work)).collect();
        format!("\"aweme_list\":[{}]{}", works.join(","), fields(more))
    }
}

/// The fields of an object as they stand behind others.
pub(super) fn fields(object: &Value) -> String {
    let mut text = String::new();
    for (name, value) in object.as_object().into_iter().flatten() {
        let _never_fails = write!(text, ",{}:{value}", Value::from(name.as_str()));
    }
    text
}

/// Undoes the percent encoding of a value; what is none stays.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%').and_then(|two| str::from_utf8(two).ok());
        if let Some(byte) = digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
