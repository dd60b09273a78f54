//! What a person can do about something, in every language that radard speaks.
//!
//! The sentences stand in the catalogue, `crate::advice`. A second language is one field more here, and the catalogue
//! then does not compile until each of its keys has a text in it.

use std::borrow::Cow;
use std::fmt;

use super::language::Language;

/// What a person can do about something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    en: Cow<'static, str>,
}

impl Advice {
    /// Terminals, logs and programs read this one.
    const PLAIN: Language = Language::En;

    /// One sentence of the catalogue, which alone makes them.
    pub(crate) const fn of_catalogue(en: Cow<'static, str>) -> Self {
        Self { en }
    }

    /// Both, one behind the other.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self { en: format!("{}; {}", self.en, other.en).into() }
    }

    /// The words in `language`.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text(Self::PLAIN))
    }
}

impl From<Advice> for String {
    fn from(advice: Advice) -> Self {
        advice.text(Advice::PLAIN).to_owned()
    }
}

impl serde::Serialize for Advice {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.text(Self::PLAIN))
    }
}
