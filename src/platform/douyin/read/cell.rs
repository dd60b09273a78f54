//! The sorts of fields: how each is read, and how it shows in a view.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Shown};

use super::clean::clean;
use super::moment::{parse_moment, show_moment};
use super::scalar::{Count, Flag, Id, Scalar, Text};
use crate::domain::Millis;
use crate::wire::json::Value;

/// Where a record is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// By itself.
    Alone,
    /// Among others of a list; a text that is not there shows as an empty one, as people's scripts expect.
    InList,
}

/// A sort of field.
pub(in crate::platform::douyin) trait Cell: Sized {
    /// Reads the value that stands where the field is read from.
    fn read(at: Value<'_>) -> Self;

    /// Puts it into a view, under its name or under several.
    fn show(&self, name: &str, view: View, into: &mut Map<String, Shown>);
}

/// Writes sorts of fields that show as one value under their own name.
macro_rules! plain {
    ($($name:ty: $read:expr, $show:expr;)+) => {$(
        impl Cell for $name {
            fn read(at: Value<'_>) -> Self {
                $read(at)
            }

            fn show(&self, name: &str, _view: View, into: &mut Map<String, Shown>) {
                into.insert(name.to_owned(), $show(self));
            }
        }
    )+};
}

fn as_sent(scalar: Option<&Scalar>) -> Shown {
    scalar.map_or(Shown::Null, Scalar::show)
}

fn text(value: Value<'_>) -> Option<String> {
    value.text().map(std::borrow::Cow::into_owned)
}

/// The first address of a thing that has several.
fn first_url(value: Value<'_>) -> Option<String> {
    text(value.get("url_list").at(0))
}

fn first_video(image: Value<'_>) -> Option<String> {
    first_url(image.get("video").get("play_addr"))
}

/// Yes or no, from whatever says so; what says neither shows as no.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Truth(pub Option<bool>);

impl Truth {
    /// Yes or no, when something says so.
    pub const fn is_on(self) -> Option<bool> {
        self.0
    }
}

/// Whether a list is there and has something in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled(pub bool);

/// A moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Time(pub Option<Millis>);

/// Addresses of the same thing on several machines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Urls(pub Option<Vec<String>>);

/// How many bits a second each encoding of a video takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BitRates(pub Vec<Count>);

/// The same, shown as the only item of a list, which is empty where the answer has no encodings at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NestedBitRates(pub Option<Vec<Count>>);

/// The pictures of an album in their order; those that have an address are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pictures(pub Option<Vec<Option<String>>>);

/// Where each picture of an album moves, its video; those that have one are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LivePhotos(pub Vec<Option<String>>);

/// An address for each item of a list, and nothing in the place of an item without one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UrlsInPlace<const VIDEO: bool>(pub Vec<Option<String>>);

/// Addresses of a stream, or what its qualities are called, by the name of the quality.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ByQuality(pub Option<BTreeMap<String, String>>);

/// A text from strangers; it shows once cleaned and once as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clean(pub Option<Scalar>);

/// The ids of the hashtags in a text; they show as one text in JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HashtagIds(pub Vec<Option<Scalar>>);

/// The hashtags in a text; they show as one text in JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HashtagNames(pub Vec<Option<Scalar>>);

plain! {
    Id: |at| Self(Scalar::of(at)), |cell: &Self| as_sent(cell.0.as_ref());
    Count: |at| Self(Scalar::of(at)), |cell: &Self| as_sent(cell.0.as_ref());
    Flag: |at| Self(Scalar::of(at)), |cell: &Self| as_sent(cell.0.as_ref());
    Text: |at| Self(Scalar::of(at)), |cell: &Self| as_sent(cell.0.as_ref());
    Truth: |at| Self(Flag(Scalar::of(at)).is_on()), |cell: &Self| Shown::from(cell.0 == Some(true));
    Filled: |at: Value<'_>| Self(at.items().len() > 0), |cell: &Self| Shown::from(cell.0);
    Time: |at| Self(parse_moment(at)), |cell: &Self| Shown::from(cell.0.and_then(show_moment));
    Urls: |at: Value<'_>| Self(at.is_list().then(|| at.items().filter_map(text).collect())), |cell: &Self| Shown::from(cell.0.clone());
    BitRates: |at: Value<'_>| Self(bit_rates(at)), |cell: &Self| rates_shown(&cell.0);
    NestedBitRates: |at: Value<'_>| Self(at.exists().then(|| bit_rates(at))),
        |cell: &Self| cell.0.as_deref().map(rates_shown).into_iter().collect();
    Pictures: |at: Value<'_>| Self((at.items().len() > 0).then(|| at.items().map(first_url).collect())),
        |cell: &Self| cell.0.as_deref().map_or(Shown::Null, present);
    LivePhotos: |at: Value<'_>| Self(at.items().map(first_video).collect()), |cell: &Self| present(&cell.0);
    UrlsInPlace<false>: |at: Value<'_>| Self(at.items().map(first_url).collect()), |cell: &Self| in_place(&cell.0);
    UrlsInPlace<true>: |at: Value<'_>| Self(at.items().map(first_video).collect()), |cell: &Self| in_place(&cell.0);
    ByQuality: |at: Value<'_>| Self(by_quality(at)),
        |cell: &Self| cell.0.as_ref().map_or(Shown::Null, |urls| urls.clone().into_iter().collect());
    HashtagIds: |at: Value<'_>| Self(at.items().map(|tag| Scalar::of(tag.get("hashtag_id"))).collect()),
        |cell: &Self| in_one_text(&cell.0);
    HashtagNames: |at: Value<'_>| Self(at.items().map(|tag| Scalar::of(tag.get("hashtag_name"))).collect()),
        |cell: &Self| in_one_text(&cell.0);
}

fn bit_rates(encodings: Value<'_>) -> Vec<Count> {
    encodings.items().map(|encoding| Count(Scalar::of(encoding.get("bit_rate")))).collect()
}

fn rates_shown(rates: &[Count]) -> Shown {
    rates.iter().map(|rate| as_sent(rate.0.as_ref())).collect()
}

fn by_quality(streams: Value<'_>) -> Option<BTreeMap<String, String>> {
    let pairs = streams.items().filter_map(|url| Some((url.name().into_owned(), text(url)?)));
    (!streams.is_nothing() && !streams.is_list()).then(|| pairs.collect())
}

/// A list as the text that other programs write it as: a blank behind each comma.
fn in_one_text(tags: &[Option<Scalar>]) -> Shown {
    let tags: Vec<String> = tags.iter().map(|tag| as_sent(tag.as_ref()).to_string()).collect();
    Shown::from(format!("[{}]", tags.join(", ")))
}

impl Clean {
    /// The text as it was sent.
    pub fn raw(&self) -> Option<&str> {
        match &self.0 {
            Some(Scalar::Text(text)) => Some(text),
            _ => None,
        }
    }
}

impl Cell for Clean {
    fn read(at: Value<'_>) -> Self {
        Self(Scalar::of(at))
    }

    fn show(&self, name: &str, view: View, into: &mut Map<String, Shown>) {
        let shown = match (&self.0, view) {
            (Some(Scalar::Text(text)), _) => Shown::from(clean(text)),
            (None, View::InList) => Shown::from(""),
            (other, _) => as_sent(other.as_ref()),
        };
        into.insert(name.to_owned(), shown);
        into.insert(format!("{name}_raw"), as_sent(self.0.as_ref()));
    }
}

fn present(urls: &[Option<String>]) -> Shown {
    urls.iter().flatten().cloned().map(Shown::from).collect()
}

fn in_place(urls: &[Option<String>]) -> Shown {
    urls.iter().cloned().map(Shown::from).collect()
}
