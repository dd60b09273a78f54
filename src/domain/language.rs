//! The languages of what people read.

use std::str::FromStr;

/// A language of pages and advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 1] = [Self::En];
    /// Their words in settings.
    pub const NAMES: &'static [&'static str] = &[Self::En.as_str()];

    /// The word that stands in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
        }
    }
}

/// A word that is no language of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language of radard: it speaks en")]
pub struct UnknownLanguage(pub String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.as_str() == word).ok_or_else(|| UnknownLanguage(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_reads_back_what_it_writes() {
        for language in Language::ALL {
            assert_eq!(language.as_str().parse(), Ok(language));
        }
        assert_eq!(Language::ALL.map(Language::as_str), *Language::NAMES);
        assert!("tlh".parse::<Language>().is_err());
    }
}
