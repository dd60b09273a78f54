//! One thing that was looked at, as a person and a program are told of it.

use crate::domain::Advice;

/// Why something was not looked at that stands in the database.
pub(super) const UNREAD: &str = "the database could not be read";

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Row {
    /// What.
    pub name: &'static str,
    /// Whether it is well; nothing when it could not be looked at.
    pub ok: Option<bool>,
    /// What was seen.
    pub detail: String,
    /// What to do about it.
    #[serde(rename = "do")]
    pub advice: Option<Advice>,
}

impl Row {
    /// What is well.
    pub(super) fn well(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, ok: Some(true), detail: detail.into(), advice: None }
    }

    /// What is not, and what to do about it.
    pub(super) fn ill(name: &'static str, detail: impl Into<String>, advice: Advice) -> Self {
        Self { name, ok: Some(false), detail: detail.into(), advice: Some(advice) }
    }

    /// What could not be looked at.
    pub(super) fn not_run(name: &'static str, why: &str) -> Self {
        Self { name, ok: None, detail: format!("not run: {why}"), advice: None }
    }
}
