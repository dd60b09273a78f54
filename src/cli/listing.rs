//! Answers of the API as tables: which fields, under which headings, and how each is written for a person.
//!
//! A field that an answer does not have is an empty cell, so a newer daemon and an older command understand each other.

use std::time::Duration;

use serde_json::{Value, json};

use super::out::Answer;
use super::table::{Table, clean};
use super::text::Text;
use crate::domain::Millis;
use crate::domain::time::roughly;

/// A column: its heading, the field, and how the field is written.
pub(super) type Column = (&'static str, &'static str, Form);

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Plain,
    /// A moment, as seen from now.
    When,
}

/// `items` as a table.
pub(super) fn table(items: &[Value], columns: &[Column], now: Millis) -> Text {
    if items.is_empty() {
        return "none".into();
    }
    let headings: Vec<_> = columns.iter().map(|(heading, _, _)| *heading).collect();
    let mut table = Table::new(&headings);
    for item in items {
        table.row(columns.iter().map(|(_, field, form)| write(item.get(field), *form, now)));
    }
    table.into()
}

/// The page of a listing as a table; what follows it is named below.
pub(super) fn show(page: Value, columns: &[Column], now: Millis) -> Answer {
    let text = table(page.get("items").and_then(Value::as_array).map_or(&[], Vec::as_slice), columns, now);
    let next = page.get("next").and_then(Value::as_str).map(|next| format!("more: --cursor {}", clean(next)));
    let answer = Answer::shown(page, text);
    match next {
        Some(next) => answer.note(next),
        None => answer,
    }
}

/// One object as names and values, a field a line: those of `first` in their order, then the others.
pub(super) fn show_fields(object: Value, first: &[&str], now: Millis) -> Answer {
    let mut lines = Vec::new();
    let fields = object.as_object().cloned().unwrap_or_default();
    let mut fields: Vec<_> = fields.into_iter().collect();
    fields.sort_by_key(|(name, _)| first.iter().position(|known| known == name).unwrap_or(first.len()));
    let widest = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in &fields {
        let written = if name.ends_with("_at") || name.ends_with("_until") {
            value.as_i64().map(|ms| format!("{} ({})", Millis(ms), seen_from(now, Millis(ms))))
        } else if name.ends_with("_ms") {
            value.as_u64().map(|ms| roughly(Duration::from_millis(ms)))
        } else {
            None
        };
        let written = written.unwrap_or_else(|| write(Some(value), Form::Plain, now));
        lines.push(format!("{name:widest$}  {}", clean(&written)).trim_end().to_owned());
    }
    Answer::shown(object, lines.join("\n"))
}

/// Rows that did not come as a page, as one.
pub(super) fn page(items: &[Value]) -> Value {
    json!({"v": 1, "items": items, "next": null})
}

fn write(value: Option<&Value>, form: Form, now: Millis) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(yes)) => (if *yes { "yes" } else { "no" }).to_owned(),
        Some(Value::Number(number)) => match (form, number.as_i64()) {
            (Form::When, Some(ms)) => seen_from(now, Millis(ms)),
            _ => number.to_string(),
        },
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
        }
        Some(other) => other.to_string(),
    }
}

/// A moment as seen from `now`: `3 min ago`, `in 2 h`.
fn seen_from(now: Millis, at: Millis) -> String {
    if at > now { format!("in {}", roughly(at.since(now))) } else { format!("{} ago", roughly(now.since(at))) }
}

#[cfg(test)]
mod tests {
    use super::super::out::Out;
    use super::*;

    const PERSON: Out = Out { json: false, quiet: false, color: false };
    const NOW: Millis = Millis(10_000_000);

    #[test]
    fn a_page_becomes_a_table_and_stays_whole_for_programs() {
        let page = json!({"v": 1, "items": [
            {"id": "1", "key": "夜市", "run_at": 10_180_000, "attempt": 2},
            {"id": "2", "key": "x", "run_at": 9_995_000}], "next": "2"});
        let columns: &[Column] = &[
            ("ID", "id", Form::Plain),
            ("KEY", "key", Form::Plain),
            (">TRIES", "attempt", Form::Plain),
            ("RUNS", "run_at", Form::When),
        ];
        let answer = show(page.clone(), columns, NOW);
        assert_eq!(
            answer.to_stdout(PERSON),
            "ID  KEY   TRIES  RUNS\n1   夜市      2  in 3 min\n2   x            5 s ago"
        );
        assert_eq!(answer.to_stdout(Out { json: true, ..PERSON }), page.to_string());
    }

    #[test]
    fn an_empty_page_says_so() {
        let empty = show(page(&[]), &[("ID", "id", Form::Plain)], NOW);
        assert_eq!(empty.to_stdout(PERSON), "none");
    }

    #[test]
    fn an_object_is_shown_field_by_field() {
        let object = json!({"created_at": 9_940_000, "kind": "probe\u{7}", "paused": false, "payload": {"a": 1},
            "wait_ms": 180_000});
        let text = show_fields(object, &["kind"], NOW).to_stdout(PERSON);
        assert_eq!(
            text,
            "kind        probe\\u{7}\ncreated_at  1970-01-01T02:45:40.000Z (60 s ago)\npaused      no\npayload     {\"a\":1}\nwait_ms     3 min"
        );
    }
}
