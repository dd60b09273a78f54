//! Entries of a list of tables, `[[schedule]]` and its like, or of named ones: the same fields in each, any number of
//! them.
//!
//! What all of them need stands here: each field is read by its kind, one without a default must be given, an unknown
//! one is refused with the nearest, and no two entries share a name.

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::draft::Draft;
use super::kind::{Kind, named, shorten};
use super::place::{Place, Text};
use super::value::Values;
use crate::advice;
use crate::domain::words::did_you_mean;

/// A field: name, kind of value, default.
pub(super) type Field = (&'static str, Kind, Option<&'static str>);

/// What entries of one list look like.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// The dotted name of the list.
    pub(super) list: &'static str,
    pub(super) fields: &'static [Field],
    /// Fields that the list reads for itself.
    pub(super) others: &'static [&'static str],
}

/// Reads those fields of a table that stand in it; the others are left to somebody else.
pub(super) fn given(shape: Shape, key: &str, table: &DeTable<'_>, text: &Text<'_>, draft: &mut Draft) -> Values {
    let mut entry = Entry { key: key.to_owned(), place: Place::Default, values: Values::default() };
    entry.read(shape, Missing::Left, table, text, draft);
    entry.values
}

/// What holds for a field that an entry does not have.
#[derive(Clone, Copy)]
enum Missing<'a> {
    /// Its default, if there is one.
    Default,
    /// What stands here, else its default.
    Over(&'a Values),
    /// Nothing.
    Left,
}

/// One entry: what its fields say, and where it stands.
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) values: Values,
}

/// Reads the entries of a list; gives those without a problem, each with its table.
pub(super) fn read<'a>(
    shape: Shape,
    items: &'a DeArray<'a>,
    text: &Text<'_>,
    draft: &mut Draft,
) -> Vec<(Entry, &'a DeTable<'a>)> {
    let mut entries = Vec::new();
    for (i, item) in items.iter().enumerate() {
        entries.extend(read_one(shape, format!("{}[{i}]", shape.list), item, text, draft));
    }
    entries
}

/// The same, where `base` says what an entry leaves out.
pub(super) fn read_over<'a>(
    shape: Shape,
    base: &Values,
    items: &'a DeArray<'a>,
    text: &Text<'_>,
    draft: &mut Draft,
) -> Vec<(Entry, &'a DeTable<'a>)> {
    let mut entries = Vec::with_capacity(items.len());
    for (i, item) in items.iter().enumerate() {
        let key = format!("{}[{i}]", shape.list);
        entries.extend(read_with(shape, key, Missing::Over(base), item, text, draft));
    }
    entries
}

/// Reads the entry that stands at `key`; nothing when it has a problem.
pub(super) fn read_one<'a>(
    shape: Shape,
    key: String,
    item: &'a Spanned<DeValue<'a>>,
    text: &Text<'_>,
    draft: &mut Draft,
) -> Option<(Entry, &'a DeTable<'a>)> {
    read_with(shape, key, Missing::Default, item, text, draft)
}

fn read_with<'a>(
    shape: Shape,
    key: String,
    missing: Missing<'_>,
    item: &'a Spanned<DeValue<'a>>,
    text: &Text<'_>,
    draft: &mut Draft,
) -> Option<(Entry, &'a DeTable<'a>)> {
    let place = text.place(item.span().start);
    let DeValue::Table(table) = item.get_ref() else {
        let message = format!("{key} is {} where an entry is wanted", named(item.get_ref()));
        let head = if key.ends_with(']') { format!("[[{}]]", shape.list) } else { format!("[{key}]") };
        draft.problem(&place, &key, message, advice::config::alone_on_a_line(&head));
        return None;
    };
    let mut entry = Entry { key, place, values: Values::default() };
    let before = draft.problems.len();
    entry.read(shape, missing, table, text, draft);
    (draft.problems.len() == before).then_some((entry, table))
}

impl Entry {
    fn read(&mut self, shape: Shape, missing: Missing<'_>, table: &DeTable<'_>, text: &Text<'_>, draft: &mut Draft) {
        for (name, kind, default) in shape.fields {
            let (read, place) = match (table.get(*name), missing, default) {
                (Some(given), ..) => (kind.read(given.get_ref()), text.place(given.span().start)),
                (None, Missing::Left, _) => continue,
                (None, Missing::Over(values), _) if let Some(said) = values.0.get(name) => {
                    self.values.0.insert(name, said.clone());
                    continue;
                }
                (None, _, Some(default)) => (kind.read_text(default), Place::Default),
                (None, _, None) => {
                    let key = format!("{}.{name}", self.key);
                    let advice = advice::config::add_field(name, &kind.wanted());
                    draft.problem(&self.place, &key, format!("{} has no `{name}`", self.key), advice);
                    continue;
                }
            };
            match read {
                Ok(value) => _ = self.values.0.insert(name, (value, place)),
                Err(wrong) => {
                    let key = format!("{}.{name}", self.key);
                    let default = default.and_then(|text| kind.read_text(text).ok()).map(|value| value.show());
                    let (message, advice) = wrong.say(&key, *kind, default.as_deref());
                    draft.problem(&place, &key, message, advice);
                }
            }
        }
        for (name, _) in table {
            let known = || shape.fields.iter().map(|(field, ..)| *field).chain(shape.others.iter().copied());
            if !known().any(|field| field == name.get_ref().as_ref()) {
                let (unknown, near) = (shorten(name.get_ref()), did_you_mean(name.get_ref(), known()));
                let key = format!("{}.{unknown}", self.key);
                let advice = match near {
                    Some(near) => advice::config::near_key(near, &unknown),
                    None => advice::config::keys_here(&unknown, &known().collect::<Vec<_>>().join(" ")),
                };
                let message = format!("{key} is no key that radard knows");
                draft.problem(&text.place(name.span().start), &key, message, advice);
            }
        }
    }

    /// Refuses the entry if `first` has the same name; false when it was refused.
    pub(super) fn is_alone(&self, name: &str, first: Option<&Place>, draft: &mut Draft) -> bool {
        let Some(first) = first else { return true };
        let key = format!("{}.name", self.key);
        let message = format!("{key} is `\"{name}\"`, the name of the entry at {first}");
        let place = self.values.0.get("name").map_or(&self.place, |(_, place)| place);
        draft.problem(place, &key, message, advice::config::names());
        false
    }
}
