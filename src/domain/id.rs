//! Ids as types that do not mix, made by one small macro.
//!
//! Ours are UUIDs of version 7: they sort by birth, so a page of a listing can go on from the last id it showed.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no id, such as 01a1fef8-8e11-7000-b710-236fbde85b7e: copy one from a listing")]
pub struct NoId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NoId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self).map_err(|_| NoId)
            }
        }
    )*};
}

ids! {
    /// An alarm: something a person should know.
    AlarmId;
    /// A job: one durable unit of work.
    JobId;
    /// An API key.
    KeyId;
}
