//! One value of a text that was read, or the fact that there is none.

use std::borrow::Cow;

use super::read::{Json, Kind, Node, Quoted};

/// A value, as cheap to copy as a reference. What was looked up in vain is a value too: it has nothing in it.
#[derive(Debug, Clone, Copy)]
pub struct Value<'d> {
    json: &'d Json,
    node: Option<&'d Node>,
}

impl Json {
    /// The whole of it.
    pub fn root(&self) -> Value<'_> {
        Value { json: self, node: Some(&self.root) }
    }
}

impl<'d> Value<'d> {
    /// The whole answer that it stands in.
    #[must_use]
    pub fn root(self) -> Self {
        self.json.root()
    }

    /// The member `name`; of several the last, as everywhere.
    #[must_use]
    pub fn get(self, name: &str) -> Self {
        let Some(Kind::Object(members)) = self.kind() else { return self.nothing() };
        let node = self.json.children(members).iter().rev().find(|node| self.json.says(node.key, name));
        Self { node, ..self }
    }

    /// The item at `place`, counted from 0.
    #[must_use]
    pub fn at(self, place: usize) -> Self {
        let Some(Kind::List(items)) = self.kind() else { return self.nothing() };
        Self { node: self.json.children(items).get(place), ..self }
    }

    /// The items of a list, or the values of an object.
    pub fn items(self) -> impl ExactSizeIterator<Item = Self> {
        let children = match self.kind() {
            Some(Kind::List(items) | Kind::Object(items)) => self.json.children(items),
            _ => &[],
        };
        children.iter().map(move |node| Self { node: Some(node), ..self })
    }

    /// Its name in the object that holds it.
    pub fn name(self) -> Cow<'d, str> {
        self.node.map_or(Cow::Borrowed(""), |node| self.json.string(node.key))
    }

    /// Whether there is such a value, be it `null`.
    pub const fn exists(self) -> bool {
        self.node.is_some()
    }

    /// Whether there is nothing: no such value, or `null`.
    pub fn is_nothing(self) -> bool {
        matches!(self.kind(), None | Some(Kind::Null))
    }

    /// Whether it is a list.
    pub fn is_list(self) -> bool {
        matches!(self.kind(), Some(Kind::List(..)))
    }

    /// The text of a string.
    pub fn text(self) -> Option<Cow<'d, str>> {
        match self.kind() {
            Some(Kind::Text(quoted)) => Some(self.json.string(quoted)),
            _ => None,
        }
    }

    /// The digits of a number, as they were written.
    pub fn number(self) -> Option<&'d str> {
        match self.kind() {
            Some(Kind::Number) => Some(self.raw()),
            _ => None,
        }
    }

    /// Yes or no.
    pub fn truth(self) -> Option<bool> {
        match self.kind() {
            Some(Kind::Bool(yes)) => Some(yes),
            _ => None,
        }
    }

    /// A whole number.
    pub fn whole(self) -> Option<i64> {
        self.number()?.parse().ok()
    }

    /// The text that it was read from; nothing when there is no value.
    pub fn raw(self) -> &'d str {
        self.node.map_or("", |node| self.json.raw(node))
    }

    fn kind(self) -> Option<Kind> {
        self.node.map(|node| node.kind)
    }

    const fn nothing(self) -> Self {
        Self { json: self.json, node: None }
    }
}

impl Json {
    /// Whether a string says `name`; an escaped one is undone for that.
    fn says(&self, quoted: Quoted, name: &str) -> bool {
        if quoted.escaped { self.string(quoted) == name } else { self.part(quoted.at) == name }
    }

    fn string(&self, quoted: Quoted) -> Cow<'_, str> {
        let raw = self.part(quoted.at);
        if quoted.escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
    }
}

/// Undoes escapes that were checked when the text was read. Half of a pair is shown as what cannot be shown.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let mut next = after.chars();
        match next.next() {
            Some('u') => {
                let (character, after) = code_point(after);
                text.push(character);
                rest = after;
                continue;
            }
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some(plain) => text.push(plain),
            None => {}
        }
        rest = next.as_str();
    }
    text.push_str(rest);
    text
}

/// The character that `uXXXX`, or a pair of them, stands for; and what follows.
fn code_point(text: &str) -> (char, &str) {
    let unit = |text: &str| text.strip_prefix('u').and_then(|text| u32::from_str_radix(text.get(..4)?, 16).ok());
    let after = |text: &'_ str| text.len().min(5);
    let (first, rest) = (unit(text).unwrap_or(0xFFFD), text.split_at(after(text)).1);
    let second = rest.strip_prefix('\\').and_then(|text| Some((unit(text)?, text.split_at(after(text)).1)));
    match (first, second) {
        (0xD800..=0xDBFF, Some((low @ 0xDC00..=0xDFFF, rest))) => {
            let point = 0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00);
            (char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER), rest)
        }
        _ => (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), rest),
    }
}
