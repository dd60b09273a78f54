//! Limits: the `[[pace.rule]]` entries.

use std::time::Duration;

use toml::de::DeArray;

use super::draft::Draft;
use super::entries::{self, Entry, Shape};
use super::forms::NAME;
use super::kind::Kind;
use super::place::Text;
use super::sections::{KeyedBy, PaceRule};

const SHAPE: Shape = Shape {
    list: "pace.rule",
    fields: &[
        ("name", Kind::Text(NAME), None),
        ("on", Kind::List(NAME), Some("[]")),
        ("at_most", Kind::Count(1, 1_000_000), None),
        ("per", Kind::Span("1s", "31d"), None),
        ("keyed_by", Kind::Choice(KeyedBy::NAMES, &[]), None),
    ],
    others: &[],
};

/// Takes the entries of the file.
pub(super) fn lay(items: &DeArray<'_>, text: &Text<'_>, draft: &mut Draft) {
    for (entry, _) in entries::read(SHAPE, items, text, draft) {
        match build(&entry) {
            Ok(rule) => {
                let other = draft.pace_rules.iter().find(|(other, _)| other.name == rule.name);
                let first = other.map(|(_, place)| place.clone());
                if entry.is_alone(&rule.name, first.as_ref(), draft) {
                    draft.pace_rules.push((rule, entry.place));
                }
            }
            Err(field) => draft.unheld(&format!("{}.{field}", entry.key), &entry.place),
        }
    }
}

fn build(entry: &Entry) -> Result<PaceRule, &'static str> {
    let at_most: u64 = entry.values.typed("at_most")?;
    Ok(PaceRule {
        name: entry.values.typed("name")?,
        on: entry.values.typed("on")?,
        at_most: u32::try_from(at_most).map_err(|_| "at_most")?,
        per: entry.values.typed::<Duration>("per")?,
        keyed_by: entry.values.typed("keyed_by")?,
    })
}
