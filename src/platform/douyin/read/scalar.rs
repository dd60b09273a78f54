//! Single values as they were sent, and what each field expects of them.
//!
//! The platform sends the same field as a number here and as a text there, and 0 and 1 for no and yes. What was sent is
//! kept and shown as it was; what a field means is asked of its type.

use std::borrow::Cow;

use serde_json::{Number, Value as Shown};

use crate::wire::json::Value;

/// A text, a number, or yes and no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
    /// Yes or no.
    Truth(bool),
}

impl Scalar {
    /// What was sent; nothing for lists, objects, `null` and what is not there.
    pub fn of(value: Value<'_>) -> Option<Self> {
        if let Some(text) = value.text() {
            return Some(Self::Text(text.into_owned()));
        }
        match value.number() {
            Some(digits) => Some(number(digits)),
            None => value.truth().map(Self::Truth),
        }
    }

    /// The same in a view.
    pub fn show(&self) -> Shown {
        match self {
            Self::Text(text) => Shown::from(text.as_str()),
            Self::Number(number) => Shown::Number(number.clone()),
            Self::Truth(yes) => Shown::from(*yes),
        }
    }
}

/// A whole number too long for any machine word stays whole as a text.
fn number(digits: &str) -> Scalar {
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let number = if whole {
        digits.parse::<i64>().map(Number::from).ok().or_else(|| digits.parse::<u64>().map(Number::from).ok())
    } else {
        digits.parse().ok().and_then(Number::from_f64)
    };
    number.map_or_else(|| Scalar::Text(digits.to_owned()), Scalar::Number)
}

/// Writes the types of fields that are one value.
macro_rules! scalars {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name(pub Option<Scalar>);
    )+};
}

scalars! {
    /// An id: a text, or a number that is meant as one.
    Id;
    /// How many, how long, which sort.
    Count;
    /// Yes or no.
    Flag;
    /// A text.
    Text;
}

impl Id {
    /// The id as a text.
    pub fn as_str(&self) -> Option<Cow<'_, str>> {
        match &self.0 {
            Some(Scalar::Text(text)) => Some(Cow::Borrowed(text)),
            Some(Scalar::Number(number)) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }
}

impl Count {
    /// The number, however it was sent.
    pub fn value(&self) -> Option<i64> {
        match &self.0 {
            Some(Scalar::Number(number)) => number.as_i64(),
            Some(Scalar::Text(text)) => text.trim().parse().ok(),
            Some(Scalar::Truth(yes)) => Some(i64::from(*yes)),
            None => None,
        }
    }
}

impl Flag {
    /// Yes or no, however it was sent.
    pub fn is_on(&self) -> Option<bool> {
        match &self.0 {
            Some(Scalar::Truth(yes)) => Some(*yes),
            Some(Scalar::Number(number)) => number.as_i64().map(|number| number != 0),
            Some(Scalar::Text(text)) => match text.as_str() {
                "1" | "true" => Some(true),
                "0" | "false" => Some(false),
                _ => None,
            },
            None => None,
        }
    }
}

impl Text {
    /// The text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Some(Scalar::Text(text)) => Some(text),
            _ => None,
        }
    }
}
