//! The kinds of values a key can have, and how each is read and refused.
//!
//! A refusal names what was given (shortened; never when it could hold a secret), why it does not fit, and what would.
//! The same readers serve the file, the environment and the flags, so that a value means the same wherever it stands.

use std::borrow::Cow;
use std::time::Duration;

use toml::de::DeValue;

use super::size::parse_size;
use super::value::Value;
use crate::advice::{self, Advice};
use crate::domain::time::parse_duration;

/// What a key may hold.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `true` or `false`.
    Flag,
    /// A whole number within bounds.
    Count(u64, u64),
    /// A whole number within bounds that may lie below zero.
    Level(i64, i64),
    /// A duration within bounds, which are written as durations.
    Span(&'static str, &'static str),
    /// The same; a bare number counts days.
    Days(&'static str, &'static str),
    /// An amount of bytes within bounds, which are written as amounts.
    Size(&'static str, &'static str),
    /// One of a few words; and words that will be allowed once they are built.
    Choice(&'static [&'static str], &'static [&'static str]),
    /// A text with a form.
    Text(Form),
    /// A list of texts, each with the form.
    List(Form),
}

/// The form of a text.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// What is wanted, for the advice.
    pub wanted: &'static str,
    /// Whether a refusal may repeat what was given.
    pub open: bool,
    /// Reads the text, or says why not.
    pub read: fn(&str) -> Result<Value, String>,
}

/// A value that its key does not take.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The value, or the one item of a list, when it may be repeated.
    shown: Option<String>,
    /// What it is to the key: `is`, or `holds` for an item of a list.
    verb: &'static str,
    why: String,
}

impl Wrong {
    fn new(given: &DeValue<'_>, why: impl Into<String>) -> Self {
        Self { shown: Some(show(given)), verb: "is", why: why.into() }
    }

    /// What is wrong with `key`, and what to give instead.
    pub(super) fn say(&self, key: &str, kind: Kind, default: Option<&str>) -> (String, Advice) {
        let message = match &self.shown {
            Some(shown) => format!("{key} {} {shown}: {}", self.verb, self.why),
            None => format!("{key} cannot be used: {}", self.why),
        };
        let wanted = kind.wanted();
        let advice = match default {
            Some(default) => advice::config::give_or_default(&wanted, default),
            None => advice::config::give(&wanted),
        };
        (message, advice)
    }
}

impl Kind {
    /// What may be given, as the object of "give".
    pub fn wanted(self) -> String {
        match self {
            Self::Flag => "true or false".to_owned(),
            Self::Count(least, most) => format!("a whole number from {least} to {most}"),
            Self::Level(least, most) => format!("a whole number from {least} to {most}"),
            Self::Span(least, most) => format!("a duration in quotes from \"{least}\" to \"{most}\""),
            Self::Days(least, most) => {
                format!("a number of days, or a duration in quotes from \"{least}\" to \"{most}\"")
            }
            Self::Size(least, most) => format!("an amount in quotes from \"{least}\" to \"{most}\""),
            Self::Choice(words, _) => {
                let words: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
                words.join(" or ")
            }
            Self::Text(form) => form.wanted.to_owned(),
            Self::List(form) => format!("a list in brackets, each {}", form.wanted),
        }
    }

    /// Reads a value as TOML gave it.
    pub(super) fn read(self, given: &DeValue<'_>) -> Result<Value, Wrong> {
        match self {
            Self::Flag => given.as_bool().map(Value::Flag).ok_or_else(|| mismatch(given, "true or false")),
            Self::Count(least, most) => read_count(given, least, most),
            Self::Level(least, most) => read_level(given, least, most),
            Self::Span(least, most) => read_span(given, least, most),
            Self::Days(least, most) => read_days(given, least, most),
            Self::Size(least, most) => read_size(given, least, most),
            Self::Choice(words, later) => read_choice(given, words, later),
            Self::Text(form) => read_text(given, form),
            Self::List(form) => read_list(given, form),
        }
    }

    /// Reads a value from the environment or a flag: as TOML, else as text.
    pub(super) fn read_text(self, given: &str) -> Result<Value, Wrong> {
        let as_text = || self.read(&DeValue::String(Cow::Borrowed(given)));
        match DeValue::parse(given) {
            Ok(value) => self.read(value.get_ref()).or_else(|wrong| as_text().map_err(|_| wrong)),
            Err(_) => as_text(),
        }
    }
}

fn mismatch(given: &DeValue<'_>, wanted: &str) -> Wrong {
    Wrong::new(given, format!("{} stands where {wanted} is wanted", named(given)))
}

fn read_count(given: &DeValue<'_>, least: u64, most: u64) -> Result<Value, Wrong> {
    let number = given.as_integer().ok_or_else(|| mismatch(given, "a whole number"))?;
    match u64::from_str_radix(number.as_str(), number.radix()) {
        Ok(number) if number < least => Err(Wrong::new(given, format!("the least is {least}"))),
        Ok(number) if number <= most => Ok(Value::Count(number)),
        Err(_) if number.as_str().starts_with('-') => Err(Wrong::new(given, format!("the least is {least}"))),
        Ok(_) | Err(_) => Err(Wrong::new(given, format!("the most is {most}"))),
    }
}

