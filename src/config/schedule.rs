//! Jobs that come by the calendar: the `[[schedule]]` entries.
//!
//! Whether a kind exists, and whether it takes the payload, is known by the rooms that do the work; here the shape is
//! checked, the cron line, the time zone, and that no two entries share a name, because the name is in their keys.

use serde_json::Value as Json;
use toml::de::{DeArray, DeTable, DeValue};

use super::draft::Draft;
use super::entries::{self, Entry, Shape};
use super::forms::{CRON, NAME, ZONE};
use super::kind::{Kind, named, shorten};
use super::place::Text;
use super::sections::{Late, Schedule};
use crate::advice;

const SHAPE: Shape = Shape {
    list: "schedule",
    fields: &[
        ("name", Kind::Text(NAME), None),
        ("kind", Kind::Text(NAME), None),
        ("at", Kind::Text(CRON), None),
        ("timezone", Kind::Text(ZONE), Some("Asia/Shanghai")),
        ("late", Kind::Choice(Late::NAMES, &[]), Some("once")),
        ("paused", Kind::Flag, Some("false")),
    ],
    others: &["payload"],
};

/// Takes the entries of the file.
pub(super) fn lay(items: &DeArray<'_>, text: &Text<'_>, draft: &mut Draft) {
    for (entry, table) in entries::read(SHAPE, items, text, draft) {
        let Some(payload) = payload(&entry, table, text, draft) else { continue };
        match build(&entry, payload) {
            Ok(schedule) => {
                let other = draft.schedules.iter().find(|(other, _)| other.name == schedule.name);
                let first = other.map(|(_, place)| place.clone());
                if entry.is_alone(&schedule.name, first.as_ref(), draft) {
                    draft.schedules.push((schedule, entry.place));
                }
            }
            Err(field) => draft.unheld(&format!("{}.{field}", entry.key), &entry.place),
        }
    }
}

/// What the job is given; nothing when it cannot be used.
fn payload(entry: &Entry, table: &DeTable<'_>, text: &Text<'_>, draft: &mut Draft) -> Option<Json> {
    let Some(given) = table.get("payload") else { return Some(Json::Object(serde_json::Map::new())) };
    let read = match given.get_ref() {
        DeValue::Table(_) => json(given.get_ref()),
        other => Err(format!("{} stands where a table is wanted", named(other))),
    };
    let refuse = |why| {
        let key = format!("{}.payload", entry.key);
        let advice = advice::config::payload();
        draft.problem(&text.place(given.span().start), &key, format!("{key} cannot be used: {why}"), advice);
    };
    read.map_err(refuse).ok()
}

fn build(entry: &Entry, payload: Json) -> Result<Schedule, &'static str> {
    Ok(Schedule {
        name: entry.values.typed("name")?,
        kind: entry.values.typed("kind")?,
        payload,
        at: entry.values.typed("at")?,
        timezone: entry.values.typed("timezone")?,
        late: entry.values.typed("late")?,
        paused: entry.values.typed("paused")?,
    })
}

/// A TOML value as JSON; a date becomes a text.
fn json(given: &DeValue<'_>) -> Result<Json, String> {
    Ok(match given {
        DeValue::String(text) => Json::from(text.as_ref()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Json::from(number),
            Err(_) => return Err(format!("the number {} is too large", shorten(number.as_str()))),
        },
        DeValue::Float(number) => {
            let parsed: Option<f64> = number.as_str().parse().ok();
            let number = parsed.and_then(serde_json::Number::from_f64).ok_or("a number in it has no JSON form")?;
            Json::Number(number)
        }
        DeValue::Boolean(yes) => Json::from(*yes),
        DeValue::Datetime(at) => Json::from(at.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect::<Result<Vec<_>, _>>()?.into(),
        DeValue::Table(table) => {
            let pairs = table.iter().map(|(name, item)| Ok((name.get_ref().to_string(), json(item.get_ref())?)));
            Json::Object(pairs.collect::<Result<_, String>>()?)
        }
    })
}
