//! A checked value before it has its final type.
//!
//! Between the text a person wrote and the typed section stands one small enum, so that layers, origins and the drift
//! test can treat all keys alike. [`FromValue`] turns it into the type that a section's field asks for.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::place::Place;
use super::size::LowWater;
use super::url::holds_password;
use crate::domain::{Language, Secret};

/// What a key can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Count(u64),
    /// A whole number that may lie below zero.
    Level(i64),
    /// A duration, and how it was written.
    Span(Duration, String),
    /// An amount of bytes, and how it was written.
    Size(u64, String),
    /// A text.
    Text(String),
    /// Texts.
    List(Vec<String>),
    /// An address to listen on.
    Address(SocketAddr),
    /// Permission bits.
    Mode(u32),
    /// A low water mark.
    LowWater(LowWater),
    /// Where the database is; nothing means the file in the data directory.
    Database(Option<Secret<String>>),
}

impl Value {
    /// The value as it would be written in the file; a secret is three dots.
    pub(super) fn show(&self) -> String {
        let quoted = |text: String| toml::Value::String(text).to_string();
        match self {
            Self::Flag(yes) => yes.to_string(),
            Self::Count(number) => number.to_string(),
            Self::Level(number) => number.to_string(),
            Self::Text(text) | Self::Span(_, text) | Self::Size(_, text) => quoted(text.clone()),
            Self::List(items) => toml::Value::from(items.clone()).to_string(),
            Self::Address(address) => quoted(address.to_string()),
            Self::Mode(bits) => quoted(format!("{bits:04o}")),
            Self::LowWater(mark) => quoted(mark.to_string()),
            Self::Database(None) => quoted(String::new()),
            Self::Database(Some(url)) if holds_password(url.reveal()) => quoted("…".to_owned()),
            Self::Database(Some(url)) => quoted(url.reveal().clone()),
        }
    }
}

/// A type that a field of a section can have.
pub(super) trait FromValue: Sized {
    /// The typed value; nothing when the kind is another.
    fn from_value(value: &Value) -> Option<Self>;
}

/// Implements [`FromValue`] for a type that takes exactly what one pattern gives.
macro_rules! from_value {
    ($($ty:ty: $($pattern:pat_param)|+ => $given:expr;)+) => {$(
        impl FromValue for $ty {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    $($pattern)|+ => $given,
                    _ => None,
                }
            }
        }
    )+};
}

from_value! {
    bool: Value::Flag(yes) => Some(*yes);
    u64: Value::Count(n) | Value::Size(n, _) => Some(*n);
    u32: Value::Mode(n) => Some(*n);
    i64: Value::Level(n) => Some(*n);
    usize: Value::Count(n) => usize::try_from(*n).ok();
    Duration: Value::Span(span, _) => Some(*span);
    String: Value::Text(text) => Some(text.clone());
    Option<String>: Value::Text(text) => Some(Some(text.clone()).filter(|text| !text.is_empty()));
    Option<PathBuf>: Value::Text(text) => Some(Some(PathBuf::from(text)).filter(|_| !text.is_empty()));
    Vec<String>: Value::List(items) => Some(items.clone());
    SocketAddr: Value::Address(address) => Some(*address);
    LowWater: Value::LowWater(mark) => Some(*mark);
    Option<Secret<String>>: Value::Database(url) => Some(url.clone());
    Language: Value::Text(name) => name.parse().ok();
    tracing::Level: Value::Text(name) => name.parse().ok();
}

/// Writes an enum of words with its names.
macro_rules! words {
    ($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $doc:literal])+ $word:literal => $variant:ident;)+ }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $doc])+ $variant,)+ }

        impl $name {
            pub(super) const NAMES: &'static [&'static str] = &[$($word),+];

            /// The word that stands in settings.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl $crate::config::value::FromValue for $name {
            fn from_value(value: &$crate::config::value::Value) -> Option<Self> {
                match value {
                    $($crate::config::value::Value::Text(word) if word == $word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

pub(super) use words;

/// The value of each key so far, and which layer gave it.
#[derive(Debug, Default)]
pub(super) struct Values(pub(super) BTreeMap<&'static str, (Value, Place)>);

impl Values {
    /// The value of `key` in its final type; the key itself when this build cannot hold the value.
    pub(super) fn typed<T: FromValue>(&self, key: &'static str) -> Result<T, &'static str> {
        self.0.get(key).and_then(|(value, _)| T::from_value(value)).ok_or(key)
    }

    /// Where the value of `key` came from.
    pub(super) fn place(&self, key: &str) -> Place {
        self.0.get(key).map_or(Place::Default, |(_, place)| place.clone())
    }

    /// The value of `key` as it would be written.
    pub(super) fn show(&self, key: &str) -> String {
        self.0.get(key).map(|(value, _)| value.show()).unwrap_or_default()
    }
}
