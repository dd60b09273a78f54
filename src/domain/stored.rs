//! A word in a row that a newer version may have written.

use std::fmt;
use std::str::FromStr;

/// A word that this version knows, or one that it does not: that one is kept and shown as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored<T> {
    /// A word of this version.
    Known(T),
    /// A word of another version.
    Other(String),
}

impl<T> Stored<T> {
    /// The word, if this version knows it.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(known) => Some(known),
            Self::Other(_) => None,
        }
    }
}

impl<T: AsRef<str>> Stored<T> {
    /// The word as the row has it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(known) => known.as_ref(),
            Self::Other(word) => word,
        }
    }
}

impl<T: FromStr> From<String> for Stored<T> {
    fn from(word: String) -> Self {
        word.parse().map_or(Self::Other(word), Self::Known)
    }
}

impl<T: PartialEq> PartialEq<T> for Stored<T> {
    fn eq(&self, word: &T) -> bool {
        self.known() == Some(word)
    }
}

impl<T: AsRef<str>> fmt::Display for Stored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<T: AsRef<str>> serde::Serialize for Stored<T> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alarm::AlarmName;

    #[test]
    fn a_word_of_another_version_is_kept_and_shown() {
        let known = Stored::from("disk_low".to_owned());
        assert!(known == AlarmName::DiskLow && known.as_str() == "disk_low", "{known}");
        let other = Stored::<AlarmName>::from("of_a_later_version".to_owned());
        assert_eq!((other.known(), other.to_string().as_str()), (None, "of_a_later_version"));
        assert_eq!(serde_json::to_string(&[known, other]).unwrap(), r#"["disk_low","of_a_later_version"]"#);
    }
}
