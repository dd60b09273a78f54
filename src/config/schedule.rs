//! Jobs that come by the calendar: the `[[schedule]]` entries.
//!
//! Whether a kind exists, and whether it takes the payload, is known by the rooms that do the work; here the shape is
//! checked, the cron line, the time zone, and that no two entries share a name, because the name is in their keys.

use serde_json::Value as Json;
use toml::de::{DeArray, DeTable, DeValue};

use super::draft::Draft;
use super::forms::{CRON, NAME, ZONE};
use super::kind::{Kind, named, shorten};
use super::near::nearest;
use super::place::{Place, Text};
use super::sections::{Late, Schedule};
use super::value::Values;

/// The fields besides `payload`: name, kind of value, default; one without a default must be given.
const FIELDS: [(&str, Kind, Option<&str>); 6] = [
    ("name", Kind::Text(NAME), None),
    ("kind", Kind::Text(NAME), None),
    ("at", Kind::Text(CRON), None),
    ("timezone", Kind::Text(ZONE), Some("Asia/Shanghai")),
    ("late", Kind::Choice(Late::NAMES, &[]), Some("once")),
    ("paused", Kind::Flag, Some("false")),
];

/// Takes the entries of the file.
pub(super) fn lay(items: &DeArray<'_>, text: &Text<'_>, draft: &mut Draft) {
    for (i, item) in items.iter().enumerate() {
        let key = format!("schedule[{i}]");
        let place = text.place(item.span().start);
        let DeValue::Table(table) = item.get_ref() else {
            let message = format!("{key} is {} where an entry is wanted", named(item.get_ref()));
            draft.problem(&place, &key, (message, "write [[schedule]] alone on a line, its keys below it".to_owned()));
            continue;
        };
        let mut entry =
            Entry { key, place, text, values: Values::default(), payload: Json::Object(serde_json::Map::new()) };
        let before = draft.problems.len();
        entry.read(table, draft);
        if draft.problems.len() == before {
            match entry.build() {
                Ok(schedule) => entry.admit(schedule, draft),
                Err(field) => draft.unheld(&format!("{}.{field}", entry.key), &entry.place),
            }
        }
    }
}

/// One entry while it is read.
struct Entry<'a> {
    key: String,
    place: Place,
    text: &'a Text<'a>,
    values: Values,
    payload: Json,
}

impl Entry<'_> {
    fn read(&mut self, table: &DeTable<'_>, draft: &mut Draft) {
        for (name, kind, default) in FIELDS {
            let key = format!("{}.{name}", self.key);
            let (read, place) = match (table.get(name), default) {
                (Some(given), _) => (kind.read(given.get_ref()), self.text.place(given.span().start)),
                (None, Some(default)) => (kind.read_text(default), Place::Default),
                (None, None) => {
                    let advice = format!("add `{name}`: {}", kind.wanted());
                    draft.problem(&self.place, &key, (format!("{} has no `{name}`", self.key), advice));
                    continue;
                }
            };
            match read {
                Ok(value) => _ = self.values.0.insert(name, (value, place)),
                Err(wrong) => {
                    let default = default.and_then(|text| kind.read_text(text).ok()).map(|value| value.show());
                    draft.problem(&place, &key, wrong.say(&key, kind, default.as_deref()));
                }
            }
        }
        for (name, given) in table {
            match name.get_ref().as_ref() {
                "payload" => self.read_payload(given, draft),
                known if FIELDS.iter().any(|(field, ..)| *field == known) => {}
                unknown => self.refuse(unknown, &self.text.place(name.span().start), draft),
            }
        }
    }

    fn read_payload(&mut self, given: &toml::Spanned<DeValue<'_>>, draft: &mut Draft) {
        let read = match given.get_ref() {
            DeValue::Table(_) => json(given.get_ref()),
            other => Err(format!("{} stands where a table is wanted", named(other))),
        };
        match read {
            Ok(payload) => self.payload = payload,
            Err(why) => {
                let key = format!("{}.payload", self.key);
                let advice = "give what the job takes, such as { platform = \"douyin\" }".to_owned();
                draft.problem(
                    &self.text.place(given.span().start),
                    &key,
                    (format!("{key} cannot be used: {why}"), advice),
                );
            }
        }
    }

    fn refuse(&self, unknown: &str, place: &Place, draft: &mut Draft) {
        let known = FIELDS.iter().map(|(field, ..)| *field).chain(["payload"]);
        let near = nearest(unknown, known).unwrap_or_default();
        let key = format!("{}.{}", self.key, shorten(unknown));
        let advice = format!("the nearest key is {near}: write that, or take `{}` out", shorten(unknown));
        draft.problem(place, &key, (format!("{key} is no key that radard knows"), advice));
    }

    fn build(&mut self) -> Result<Schedule, &'static str> {
        Ok(Schedule {
            name: self.values.typed("name")?,
            kind: self.values.typed("kind")?,
            payload: std::mem::take(&mut self.payload),
            at: self.values.typed("at")?,
            timezone: self.values.typed("timezone")?,
            late: self.values.typed("late")?,
            paused: self.values.typed("paused")?,
        })
    }

    /// Adds the entry unless another has its name.
    fn admit(self, schedule: Schedule, draft: &mut Draft) {
        let place = self.values.0.get("name").map_or(&self.place, |(_, place)| place);
        match draft.schedules.iter().find(|(other, _)| other.name == schedule.name) {
            None => draft.schedules.push((schedule, self.place)),
            Some((_, first)) => {
                let key = format!("{}.name", self.key);
                let message = format!("{key} is `\"{}\"`, the name of the entry at {first}", schedule.name);
                draft.problem(place, &key, (message, "give each entry a name of its own".to_owned()));
            }
        }
    }
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