fn read_level(given: &DeValue<'_>, least: i64, most: i64) -> Result<Value, Wrong> {
    let number = given.as_integer().ok_or_else(|| mismatch(given, "a whole number"))?;
    let wrong = Wrong::new(given, format!("it has to lie between {least} and {most}"));
    match i64::from_str_radix(number.as_str(), number.radix()) {
        Ok(number) if (least..=most).contains(&number) => Ok(Value::Level(number)),
        _ => Err(wrong),
    }
}

fn read_days(given: &DeValue<'_>, least: &str, most: &str) -> Result<Value, Wrong> {
    let Some(number) = given.as_integer() else { return read_span(given, least, most) };
    let days = DeValue::String(Cow::Owned(format!("{}d", number.as_str())));
    read_span(&days, least, most).map_err(|wrong| Wrong::new(given, wrong.why))
}

fn read_span(given: &DeValue<'_>, least: &str, most: &str) -> Result<Value, Wrong> {
    let text = given.as_str().ok_or_else(|| mismatch(given, "a duration in quotes with its unit"))?;
    let unreadable = "a whole number and one of ms s m h d is wanted";
    let span = parse_duration(text).map_err(|_| Wrong::new(given, unreadable))?;
    let bound = |text| parse_duration(text).unwrap_or(Duration::ZERO);
    if span < bound(least) {
        return Err(Wrong::new(given, format!("the least is \"{least}\"")));
    }
    if span > bound(most) {
        return Err(Wrong::new(given, format!("the most is \"{most}\"")));
    }
    Ok(Value::Span(span, text.to_owned()))
}

fn read_size(given: &DeValue<'_>, least: &str, most: &str) -> Result<Value, Wrong> {
    let text = given.as_str().ok_or_else(|| mismatch(given, "an amount in quotes with its unit"))?;
    let bytes = parse_size(text).map_err(|why| Wrong::new(given, why.to_string()))?;
    let bound = |text| parse_size(text).unwrap_or_default();
    if bytes < bound(least) {
        return Err(Wrong::new(given, format!("the least is \"{least}\"")));
    }
    if bytes > bound(most) {
        return Err(Wrong::new(given, format!("the most is \"{most}\"")));
    }
    Ok(Value::Size(bytes, text.to_owned()))
}

fn read_choice(given: &DeValue<'_>, words: &[&str], later: &[&str]) -> Result<Value, Wrong> {
    let word = given.as_str().ok_or_else(|| mismatch(given, "a word in quotes"))?;
    if words.contains(&word) {
        return Ok(Value::Text(word.to_owned()));
    }
    Err(Wrong::new(given, if later.contains(&word) { "it is not built yet" } else { "it is none of the known words" }))
}

fn read_text(given: &DeValue<'_>, form: Form) -> Result<Value, Wrong> {
    let text = given.as_str().ok_or_else(|| mismatch(given, "a text in quotes"));
    let read = text.and_then(|text| (form.read)(text).map_err(|why| Wrong::new(given, why)));
    read.map_err(|wrong| Wrong { shown: wrong.shown.filter(|_| form.open), ..wrong })
}

fn read_list(given: &DeValue<'_>, form: Form) -> Result<Value, Wrong> {
    let items = given.as_array().ok_or_else(|| mismatch(given, "a list in brackets"))?;
    let read = items.iter().map(|item| match read_text(item.get_ref(), form)? {
        Value::Text(text) => Ok(text),
        other => Ok(other.show()),
    });
    let mut texts: Vec<String> = Vec::new();
    for text in read {
        let text = text.map_err(|wrong: Wrong| Wrong { verb: "holds", ..wrong })?;
        if texts.contains(&text) {
            return Err(Wrong { shown: Some(quote(&text)), verb: "holds", why: "it stands there twice".to_owned() });
        }
        texts.push(text);
    }
    Ok(Value::List(texts))
}

/// What a value is called in a sentence.
pub(super) fn named(given: &DeValue<'_>) -> &'static str {
    match given {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn show(given: &DeValue<'_>) -> String {
    match given {
        DeValue::String(text) if text.contains('@') => "`\"…\"`".to_owned(),
        DeValue::String(text) => quote(text),
        DeValue::Integer(number) => format!("`{}`", shorten(number.as_str())),
        DeValue::Float(number) => format!("`{}`", shorten(number.as_str())),
        DeValue::Boolean(yes) => format!("`{yes}`"),
        DeValue::Datetime(at) => format!("`{at}`"),
        DeValue::Array(_) | DeValue::Table(_) => named(given).to_owned(),
    }
}

fn quote(text: &str) -> String {
    format!("`\"{}\"`", shorten(text))
}

/// At most 60 characters of what a person wrote, on one line and without control characters.
pub(super) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}
